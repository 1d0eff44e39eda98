-- Returns, for each staged article (article_id), the hash of every text it ever had. $first: the day the
-- oldest of them was first seen.
SELECT article_id::VARCHAR AS article_id, list(DISTINCT text_hash) AS seen FROM core.revision
WHERE rowid IN (SELECT rowid FROM core.revision WHERE day >= $first AND article_id IN (SELECT article_id::UUID FROM staged))
GROUP BY ALL
