"""The warehouse: batches go in, each in one transaction, marts come out as Parquet. The only place that
imports duckdb."""
