-- Returns sentences seen since the last learning that are in $texts texts or more, with the openings of
-- $sample of those texts. Ids are random, so that the smallest are a sample, the same for every order of
-- arrival. Counted first: few repeat, and only those are sorted.
WITH repeated AS (
  SELECT hash, count(*) AS texts FROM core.sentence
  WHERE hash IN (SELECT hash FROM core.sentence_fresh ANTI JOIN core.sentence_learnt USING (hash))
  GROUP BY hash HAVING texts >= $texts
)
SELECT hash, texts, opening
FROM core.sentence JOIN repeated USING (hash)
QUALIFY row_number() OVER (PARTITION BY hash ORDER BY article_id) <= $sample
ORDER BY hash, article_id
