-- mart.articles_asof: live and withdrawn articles as this warehouse knew them at the time t: headline, body_text, revision and extractor are those of that time.
-- * every column of mart.articles
CREATE MACRO mart.articles_asof(t) AS TABLE
SELECT {columns of mart.articles}
FROM (
  SELECT a.* REPLACE (r.headline AS headline, r.body_text AS body_text, r.revision AS revision, r.extractor AS extractor)
  FROM {articles} a
  JOIN (SELECT * FROM {revisions} WHERE first_seen_at <= t QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY revision DESC) = 1) r
    ON r.article_id = a.article_id
  WHERE a.status <> 'removed' AND r.kind <> 'withdrawal'
    AND NOT (a.status = 'withdrawn' AND r.revision = a.revision) AND (a.embargo_until IS NULL OR a.embargo_until <= t));
