-- Notes the texts that contain a staged sentence (hash), which was just learnt, as texts to be compared
-- again.
INSERT INTO core.sentence_redo (article_id, day)
SELECT DISTINCT article_id, day FROM core.sentence
WHERE hash IN (SELECT hash FROM staged) AND article_id NOT IN (SELECT article_id FROM core.sentence_redo)
