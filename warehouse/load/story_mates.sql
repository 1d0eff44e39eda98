-- Returns the days on which copies of the staged canonical articles (article_id) are published; $first,
-- $last: days of the canonical ones.
SELECT DISTINCT day FROM core.copy_group
WHERE canonical_day BETWEEN $first AND $last AND canonical_id IN (SELECT article_id::UUID FROM staged)
