-- Returns every revision whose page is archived, of articles published on $first to $last (NULL: no bound),
-- the revisions of an article together.
SELECT a.published_day AS day, r.article_id, r.revision
FROM core.revision r JOIN core.article a ON a.article_id = r.article_id
WHERE r.page_file IS NOT NULL AND a.status <> 'removed'
  AND ($first IS NULL OR a.published_day >= $first) AND ($last IS NULL OR a.published_day <= $last)
ORDER BY a.published_day, r.article_id, r.revision
