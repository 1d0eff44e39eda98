-- Deletes the copy group rows of the staged articles (article_id), published on $first to $last.
DELETE FROM core.copy_group WHERE day BETWEEN $first AND $last AND article_id IN (SELECT article_id::UUID FROM staged)
