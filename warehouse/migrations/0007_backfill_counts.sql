-- Backfills: what their inputs list, in numbers that add up; the strength of a target's evidence; and what a
-- row of another tool says of one version of a page.
ALTER TABLE core.backfill ADD COLUMN seen BIGINT;        -- addresses, lines and records that the inputs list
ALTER TABLE core.backfill ADD COLUMN same BIGINT;        -- of them those that say what an earlier one said
ALTER TABLE core.backfill ADD COLUMN unreadable BIGINT;  -- inputs, or parts of them, that could not be read
ALTER TABLE core.backfill ADD COLUMN counts VARCHAR;     -- JSON: versions, not_pages, unknown_keys
ALTER TABLE core.backfill_target ADD COLUMN evidence TINYINT DEFAULT 0;
ALTER TABLE core.backfill_capture ADD COLUMN hints VARCHAR
