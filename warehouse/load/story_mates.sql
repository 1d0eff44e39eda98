-- Days on which copies of the staged canonical texts show.
SELECT DISTINCT day FROM core.copy_group
WHERE canonical_day BETWEEN $first AND $last AND canonical_id IN (SELECT article_id::UUID FROM staged)
