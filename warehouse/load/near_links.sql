-- Where rows of the asked hashes stand in core.alias. As in every look-up by hash the place comes first, then the row, then the key
-- itself: in one go the keys of the whole history would be unpacked (docs/decisions/0002). Rows added later are noted by merge_alias.
INSERT INTO near_link
SELECT place, false FROM (SELECT rowid AS place FROM core.alias WHERE link_hash IN (SELECT link_hash FROM asked_hash))
ANTI JOIN near_link USING (place);
INSERT INTO near_hash SELECT link_hash FROM asked_hash
