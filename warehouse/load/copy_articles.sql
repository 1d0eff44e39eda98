-- Returns what comparing the staged articles (article_id), published on $first to $last, again needs. Row ids
-- first, as in copy_texts.sql.
SELECT article_id, url_key, rank, headline, body_text, text_hash, revision, revisions, status, published_day, published_at, publisher, agency
FROM core.article
WHERE published_day BETWEEN $first AND $last AND rowid IN (
  SELECT rowid FROM core.article WHERE published_day BETWEEN $first AND $last AND article_id IN (SELECT article_id::UUID FROM staged))
