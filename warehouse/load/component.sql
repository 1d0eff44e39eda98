WITH RECURSIVE pair AS (
  SELECT a_id AS one, b_id AS other FROM core.copy_pair UNION ALL SELECT b_id, a_id FROM core.copy_pair
), reached AS (
  SELECT article_id::UUID AS article_id FROM staged
  UNION
  SELECT p.other FROM reached r JOIN pair p ON p.one = r.article_id
)
SELECT a.article_id, a.published_at, a.publisher, a.agency
FROM core.article a
WHERE a.article_id IN (SELECT article_id FROM reached) AND a.status IN ('live', 'embargoed')
