-- The staged articles whole; places first, as in copy_texts.
SELECT * EXCLUDE (key_hash) FROM core.article
WHERE rowid IN (
  SELECT rowid FROM core.article WHERE published_day BETWEEN $first AND $last AND article_id IN (SELECT article_id::UUID FROM staged))
