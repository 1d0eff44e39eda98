-- A new outcome may change which link of a key is primary: every day on which a link to these keys was first seen. Two look-ups, not
-- one with OR: only a plain join lets the scan pass over what cannot match.
INSERT INTO core.dirty_day (dataset, day)
SELECT 'outcomes', l.day FROM core.alias l WHERE l.kind = 'link' AND l.url_key IN (SELECT url_key FROM staged)
UNION
SELECT 'outcomes', l.day FROM core.alias l WHERE l.kind = 'link' AND l.link_key IN (SELECT url_key FROM staged)
EXCEPT
SELECT dataset, day FROM core.dirty_day
