"""The warehouse: batches are loaded, each in one transaction, and marts are published as Parquet. The only
folder that imports duckdb."""
