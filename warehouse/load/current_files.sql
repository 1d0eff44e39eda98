-- Returns the paths of the current files of $dataset, by day.
SELECT path FROM core.published_file WHERE dataset = $dataset AND replaced_at IS NULL ORDER BY day, path
