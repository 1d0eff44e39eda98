-- The hash of every text that the staged articles ever had, the oldest of them first seen on $first.
SELECT article_id::VARCHAR AS article_id, list(DISTINCT text_hash) AS seen FROM core.revision
WHERE rowid IN (SELECT rowid FROM core.revision WHERE day >= $first AND article_id IN (SELECT article_id::UUID FROM staged))
GROUP BY ALL
