-- A new outcome may change which link of a key is primary: every day on which a link to these keys was first seen.
INSERT INTO core.dirty_day (dataset, day)
SELECT DISTINCT 'outcomes', l.day
FROM core.alias l
WHERE l.kind = 'link' AND (l.url_key IN (SELECT url_key FROM staged) OR l.link_key IN (SELECT url_key FROM staged))
  AND l.day NOT IN (SELECT day FROM core.dirty_day WHERE dataset = 'outcomes')
