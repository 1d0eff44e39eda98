-- Where and why a document is broken that was read all the same, and how many entries of a feed's last
-- document were beyond entries_cap.
ALTER TABLE raw.poll ADD COLUMN IF NOT EXISTS malformed VARCHAR;
ALTER TABLE core.feed ADD COLUMN IF NOT EXISTS capped INTEGER DEFAULT 0
