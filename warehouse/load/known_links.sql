-- Returns, for each staged link_key, its pending work, its outcome and its tombstone. Staged: link_key, and
-- the url_key of the article that it resolves to, if there is one.
CREATE OR REPLACE TEMP TABLE near AS
SELECT link_key, outcome, reason FROM core.outcome
WHERE rowid IN (SELECT rowid FROM core.outcome WHERE link_hash IN (SELECT core.key_hash(link_key) FROM staged));
SELECT s.link_key,
       s.url_key AS article_key,
       p.rank AS pending_rank, p.kind AS pending_kind, p.attempts AS pending_attempts,
       CASE WHEN p.kind = 'entry' THEN p.content END AS pending_content,
       CASE WHEN p.kind = 'entry' THEN p.hints END AS pending_hints,
       -- what a backfill only passed by was never decided
       CASE WHEN NOT list_contains($undecided, o.reason) OR o.reason IS NULL OR o.outcome = 'pending' THEN o.outcome END AS outcome,
       o.reason,
       t.reason AS taken_down
FROM staged s
LEFT JOIN core.pending p ON p.url_key = s.link_key
LEFT JOIN near o ON o.link_key = s.link_key
LEFT JOIN core.takedown t ON t.url_key = coalesce(s.url_key, s.link_key)
