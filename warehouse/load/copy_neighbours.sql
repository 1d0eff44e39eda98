-- Returns every verified pair of the staged articles (article_id), published on $first to $last, as (staged
-- article, other, day of the other).
SELECT a_id::VARCHAR AS article_id, b_id::VARCHAR AS other, b_day AS day FROM core.copy_pair
WHERE a_day BETWEEN $first AND $last AND a_id IN (SELECT article_id::UUID FROM staged)
UNION ALL
SELECT b_id::VARCHAR, a_id::VARCHAR, a_day FROM core.copy_pair
WHERE b_day BETWEEN $first AND $last AND b_id IN (SELECT article_id::UUID FROM staged)
