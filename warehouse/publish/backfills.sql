-- published/backfills: every backfill with what its source listed and what became of it, in one file. The
-- outcomes are those at the end of its last run (core.backfill.outcomes).
SELECT b.backfill_id, b.source, b.mode, b.state,
       (b.options->>'from')::DATE AS first_day, (b.options->>'to')::DATE AS last_day,
       (b.options->'inputs')::VARCHAR[] AS inputs, (b.options->'feeds')::VARCHAR[] AS feeds,
       b.seen, c.urls, coalesce(v.versions, 0) AS versions, b.same, b.unreadable, o.loaded, o.revised, o.unchanged, o.duplicate_url, o.pending, o.skipped, o.failed,
       coalesce(json_array_length(b.problems), 0)::INTEGER AS problems, b.problems AS problem_details,
       b.created_at AS started_at, b.updated_at, b.ended_at
FROM core.backfill b
LEFT JOIN (
  SELECT backfill_id, sum(targets)::BIGINT AS urls FROM core.backfill_chunk GROUP BY backfill_id
) c ON c.backfill_id = b.backfill_id
LEFT JOIN (
  SELECT backfill_id,
         coalesce(sum(urls) FILTER (WHERE outcome = 'loaded'), 0)::BIGINT AS loaded,
         coalesce(sum(urls) FILTER (WHERE outcome = 'revised'), 0)::BIGINT AS revised,
         coalesce(sum(urls) FILTER (WHERE outcome = 'unchanged'), 0)::BIGINT AS unchanged,
         coalesce(sum(urls) FILTER (WHERE outcome = 'duplicate_url'), 0)::BIGINT AS duplicate_url,
         coalesce(sum(urls) FILTER (WHERE outcome = 'pending'), 0)::BIGINT AS pending,
         coalesce(sum(urls) FILTER (WHERE outcome = 'skipped'), 0)::BIGINT AS skipped,
         coalesce(sum(urls) FILTER (WHERE outcome = 'failed'), 0)::BIGINT AS failed
  FROM (
    SELECT backfill_id, part->>'outcome' AS outcome, (part->>'urls')::BIGINT AS urls
    FROM (SELECT backfill_id, unnest(outcomes::JSON[]) AS part FROM core.backfill WHERE outcomes IS NOT NULL)
  )
  GROUP BY backfill_id
) o ON o.backfill_id = b.backfill_id
LEFT JOIN (
  SELECT backfill_id, sum(number::BIGINT)::BIGINT AS versions
  FROM (SELECT backfill_id, unnest(map_values(json_extract(counts, '$.versions')::MAP(VARCHAR, BIGINT))) AS number
        FROM core.backfill WHERE counts IS NOT NULL)
  GROUP BY backfill_id
) v ON v.backfill_id = b.backfill_id
ORDER BY b.created_at, b.backfill_id
