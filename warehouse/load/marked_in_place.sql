-- Which of these texts got their mark of a correction or update by a revision, under their own address: such a mark names no other take.
SELECT DISTINCT article_id FROM core.revision
WHERE day >= $first AND article_id IN (SELECT article_id::UUID FROM staged) AND kind IN ('correction', 'update')
