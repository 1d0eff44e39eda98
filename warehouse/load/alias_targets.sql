-- Where links, hops and canonical links of the staged keys lead. As in every look-up by hash: first where such rows stand, then the
-- rows, then the keys themselves; asked for in one go, the keys of the whole history would be unpacked (docs/decisions/0002).
CREATE OR REPLACE TEMP TABLE near AS
SELECT link_key, url_key FROM core.alias
WHERE rowid IN (SELECT rowid FROM core.alias WHERE link_hash IN (SELECT core.key_hash(url_key) FROM staged));
SELECT DISTINCT link_key, url_key FROM near WHERE link_key IN (SELECT url_key FROM staged)
