-- Where links, hops and canonical links of the staged keys lead.
CREATE OR REPLACE TEMP TABLE near AS SELECT link_key, url_key FROM near_alias();
SELECT DISTINCT link_key, url_key FROM near WHERE link_key IN (SELECT link_key FROM staged)
