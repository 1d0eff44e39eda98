SELECT * FROM core.article WHERE published_day BETWEEN $first AND $last AND article_id IN (SELECT article_id::UUID FROM staged)
