-- Writes tombstones for further addresses of what was taken down (`takedown_key`: key, barred_key). An
-- existing one is to be scrubbed again, since bytes from its address are in the archive. $clean: nothing
-- from these addresses was kept in the warehouse.
INSERT INTO core.takedown BY NAME
SELECT g.key AS url_key, t.article_id, t.reason, $now AS taken_at, false AS scrubbed, $clean AS erased
FROM takedown_key g JOIN core.takedown t ON t.url_key = g.barred_key
ON CONFLICT (url_key) DO UPDATE SET scrubbed = false, erased = erased AND excluded.erased
