-- Returns the withdrawal notices published within four days of one of $days, oldest first.
SELECT article_id, withdraws, agency, publisher, nullif(host, '') AS host, headline, coalesce(published_at, first_seen_at) AS "at"
FROM core.article
WHERE withdraws IS NOT NULL AND status <> 'removed'
  AND published_day IN (SELECT day + reach::INTEGER FROM (SELECT unnest($days::DATE[]) AS day), range(-4, 5) r(reach))
ORDER BY "at", article_id
