-- Sentences that came since the last learning and stand in enough texts, with what a few of those texts open with. Ids are random, so
-- that the smallest are a sample, the same for every order of arrival.
WITH fresh AS (
  SELECT DISTINCT hash FROM core.sentence_fresh ANTI JOIN core.sentence_learnt USING (hash)
)
SELECT hash, count(*) OVER (PARTITION BY hash) AS texts, opening
FROM core.sentence SEMI JOIN fresh USING (hash)
QUALIFY texts >= $texts AND row_number() OVER (PARTITION BY hash ORDER BY article_id) <= $sample
ORDER BY hash, article_id
