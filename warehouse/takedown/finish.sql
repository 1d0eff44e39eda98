-- Notes the takedown of $keys as finished in {column}: `scrubbed` or `erased`.
UPDATE core.takedown SET {column} = true WHERE url_key IN (SELECT unnest($keys::VARCHAR[]))
