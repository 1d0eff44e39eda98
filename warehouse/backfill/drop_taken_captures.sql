-- Removes the captures whose places are staged: they are pending work from now on.
DELETE FROM core.backfill_capture c USING staged s
WHERE c.backfill_id = $id AND c.page_file = s.page_file AND c.page_offset = s.page_offset
