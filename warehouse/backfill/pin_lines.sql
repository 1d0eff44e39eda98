-- Keeps the boilerplate lines known now of the backfill's hosts, so that a text does not depend on where a
-- run was cut off.
INSERT INTO core.backfill_line BY NAME
SELECT DISTINCT $id AS backfill_id, host, line_hash FROM core.boilerplate_line
WHERE active AND NOT EXISTS (SELECT 1 FROM core.backfill_line WHERE backfill_id = $id)
  AND host IN (SELECT host FROM core.backfill_target WHERE backfill_id = $id AND reason IS NULL)
