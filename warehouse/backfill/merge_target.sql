-- A URL stands once in a backfill, as it was met first; one that was left out (a capture of an error, say) makes room for one that can
-- be had.
DELETE FROM core.backfill_target t USING staged s
WHERE t.backfill_id = s.backfill_id AND t.url = s.url AND t.reason IS NOT NULL AND s.reason IS NULL;
INSERT INTO core.backfill_target BY NAME
SELECT s.* FROM staged s ANTI JOIN core.backfill_target t ON t.backfill_id = s.backfill_id AND t.url = s.url
