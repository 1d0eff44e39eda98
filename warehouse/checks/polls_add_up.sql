-- The entries that each poll listed are new, changed, touched, the same, repeated, capped or unreadable, and
-- those of the first three kinds are recorded. (Polls of versions that did not count all of these are left out.)
WITH poll AS (
  SELECT run_id, feed_id, sum(entries) AS listed, sum(new + changed + touched) AS queued,
         sum(new + changed + touched + same + repeated + capped + unreadable) AS counted
  FROM raw.poll WHERE same IS NOT NULL GROUP BY run_id, feed_id
), entry AS (
  SELECT run_id, feed_id, count(*) AS recorded FROM raw.entry GROUP BY run_id, feed_id
)
SELECT run_id, feed_id, listed, counted, queued, coalesce(recorded, 0) AS recorded
FROM poll LEFT JOIN entry USING (run_id, feed_id)
WHERE listed <> counted OR queued <> coalesce(recorded, 0)
