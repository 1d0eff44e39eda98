SELECT a_id, b_id FROM core.copy_pair
WHERE a_id IN (SELECT article_id::UUID FROM staged) AND b_id IN (SELECT article_id::UUID FROM staged)
