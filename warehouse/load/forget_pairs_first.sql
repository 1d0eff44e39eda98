-- Deletes the verified pairs whose first article is staged (article_id), published on $first to $last.
DELETE FROM core.copy_pair WHERE a_day BETWEEN $first AND $last AND a_id IN (SELECT article_id::UUID FROM staged)
