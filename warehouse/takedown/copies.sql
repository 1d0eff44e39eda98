-- Returns other articles with the text of the articles in `takedown_key`: whether those are taken down as
-- well is for a person to decide.
SELECT a.article_id, a.url, a.publisher, p.kind, round(p.containment, 3) AS containment, a.published_at
FROM core.copy_pair p
JOIN core.article a ON a.article_id = CASE WHEN p.a_id IN (SELECT article_id FROM takedown_key) THEN p.b_id ELSE p.a_id END
WHERE (p.a_id IN (SELECT article_id FROM takedown_key)) <> (p.b_id IN (SELECT article_id FROM takedown_key))
ORDER BY p.containment DESC, a.url
