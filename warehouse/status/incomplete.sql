-- The incomplete ones among the last five runs, and all incomplete backfills: kind, id, what is wrong.
SELECT 'run' AS kind, run_id AS id, detail, started_at AS "at"
FROM (SELECT * FROM ops.runs ORDER BY started_at DESC LIMIT 5)
WHERE state = 'incomplete' AND job <> 'backfill'
UNION ALL
SELECT 'backfill', backfill_id,
       CASE WHEN unreadable > 0 THEN unreadable || ' inputs, or parts of them, could not be read'
            ELSE 'its counts do not add up' END, updated_at
FROM ops.backfills WHERE state = 'incomplete'
ORDER BY "at" DESC
