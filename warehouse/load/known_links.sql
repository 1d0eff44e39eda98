SELECT s.url_key AS asked,
       coalesce(a.url_key, l.url_key) AS article_key,
       p.rank AS pending_rank, p.kind AS pending_kind, p.url AS pending_url,
       -- what a backfill only passed by was never decided
       CASE WHEN o.reason NOT IN ('out_of_range', 'off_scope', 'deferred') OR o.reason IS NULL OR o.outcome = 'pending' THEN o.outcome END AS outcome,
       o.reason,
       t.reason AS taken_down
FROM staged s
LEFT JOIN core.article a ON a.url_key = s.url_key
LEFT JOIN (
  SELECT link_key, min(x.url_key) AS url_key FROM core.alias x
  WHERE x.link_key IN (SELECT url_key FROM staged) AND x.url_key IN (SELECT url_key FROM core.article)
  GROUP BY link_key
) l ON l.link_key = s.url_key
LEFT JOIN core.pending p ON p.url_key = s.url_key
LEFT JOIN core.outcome o ON o.link_key = s.url_key
LEFT JOIN core.takedown t ON t.url_key = coalesce(a.url_key, l.url_key, s.url_key)
