-- Takes the next $most texts off the list of those to be compared again; returns article_id and day of each.
DELETE FROM core.sentence_redo
WHERE article_id IN (SELECT article_id FROM core.sentence_redo ORDER BY day, article_id LIMIT $most)
RETURNING article_id, day
