-- What the warehouse holds, in one row. `lost`: addresses that were skipped or given up.
SELECT (SELECT count(*) FROM mart.articles) AS articles,
       (SELECT count(*) FROM mart.revisions) AS revisions,
       (SELECT count(*) FROM mart.copies WHERE NOT is_canonical) AS copies,
       (SELECT count(*) FROM ops.pending) AS pending,
       (SELECT count(*) FROM ops.outcomes WHERE outcome IN ('failed', 'skipped')) AS lost,
       (SELECT count(*) FROM ops.feeds) AS feeds
