-- Deletes every other row that belongs to the articles or keys in `takedown_key`: lines and blocks of their pages,
-- older extractions, waiting work. The addresses that a backfill listed stay, without what the source said of
-- them: each must end in an outcome.
-- Versions of the pages that a backfill was still to load say nothing more than their address does, whose outcome is
-- takedown: they count as the same, as in ledger.drop_captures.
UPDATE core.backfill b
SET same = b.same + w.versions - least(w.versions, w.addresses),
    counts = json_merge_patch(b.counts, json_object('also_addresses', w.addresses - least(w.versions, w.addresses)))
FROM (
  SELECT o.backfill_id, count(*) AS versions, coalesce((o.counts->>'also_addresses')::BIGINT, 0) AS addresses
  FROM core.backfill o JOIN (
    SELECT backfill_id, url_key FROM core.backfill_capture
    UNION ALL
    SELECT t.backfill_id, t.url_key FROM core.pending p
    JOIN (SELECT DISTINCT backfill_id, url_key FROM core.backfill_target) t ON t.url_key = p.url_key
    WHERE p.kind = 'capture'
  ) v ON v.backfill_id = o.backfill_id
  WHERE o.counts IS NOT NULL AND o.ended_at IS NULL AND v.url_key IN (SELECT key FROM takedown_key)
  GROUP BY ALL
) w
WHERE b.backfill_id = w.backfill_id;
DELETE FROM core.dropped_line WHERE article_id IN (SELECT article_id FROM takedown_key);
DELETE FROM core.boilerplate_seen WHERE article_id IN (SELECT article_id FROM takedown_key);
DELETE FROM core.reextraction WHERE article_id IN (SELECT article_id FROM takedown_key);
DELETE FROM core.pending WHERE url_key IN (SELECT key FROM takedown_key);
UPDATE core.backfill_target
SET hints = NULL, reason = 'takedown', detail = NULL, final = true, page_file = NULL, page_offset = NULL, page_length = NULL
WHERE url_key IN (SELECT key FROM takedown_key);
DELETE FROM core.backfill_capture WHERE url_key IN (SELECT key FROM takedown_key)
