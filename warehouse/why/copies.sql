-- Each text it was compared with and found a copy of, with the scores, and how it stands in its group now.
SELECT o.url, o.publisher, p.kind, round(p.containment, 3) AS containment, round(p.slot_agreement, 3) AS slot_agreement,
       round(p.jaccard, 3) AS jaccard, p.why, p.rule_version, g.group_id, g.kind AS kind_in_group, g.is_canonical
FROM core.article a
JOIN core.copy_pair p ON a.article_id IN (p.a_id, p.b_id)
JOIN core.article o ON o.article_id = CASE WHEN p.a_id = a.article_id THEN p.b_id ELSE p.a_id END
LEFT JOIN core.copy_group g ON g.article_id = a.article_id
WHERE a.url_key IN (SELECT key FROM asked_key)
ORDER BY p.containment DESC, o.url
