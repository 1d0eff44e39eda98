-- Revisions of an article are numbered from 1 without gaps, and the article shows the last.
SELECT a.article_id, a.revision, count(r.revision) AS kept, max(r.revision) AS last
FROM core.article a LEFT JOIN core.revision r ON r.article_id = a.article_id
GROUP BY a.article_id, a.revision
HAVING count(r.revision) <> a.revision OR max(r.revision) IS DISTINCT FROM a.revision
