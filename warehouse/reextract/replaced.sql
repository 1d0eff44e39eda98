-- Returns what the re-extraction $run_id replaced: article_id, revision, and the columns as they were (JSON).
SELECT article_id, revision, before FROM core.reextraction WHERE run_id = $run_id ORDER BY ALL
