-- A URL stands once in a backfill, as it was met first.
INSERT INTO core.backfill_target BY NAME
SELECT s.* FROM staged s ANTI JOIN core.backfill_target t ON t.backfill_id = s.backfill_id AND t.url = s.url
