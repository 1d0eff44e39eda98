-- Links of before and those that this transaction added, each by a statement of its own (near_asked).
CREATE OR REPLACE TEMP TABLE led AS
SELECT n.place, n.added, s.url_key FROM near_alias() n JOIN staged s ON s.link_key = n.link_key WHERE n.kind = 'link';
UPDATE core.alias l SET url_key = s.url_key, key_hash = nullif(core.key_hash(s.url_key), l.link_hash)
FROM (SELECT * FROM led WHERE NOT added) s WHERE l.rowid = s.place;
UPDATE core.alias l SET url_key = s.url_key, key_hash = nullif(core.key_hash(s.url_key), l.link_hash)
FROM (SELECT * FROM led WHERE added) s WHERE l.rowid = s.place
