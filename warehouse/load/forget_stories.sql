-- Deletes the story rows of the staged articles (article_id), published on $first to $last.
DELETE FROM core.story WHERE day BETWEEN $first AND $last AND article_id IN (SELECT article_id::UUID FROM staged)
