-- Returns the staged revisions (article_id, revision) with the place of their page in the archive (its length
-- from whichever row has it) and the feed entry as it was when the revision was seen.
WITH staged_revision AS (
  SELECT article_id::UUID AS article_id, revision FROM staged
), chosen AS (
  SELECT r.*, a.feed_id, a.rank, a.checked_at, a.revision AS current, a.revisions,
         CASE WHEN a.page_file = r.page_file AND a.page_offset = r.page_offset THEN a.page_length END AS page_length
  FROM staged_revision s JOIN core.revision r ON r.article_id = s.article_id AND r.revision = s.revision
  JOIN core.article a ON a.article_id = r.article_id
), length AS (
  SELECT page_file, page_offset, max(page_length) AS page_length FROM raw.page
  WHERE (page_file, page_offset) IN (SELECT (page_file, page_offset) FROM chosen) GROUP BY ALL
), entry_then AS (
  SELECT c.article_id, c.revision, e.title, e.summary, e.published_at, e.published_precision, e.published_raw, e.authors, e.credit,
         e.categories, e.image_url
  FROM chosen c
  JOIN raw.entry e ON e.feed_id = c.feed_id AND e.link = core.rank_url(c.rank) AND e.seen_at <= c.first_seen_at
  QUALIFY row_number() OVER (PARTITION BY c.article_id, c.revision ORDER BY e.seen_at DESC) = 1
), host AS (
  SELECT article_id, list(text) AS host_lines FROM core.dropped_line
  WHERE rule = 'host' AND article_id IN (SELECT article_id FROM chosen) GROUP BY article_id
)
SELECT c.article_id, c.revision, c.kind, c.url, c.headline, c.body_text, c.text_hash, c.body_hash, c.words_added, c.words_removed,
       c.extractor, c.day, c.page_file, c.page_offset, coalesce(c.page_length, l.page_length) AS page_length,
       c.feed_id, c.checked_at, c.current, c.revisions, h.host_lines,
       e.article_id IS NOT NULL AS has_entry, e.title, e.summary, e.published_at, e.published_precision, e.published_raw, e.authors, e.credit,
       e.categories, e.image_url
FROM chosen c
LEFT JOIN length l ON l.page_file = c.page_file AND l.page_offset = c.page_offset
LEFT JOIN entry_then e ON e.article_id = c.article_id AND e.revision = c.revision
LEFT JOIN host h ON h.article_id = c.article_id
ORDER BY c.article_id, c.revision
