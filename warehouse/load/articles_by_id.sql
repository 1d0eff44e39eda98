-- The staged articles. First where they stand, by id alone: in one go every text of the history would be unpacked.
SELECT * FROM core.article
WHERE rowid IN (SELECT rowid FROM core.article WHERE article_id IN (SELECT article_id::UUID FROM staged))
