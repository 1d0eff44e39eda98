-- Articles of one day of publication, by publisher.
SELECT publisher, articles, originals, revised, words
FROM mart.daily
WHERE day = $1::DATE
ORDER BY articles DESC
LIMIT 20
