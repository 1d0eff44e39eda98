-- A row where an article, a link, an entry or waiting work has the key $key, or $requested as its URL, key or id.
SELECT 1 WHERE EXISTS (
  SELECT 1 FROM core.article WHERE url_key IN ($key, $requested) OR url = $requested OR article_id::VARCHAR = $requested
) OR EXISTS (SELECT 1 FROM core.alias WHERE link_key IN ($key, $requested) OR url = $requested)
  OR EXISTS (SELECT 1 FROM raw.entry WHERE url_key IN ($key, $requested) OR link = $requested)
  OR EXISTS (SELECT 1 FROM core.takedown WHERE url_key IN ($key, $requested))
