-- Every key that leads to the article asked for: its own, those of its links, hops and canonical links; and what was asked.
CREATE OR REPLACE TEMP TABLE gone AS
WITH RECURSIVE target AS (
  SELECT url_key, article_id FROM core.article
  WHERE url_key = $key OR url_key = $asked OR url = $asked OR article_id::VARCHAR = $asked
     OR url_key IN (SELECT url_key FROM core.alias WHERE link_key = $key OR url = $asked)
)
SELECT url_key AS key, article_id FROM target
UNION
SELECT l.link_key, t.article_id FROM core.alias l JOIN target t ON t.url_key = l.url_key
-- a stop on the way that others come by as well (a page that asks for consent) is nobody's address
WHERE l.kind = 'link' OR NOT EXISTS (SELECT 1 FROM core.alias o WHERE o.link_key = l.link_key AND o.url_key <> l.url_key)
UNION
SELECT $key, (SELECT min(article_id) FROM target) WHERE NOT EXISTS (SELECT 1 FROM target WHERE $asked = article_id::VARCHAR)
