-- Writes tombstones for further addresses of what was taken down (`gone`: key, led). An existing one is to be
-- scrubbed again, since its address led to bytes in the archive. $clean: nothing they led to was kept in the
-- warehouse.
INSERT INTO core.takedown BY NAME
SELECT g.key AS url_key, t.article_id, t.reason, $now AS taken_at, false AS scrubbed, $clean AS erased
FROM gone g JOIN core.takedown t ON t.url_key = g.led
ON CONFLICT (url_key) DO UPDATE SET scrubbed = false, erased = erased AND excluded.erased
