-- Returns one row for each feed whose documents listed entries in the run $run on $day ($now: its clock): the
-- counts of its polls, the number of entries recorded (run_entries.sql ran before), and what became of the
-- links of these, each counted once: duplicate_url, where another entry of the run or another link of the
-- same article counts for it; pending, where its page waits; unchanged, where the run decided nothing of a
-- loaded article; else the link's outcome. `missing` have none of these, `example` is one of them. Row ids
-- before keys, as in near_links.sql.
WITH link AS (
  SELECT DISTINCT link_key, core.key_hash(link_key) AS link_hash FROM run_entry
), decided AS (
  SELECT link_key, outcome, decided_at FROM core.outcome
  WHERE rowid IN (SELECT rowid FROM core.outcome WHERE link_hash IN (SELECT link_hash FROM link))
), own AS (
  SELECT DISTINCT link_key, url_key, core.key_hash(url_key) AS key_hash FROM core.alias
  WHERE rowid IN (SELECT rowid FROM core.alias WHERE link_hash IN (SELECT link_hash FROM link))
    AND kind = 'link' AND link_key IN (SELECT link_key FROM link)
), first_link AS (
  SELECT url_key, link_key FROM core.alias
  WHERE rowid IN (
      SELECT rowid FROM core.alias
      WHERE key_hash IN (SELECT key_hash FROM own) OR link_hash IN (SELECT key_hash FROM own))
    AND kind = 'link' AND url_key IN (SELECT url_key FROM own)
  QUALIFY row_number() OVER (PARTITION BY url_key ORDER BY (link_key = url_key) DESC, rank, url) = 1
), further AS (
  SELECT DISTINCT o.link_key FROM own o JOIN first_link l ON l.url_key = o.url_key AND l.link_key <> o.link_key
), ended AS (
  SELECT e.feed_id, e.link_key,
         CASE WHEN d.outcome IS NULL THEN NULL
              WHEN e.number > 1 OR f.link_key IS NOT NULL THEN 'duplicate_url'
              WHEN p.url_key IS NOT NULL THEN 'pending'
              WHEN d.outcome = 'pending' THEN NULL
              WHEN d.outcome IN ('loaded', 'revised') AND d.decided_at <> $now THEN 'unchanged'
              ELSE d.outcome END AS outcome
  FROM run_entry e
  LEFT JOIN decided d ON d.link_key = e.link_key
  LEFT JOIN further f ON f.link_key = e.link_key
  LEFT JOIN core.pending p ON p.url_key = e.link_key
), entries AS (
  SELECT feed_id, count(*) AS recorded,
         count(*) FILTER (WHERE outcome = 'loaded') AS loaded,
         count(*) FILTER (WHERE outcome = 'revised') AS revised,
         count(*) FILTER (WHERE outcome = 'unchanged') AS unchanged,
         count(*) FILTER (WHERE outcome = 'duplicate_url') AS duplicate_url,
         count(*) FILTER (WHERE outcome = 'pending') AS pending,
         count(*) FILTER (WHERE outcome = 'skipped') AS skipped,
         count(*) FILTER (WHERE outcome = 'failed') AS failed,
         count(*) FILTER (WHERE outcome IS NULL) AS missing,
         min(link_key) FILTER (WHERE outcome IS NULL) AS example
  FROM ended GROUP BY feed_id
), polls AS (
  SELECT feed_id, sum(entries) AS listed, sum(new) AS new, sum(changed) AS changed, sum(touched) AS touched,
         sum(same) AS same, sum(repeated) AS repeated, sum(capped) AS capped, sum(unreadable) AS unreadable
  FROM raw.poll WHERE day = $day AND run_id = $run GROUP BY feed_id
)
SELECT feed_id, coalesce(columns(p.* EXCLUDE feed_id), 0)::BIGINT,
       coalesce(columns(e.* EXCLUDE (feed_id, example)), 0)::BIGINT, e.example
FROM polls p FULL JOIN entries e USING (feed_id)
WHERE p.listed > 0 OR e.recorded > 0
ORDER BY feed_id
