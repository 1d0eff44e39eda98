-- Counts by which every run can be checked: what was listed = what became of it. NULL in rows of earlier versions.
ALTER TABLE raw.poll ADD COLUMN IF NOT EXISTS same INTEGER;         -- entries as they were at the poll before
ALTER TABLE raw.poll ADD COLUMN IF NOT EXISTS repeated INTEGER;     -- entries that repeat another of the same document
ALTER TABLE raw.poll ADD COLUMN IF NOT EXISTS unreadable INTEGER;   -- entries that are listed but could not be read
ALTER TABLE core.run ADD COLUMN state VARCHAR;        -- done | incomplete: its counts do not add up; NULL while it runs, or when it was killed
ALTER TABLE core.run ADD COLUMN detail VARCHAR;       -- what does not add up
ALTER TABLE core.backfill ADD COLUMN outcomes VARCHAR;   -- JSON: the number of its URLs by outcome and reason, as of its last run
ALTER TABLE core.backfill ADD COLUMN ended_at TIMESTAMPTZ  -- when it was done or cancelled
