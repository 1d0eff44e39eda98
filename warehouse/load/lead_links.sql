-- Makes links with the staged link_key resolve to the staged url_key. new_hashes.sql and near_links.sql ran
-- before.
CREATE OR REPLACE TEMP TABLE near AS SELECT place, link_key, kind FROM near_alias();
UPDATE core.alias l SET url_key = s.url_key, key_hash = nullif(core.key_hash(s.url_key), l.link_hash)
FROM (SELECT n.place, s.url_key FROM near n JOIN staged s ON s.link_key = n.link_key WHERE n.kind = 'link') s
WHERE l.rowid = s.place
