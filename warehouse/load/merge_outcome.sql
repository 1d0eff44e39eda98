-- The day a URL was first seen stays; the rest is its current outcome.
CREATE OR REPLACE TEMP TABLE near AS
SELECT rowid AS place, link_key FROM core.outcome
WHERE rowid IN (SELECT rowid FROM core.outcome WHERE link_hash IN (SELECT core.key_hash(link_key) FROM staged));
MERGE INTO core.outcome t USING (SELECT s.*, n.place FROM staged s LEFT JOIN near n ON n.link_key = s.link_key) s
ON t.rowid = s.place
WHEN MATCHED THEN UPDATE SET url_key = s.url_key, feed_id = coalesce(s.feed_id, t.feed_id), outcome = s.outcome, reason = s.reason,
  detail = s.detail, fetched = t.fetched OR s.fetched, extracted = t.extracted OR s.extracted, decided_at = s.decided_at
WHEN NOT MATCHED THEN INSERT (link_key, url_key, feed_id, outcome, reason, detail, fetched, extracted, day, decided_at, link_hash)
  VALUES (s.link_key, s.url_key, s.feed_id, s.outcome, s.reason, s.detail, s.fetched, s.extracted, s.day, s.decided_at,
          core.key_hash(s.link_key))
