-- The stories first published on one day that other publishers copied most.
SELECT headline, agency, copies, publishers, first_publisher, median_lag
FROM mart.syndication
WHERE first_published_at::DATE = $1::DATE
ORDER BY copies DESC
LIMIT 10
