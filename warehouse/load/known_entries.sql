-- Returns feed_id, entry_key and digest of the staged entries (feed_id, entry_key), of the latest entries with
-- each staged link (feed_id, url_key), and of each such feed's latest entries besides: of each sort 200, or
-- twice as many as are staged. A link may be that of all entries that a feed ever had.
WITH size AS (
  SELECT feed_id, count(*) AS entries FROM staged GROUP BY feed_id
), link AS (
  SELECT DISTINCT feed_id, url_key FROM staged WHERE url_key IS NOT NULL
)
SELECT e.feed_id, e.entry_key, e.digest
FROM core.entry e
JOIN size USING (feed_id)
LEFT JOIN staged s ON s.feed_id = e.feed_id AND s.entry_key = e.entry_key
LEFT JOIN link l ON l.feed_id = e.feed_id AND l.url_key = e.url_key
QUALIFY s.entry_key IS NOT NULL
     OR row_number() OVER (PARTITION BY e.feed_id, l.url_key ORDER BY e.seen_at DESC, e.entry_key) <= greatest(200, 2 * size.entries)
