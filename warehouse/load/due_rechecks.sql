-- Returns work for recent articles of $feeds that are due to be fetched once more at $now, with the latest feed
-- entry of each, youngest first, $most at most. Every 15 minutes below 3 hours of age, hourly below a day,
-- every 3 hours below a week, every 3 days below 30 days (the policy of NewsDiffs).
WITH young AS (
  SELECT url_key, coalesce(published_at, first_seen_at) AS news_at, epoch($now::TIMESTAMPTZ) - epoch(checked_at) AS rest,
         epoch($now::TIMESTAMPTZ) - epoch(coalesce(published_at, first_seen_at)) AS age
  FROM core.article
  WHERE published_day >= ($now::TIMESTAMPTZ)::DATE - 31 AND status IN ('live', 'embargoed')
    AND feed_id IN (SELECT unnest($feeds::VARCHAR[]))
), due AS (
  SELECT url_key, news_at FROM young
  WHERE age < 30 * 86400 AND rest >= CASE WHEN age < 3 * 3600 THEN 900 WHEN age < 86400 THEN 3600 WHEN age < 7 * 86400 THEN 3 * 3600
                                          ELSE 3 * 86400 END
), latest_entry AS (
  SELECT * FROM raw.entry
  WHERE feed_id IN (SELECT unnest($feeds::VARCHAR[])) AND url_key IN (SELECT link_key FROM core.alias l JOIN due d ON d.url_key = l.url_key)
  QUALIFY row_number() OVER (PARTITION BY feed_id, url_key ORDER BY seen_at DESC) = 1
)
SELECT l.url, l.link_key, l.rank, l.day, s.feed_id, s.title, s.summary, s.published_at, s.published_precision, s.published_raw,
       s.authors, s.credit, s.categories, s.image_url
FROM due d
JOIN core.alias l ON l.url_key = d.url_key AND l.kind = 'link'
JOIN latest_entry s ON s.url_key = l.link_key AND s.feed_id = l.feed_id
ANTI JOIN core.pending p ON p.url_key = l.link_key
QUALIFY row_number() OVER (PARTITION BY d.url_key ORDER BY l.rank) = 1
ORDER BY d.news_at DESC, l.link_key
LIMIT $most
