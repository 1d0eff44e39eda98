-- A URL is told once for each way it was met; where it leads may change (a guid that moved, a redirect learnt). Not by MERGE, which
-- joins on the places of the whole history. What is new is noted beside what near_links found.
CREATE OR REPLACE TEMP TABLE near AS SELECT place, url, kind FROM near_alias();
UPDATE core.alias t
SET url_key = s.url_key, key_hash = nullif(core.key_hash(s.url_key), t.link_hash), rank = least(t.rank, s.rank),
    feed_id = CASE WHEN s.rank < t.rank THEN s.feed_id ELSE t.feed_id END
FROM (SELECT n.place, s.* FROM near n JOIN staged s ON s.url = n.url AND s.kind = n.kind) s
WHERE t.rowid = s.place;
INSERT INTO core.alias BY NAME
SELECT s.url, s.link_key, s.url_key, s.feed_id, s.rank, s.kind, s.day, s.seen_at, core.key_hash(s.link_key) AS link_hash,
       nullif(core.key_hash(s.url_key), core.key_hash(s.link_key)) AS key_hash
FROM staged s ANTI JOIN near n ON n.url = s.url AND n.kind = s.kind;
INSERT INTO near_link
SELECT place, link_hash, true FROM (
  SELECT rowid AS place, link_hash FROM core.alias
  WHERE seen_at >= (SELECT min(seen_at) FROM staged) AND link_hash IN (SELECT core.key_hash(link_key) FROM staged))
ANTI JOIN near_link USING (place)
