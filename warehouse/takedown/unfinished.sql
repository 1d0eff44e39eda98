-- Returns the keys whose takedown is not finished in {column}: `scrubbed` (archive, published files) or
-- `erased` (warehouse file).
SELECT url_key FROM core.takedown WHERE NOT {column} ORDER BY url_key
