-- Tombstones for further addresses of what was taken down.
INSERT OR IGNORE INTO core.takedown BY NAME
SELECT g.key AS url_key, t.article_id, t.reason, $now AS taken_at, $clean AS scrubbed, $clean AS erased
FROM gone g JOIN core.takedown t ON t.url_key = g.led
