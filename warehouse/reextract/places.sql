-- Every text whose page lies in the archive, of the days asked for; of an article all revisions, in order.
SELECT a.published_day AS day, r.article_id, r.revision
FROM core.revision r JOIN core.article a ON a.article_id = r.article_id
WHERE r.page_file IS NOT NULL AND a.status <> 'removed'
  AND ($first IS NULL OR a.published_day >= $first) AND ($last IS NULL OR a.published_day <= $last)
ORDER BY a.published_day, r.article_id, r.revision
