-- A feed entry has one digest.
SELECT feed_id, entry_key, count(*) AS digests FROM core.entry GROUP BY feed_id, entry_key HAVING count(*) > 1
