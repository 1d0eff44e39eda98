-- The articles that were compared with the article of subject_key and found to be copies, with the scores,
-- and its group now.
SELECT o.url, o.publisher, p.kind, round(p.containment, 3) AS containment, round(p.slot_agreement, 3) AS slot_agreement,
       round(p.jaccard, 3) AS jaccard, p.why, p.rule_version, g.group_id, g.kind AS kind_in_group, g.is_canonical, g.supersedes
FROM core.article a
JOIN (
  SELECT a_id AS article_id, b_id AS other, * FROM core.copy_pair UNION ALL SELECT b_id, a_id, * FROM core.copy_pair
) p ON p.article_id = a.article_id
JOIN core.article o ON o.article_id = p.other
LEFT JOIN core.copy_group g ON g.article_id = a.article_id
WHERE a.url_key IN (SELECT key FROM subject_key)
ORDER BY p.containment DESC, o.url
