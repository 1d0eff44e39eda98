-- Returns what grouping needs to know of the staged articles (article_id), published on $first to $last.
-- Withdrawn and removed ones have no pairs and are left out.
SELECT article_id::VARCHAR AS article_id, published_day AS day, published_at, published_precision, publisher, agency, signal, headline,
       CASE WHEN revisions > 1 THEN first_seen_at::DATE END AS revised_since
FROM core.article
WHERE published_day BETWEEN $first AND $last AND core.article.article_id IN (SELECT article_id::UUID FROM staged) AND status IN ('live', 'embargoed')
