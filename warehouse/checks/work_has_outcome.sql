-- Work that waits has an outcome, and none that ended without an article (a later capture of a page may still
-- bring one).
SELECT p.url_key AS link_key, p.kind, o.outcome
FROM core.pending p LEFT JOIN core.outcome o ON o.link_key = p.url_key
WHERE o.outcome IS NULL OR (o.outcome IN ('failed', 'skipped', 'duplicate_url') AND p.kind <> 'capture')
