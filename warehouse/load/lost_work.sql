-- Returns one of the staged keys (url_key) that no pending work has although its link has no outcome, or is
-- said to be pending.
SELECT s.url_key FROM staged s
ANTI JOIN core.pending p ON p.url_key = s.url_key
LEFT JOIN core.outcome o ON o.link_key = s.url_key
WHERE coalesce(o.outcome, 'pending') = 'pending'
ORDER BY s.url_key LIMIT 1
