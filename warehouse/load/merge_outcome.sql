-- Inserts or updates the staged outcomes. The day on which a URL was first seen stays. Row ids before keys,
-- as in merge_alias.sql.
CREATE OR REPLACE TEMP TABLE near AS
SELECT rowid AS place, link_key FROM core.outcome
WHERE rowid IN (SELECT rowid FROM core.outcome WHERE link_hash IN (SELECT core.key_hash(link_key) FROM staged));
UPDATE core.outcome t
SET url_key = s.url_key, feed_id = coalesce(s.feed_id, t.feed_id), outcome = s.outcome, reason = s.reason, detail = s.detail,
    fetched = t.fetched OR s.fetched, extracted = t.extracted OR s.extracted, decided_at = s.decided_at
FROM (SELECT n.place, s.* FROM near n JOIN staged s ON s.link_key = n.link_key) s
WHERE t.rowid = s.place;
INSERT INTO core.outcome BY NAME
SELECT s.*, core.key_hash(s.link_key) AS link_hash FROM staged s ANTI JOIN near n ON n.link_key = s.link_key
