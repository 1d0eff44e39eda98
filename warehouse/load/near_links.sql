-- Keeps the row ids in core.alias of the hashes in new_hash (near_link). As in every look-up by hash the
-- row id comes first, then the row, then the key itself: in a single scan the keys of the whole history would
-- be unpacked (docs/decisions/0002). merge_alias.sql adds the rows that it inserts.
INSERT INTO near_link
SELECT place, false FROM (SELECT rowid AS place FROM core.alias WHERE link_hash IN (SELECT link_hash FROM new_hash))
ANTI JOIN near_link USING (place);
INSERT INTO near_hash SELECT link_hash FROM new_hash
