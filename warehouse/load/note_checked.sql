-- Sets checked_at of the staged articles (article_id), published on $first to $last, to $now.
UPDATE core.article SET checked_at = $now
WHERE published_day BETWEEN $first AND $last AND article_id IN (SELECT article_id::UUID FROM staged)
