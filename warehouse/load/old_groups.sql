SELECT article_id, group_id, is_canonical FROM core.copy_group WHERE article_id IN (SELECT article_id::UUID FROM staged)
