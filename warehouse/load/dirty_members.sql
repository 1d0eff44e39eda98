INSERT INTO core.dirty_day (dataset, day)
SELECT DISTINCT 'articles', a.published_day FROM core.article a
WHERE a.article_id IN (SELECT article_id::UUID FROM staged)
  AND a.published_day NOT IN (SELECT day FROM core.dirty_day WHERE dataset = 'articles')
