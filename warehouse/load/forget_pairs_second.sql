-- Deletes the verified pairs whose second article is staged (article_id), published on $first to $last.
DELETE FROM core.copy_pair WHERE b_day BETWEEN $first AND $last AND b_id IN (SELECT article_id::UUID FROM staged)
