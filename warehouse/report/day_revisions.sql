-- Changes of articles that were seen on one day.
SELECT kind, headline_after, words_added, words_removed, url
FROM mart.edits
WHERE seen_at::DATE = $1::DATE
ORDER BY seen_at
LIMIT 20
