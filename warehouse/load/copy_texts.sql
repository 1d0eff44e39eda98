-- Returns the texts of the staged articles (article_id), published on $first to $last, for verification. Row
-- ids first: in a single scan every text of those days would be unpacked.
SELECT article_id::VARCHAR AS article_id, url, headline, body_text, published_at, publisher, agency
FROM core.article
WHERE published_day BETWEEN $first AND $last AND rowid IN (
  SELECT rowid FROM core.article
  WHERE published_day BETWEEN $first AND $last AND core.article.article_id IN (SELECT article_id::UUID FROM staged))
