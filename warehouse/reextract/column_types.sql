-- Returns column and type of core.article, for values that were kept as JSON.
SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'core' AND table_name = 'article'
