CREATE OR REPLACE TEMP TABLE near AS
SELECT rowid AS place, link_key, kind FROM core.alias
WHERE rowid IN (SELECT rowid FROM core.alias WHERE link_hash IN (SELECT core.key_hash(link_key) FROM staged));
UPDATE core.alias l SET url_key = s.url_key, key_hash = nullif(core.key_hash(s.url_key), l.link_hash)
FROM (SELECT n.place, s.url_key FROM near n JOIN staged s ON s.link_key = n.link_key WHERE n.kind = 'link') s
WHERE l.rowid = s.place
