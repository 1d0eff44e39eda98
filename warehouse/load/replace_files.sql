-- Notes the current files of $dataset as replaced at $now: those of the days in publish_day, or with $whole
-- all of them.
UPDATE core.published_file SET replaced_at = $now
WHERE dataset = $dataset AND replaced_at IS NULL AND ($whole OR day IN (SELECT day FROM publish_day))
