-- Returns the days whose stories are to be derived again, with the number of texts published on each.
SELECT d.day, count(m.article_id) AS texts
FROM (SELECT DISTINCT day FROM core.story_day) d LEFT JOIN core.story_mark m ON m.day = d.day
GROUP BY d.day ORDER BY d.day
