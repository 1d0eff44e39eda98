-- Returns the lines that extraction took out of the articles in $ids: article_id, rule, text, in order.
SELECT article_id, rule, text FROM core.dropped_line
WHERE article_id IN (SELECT unnest($ids::UUID[]))
ORDER BY article_id, line
