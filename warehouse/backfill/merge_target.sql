-- Adds the staged targets. Each URL is in a backfill once, as it was listed first; but one that is left out
-- (the capture of an error page, say) is replaced by one that is wanted.
DELETE FROM core.backfill_target t USING staged s
WHERE t.backfill_id = s.backfill_id AND t.url = s.url AND t.reason IS NOT NULL AND s.reason IS NULL;
INSERT INTO core.backfill_target BY NAME
SELECT s.* FROM staged s ANTI JOIN core.backfill_target t ON t.backfill_id = s.backfill_id AND t.url = s.url
