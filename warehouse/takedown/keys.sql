-- Makes the temp table `takedown_key` (key, article_id): every key that resolves to the article asked for
-- (its own, those of its links, pages and canonical links), and $key itself. $requested: what the user
-- gave, a URL, url_key or article_id. Redirects on the way (hops) are left out: one gate is on the way to
-- all stories of a site, and its one alias row names only the last article that came through it. $entries are the
-- keys of entries that share the link and are articles of their own: then no tombstone is written for the link itself,
-- which other stories may have.
CREATE OR REPLACE TEMP TABLE takedown_key AS
WITH target AS (
  SELECT url_key, article_id FROM core.article
  WHERE url_key = $key OR url_key = $requested OR url = $requested OR article_id::VARCHAR = $requested
     OR url_key IN (SELECT url_key FROM core.alias WHERE kind <> 'hop' AND (link_key = $key OR url = $requested))
     OR url_key IN (SELECT unnest($entries::VARCHAR[]))
), met AS (
  SELECT a.url, a.link_key, a.url_key, a.kind, t.article_id
  FROM core.alias a JOIN target t ON t.url_key = a.url_key WHERE a.kind <> 'hop'
), shown AS (  -- which articles' links were answered at these addresses: an alias has one row and tells of the last one only
  SELECT m.link_key, l.url_key
  FROM met m JOIN raw.page p ON p.final_url = m.url JOIN core.alias l ON l.link_key = p.work_key AND l.kind = 'link'
  WHERE m.kind = 'final' AND l.url_key IN (SELECT url_key FROM core.article)
)
SELECT url_key AS key, article_id FROM target
UNION
SELECT m.link_key, m.article_id FROM met m
-- an address at which others are shown as well (a reader's page) is not the article's
WHERE m.kind = 'link' OR NOT EXISTS (
  SELECT 1 FROM core.alias o WHERE o.link_key = m.link_key AND o.url_key <> m.url_key AND o.kind <> 'hop'
  UNION ALL SELECT 1 FROM shown s WHERE s.link_key = m.link_key AND s.url_key <> m.url_key)
UNION
SELECT unnest($entries::VARCHAR[]), NULL WHERE NOT EXISTS (SELECT 1 FROM target)
UNION
SELECT $key, (SELECT min(article_id) FROM target)
WHERE len($entries::VARCHAR[]) = 0 AND NOT EXISTS (SELECT 1 FROM target WHERE $requested = article_id::VARCHAR)
