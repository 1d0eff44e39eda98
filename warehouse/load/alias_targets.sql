-- Returns link_key and url_key: what the links, redirects and canonical links of the staged keys (link_key)
-- resolve to. new_hashes.sql and near_links.sql ran before.
CREATE OR REPLACE TEMP TABLE near AS SELECT link_key, url_key FROM near_alias();
SELECT DISTINCT link_key, url_key FROM near WHERE link_key IN (SELECT link_key FROM staged)
