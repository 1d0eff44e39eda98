-- A story's lead is its own lead, a text is in one story, and `texts` counts the texts with the same lead.
SELECT s.article_id::VARCHAR AS id, 'its lead is no lead' AS broken
FROM core.story s ANTI JOIN core.story l ON l.article_id = s.lead_id AND l.lead_id = l.article_id
UNION ALL
SELECT article_id::VARCHAR, 'in two stories' FROM core.story GROUP BY article_id HAVING count(*) > 1
UNION ALL
SELECT s.article_id::VARCHAR, 'miscounted' FROM core.story s
JOIN (SELECT lead_id, count(*) AS texts FROM core.story GROUP BY lead_id) c USING (lead_id) WHERE c.texts <> s.texts
