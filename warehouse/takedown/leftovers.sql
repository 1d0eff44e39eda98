-- Deletes every other row that belongs to the articles or keys in `takedown_key`: lines and blocks of their pages,
-- older extractions, waiting work. The addresses that a backfill listed stay, without what the source said of
-- them: each must end in an outcome.
DELETE FROM core.dropped_line WHERE article_id IN (SELECT article_id FROM takedown_key);
DELETE FROM core.boilerplate_seen WHERE article_id IN (SELECT article_id FROM takedown_key);
DELETE FROM core.reextraction WHERE article_id IN (SELECT article_id FROM takedown_key);
DELETE FROM core.pending WHERE url_key IN (SELECT key FROM takedown_key);
UPDATE core.backfill_target
SET hints = NULL, reason = 'takedown', detail = NULL, final = true, page_file = NULL, page_offset = NULL, page_length = NULL
WHERE url_key IN (SELECT key FROM takedown_key);
DELETE FROM core.backfill_capture WHERE url_key IN (SELECT key FROM takedown_key)
