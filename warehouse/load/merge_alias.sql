-- Inserts or updates the staged aliases: one row for a URL and kind. What a URL resolves to may change (a
-- guid that moved, a redirect that was learnt). UPDATE and INSERT, since a MERGE would join on the row ids of
-- the whole history. A URL that was not found by its key is looked up by itself, for it may have had another
-- key then (identity rules and tracking parameters change). New rows are noted beside those that
-- near_links.sql found.
CREATE OR REPLACE TEMP TABLE near AS SELECT place, url, kind FROM near_alias();
CREATE OR REPLACE TEMP TABLE newcomer AS
SELECT core.key_hash(s.url) AS url_hash FROM staged s ANTI JOIN near n ON n.url = s.url AND n.kind = s.kind;
CREATE OR REPLACE TEMP TABLE other AS
SELECT place FROM (SELECT rowid AS place FROM core.alias WHERE url_hash IN (SELECT url_hash FROM newcomer)) ANTI JOIN near USING (place);
INSERT INTO near SELECT rowid, url, kind FROM core.alias WHERE rowid IN (SELECT place FROM other);
UPDATE core.alias t
SET url_key = s.url_key, key_hash = nullif(core.key_hash(s.url_key), t.link_hash), rank = least(t.rank, s.rank),
    feed_id = CASE WHEN s.rank < t.rank THEN s.feed_id ELSE t.feed_id END
FROM (SELECT n.place, s.* FROM near n JOIN staged s ON s.url = n.url AND s.kind = n.kind) s WHERE t.rowid = s.place;
INSERT INTO core.alias BY NAME
SELECT s.url, s.link_key, s.url_key, s.feed_id, s.rank, s.kind, s.day, s.seen_at, core.key_hash(s.url) AS url_hash,
       core.key_hash(s.link_key) AS link_hash, nullif(core.key_hash(s.url_key), core.key_hash(s.link_key)) AS key_hash
FROM staged s ANTI JOIN near n ON n.url = s.url AND n.kind = s.kind;
SET VARIABLE added_since = (SELECT min(seen_at) FROM staged);
INSERT INTO near_link
SELECT place, true FROM (
  SELECT rowid AS place FROM core.alias
  WHERE seen_at >= getvariable('added_since') AND link_hash IN (SELECT core.key_hash(link_key) FROM staged))
ANTI JOIN near_link USING (place)
