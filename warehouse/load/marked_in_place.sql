-- Returns the staged articles (article_id) that were marked as a correction or update by a revision since
-- $first, under their own address: such a mark refers to no other take.
SELECT DISTINCT article_id FROM core.revision
WHERE day >= $first AND article_id IN (SELECT article_id::UUID FROM staged) AND kind IN ('correction', 'update')
