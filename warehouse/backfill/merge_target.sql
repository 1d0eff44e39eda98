-- Adds the staged targets. Each URL is in a backfill once. A target of stronger evidence replaces an earlier one
-- (a sitemap with a date one without), and of equal evidence one that is wanted replaces one that is left out
-- (the capture of an error page, say), as ledger.outweighs has it. Targets that are in a chunk already are kept
-- as they are.
UPDATE core.backfill_target t
SET feed_id = s.feed_id, rank = s.rank, day = s.day, hints = s.hints, reason = s.reason, detail = s.detail,
    final = s.final, evidence = s.evidence,
    page_file = coalesce(s.page_file, t.page_file), page_offset = coalesce(s.page_offset, t.page_offset),
    page_length = coalesce(s.page_length, t.page_length)
FROM staged s
WHERE t.backfill_id = s.backfill_id AND t.url = s.url AND t.chunk IS NULL
  AND (
    s.evidence > t.evidence OR (s.evidence = t.evidence AND t.reason IS NOT NULL AND s.reason IS NULL)
  );
INSERT INTO core.backfill_target BY NAME
SELECT s.* FROM staged s ANTI JOIN core.backfill_target t ON t.backfill_id = s.backfill_id AND t.url = s.url
