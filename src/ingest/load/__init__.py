"""The warehouse: batches go in by MERGE in one transaction, marts come out as Parquet. The only place that imports duckdb."""
