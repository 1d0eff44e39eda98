-- A new outcome may change which link of a key is primary: every day on which a link to these keys was first seen.
-- Those that lead to a key by another have its key_hash, the others its link_hash.
CREATE OR REPLACE TEMP TABLE near AS
SELECT url_key, link_key, kind, day FROM core.alias
WHERE rowid IN (
  SELECT rowid FROM core.alias WHERE key_hash IN (SELECT core.key_hash(url_key) FROM staged)
  UNION ALL
  SELECT rowid FROM core.alias WHERE link_hash IN (SELECT core.key_hash(url_key) FROM staged)
);
INSERT INTO core.dirty_day (dataset, day)
SELECT 'outcomes', day FROM near
WHERE kind = 'link' AND (url_key IN (SELECT url_key FROM staged) OR link_key IN (SELECT url_key FROM staged))
EXCEPT
SELECT dataset, day FROM core.dirty_day
