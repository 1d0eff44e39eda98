-- Makes the temp table run_entry of the entries that the run $run recorded on $day (new, changed or touched).
-- `number` counts the entries of the run that have one link: from 2 on they are further ones of that link.
CREATE OR REPLACE TEMP TABLE run_entry AS
SELECT feed_id, url_key AS link_key, row_number() OVER (PARTITION BY url_key ORDER BY seen_at, feed_id, position) AS number
FROM raw.entry
WHERE day = $day AND run_id = $run
