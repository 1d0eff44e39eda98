-- Notes for the next publish every day on which a link that resolves to a staged key (url_key) was first
-- seen. Aliases whose own key differs from the key they resolve to are looked up by key_hash, the others by
-- link_hash.
CREATE OR REPLACE TEMP TABLE resolving_alias AS
SELECT rowid AS place FROM core.alias WHERE key_hash IN (SELECT core.key_hash(url_key) FROM staged);
CREATE OR REPLACE TEMP TABLE near AS
SELECT url_key, link_key, kind, day FROM near_alias()
UNION
SELECT url_key, link_key, kind, day FROM core.alias WHERE rowid IN (SELECT place FROM resolving_alias ANTI JOIN near_link USING (place));
INSERT INTO core.dirty_day (dataset, day)
SELECT 'outcomes', day FROM near
WHERE kind = 'link' AND (url_key IN (SELECT url_key FROM staged) OR link_key IN (SELECT url_key FROM staged))
EXCEPT
SELECT dataset, day FROM core.dirty_day
