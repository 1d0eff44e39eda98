DELETE FROM core.sentence WHERE day BETWEEN $first AND $last AND article_id IN (SELECT article_id::UUID FROM staged)
