-- A URL is told once for each way it was met; where it leads may change (a guid that moved, a redirect learnt).
CREATE OR REPLACE TEMP TABLE near AS
SELECT rowid AS place, url, kind FROM core.alias
WHERE rowid IN (SELECT rowid FROM core.alias WHERE url_hash IN (SELECT core.key_hash(url) FROM staged));
MERGE INTO core.alias t USING (SELECT s.*, n.place FROM staged s LEFT JOIN near n ON n.url = s.url AND n.kind = s.kind) s
ON t.rowid = s.place
WHEN MATCHED THEN UPDATE SET url_key = s.url_key, key_hash = nullif(core.key_hash(s.url_key), t.link_hash), rank = least(t.rank, s.rank),
  feed_id = CASE WHEN s.rank < t.rank THEN s.feed_id ELSE t.feed_id END
WHEN NOT MATCHED THEN INSERT (url, link_key, url_key, feed_id, rank, kind, day, seen_at, url_hash, link_hash, key_hash)
  VALUES (s.url, s.link_key, s.url_key, s.feed_id, s.rank, s.kind, s.day, s.seen_at,
          core.key_hash(s.url), core.key_hash(s.link_key), nullif(core.key_hash(s.url_key), core.key_hash(s.link_key)))
