-- Days whose stories are to be derived anew, with the texts that stand on them.
SELECT d.day, count(m.article_id) AS texts
FROM (SELECT DISTINCT day FROM core.story_day) d LEFT JOIN core.story_mark m ON m.day = d.day
GROUP BY d.day ORDER BY d.day
