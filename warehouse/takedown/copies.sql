-- Returns other articles with the text of the articles in `takedown_key`: whether those are taken down as well is for
-- a person to decide. `kind` is that of mart.copies (what the article is to the canonical copy of its group);
-- where it is in no group, what it is to the article taken down. A pair's kind says what its second article
-- (b_id) is to the first.
SELECT a.article_id, a.url, a.publisher,
       CASE WHEN g.size > 1 THEN g.kind
            WHEN a.article_id = p.b_id THEN p.kind
            WHEN p.kind = 'truncated' THEN 'expanded'
            WHEN p.kind = 'expanded' THEN 'truncated'
            ELSE p.kind END AS kind,
       round(p.containment, 3) AS containment, a.published_at
FROM core.copy_pair p
JOIN core.article a ON a.article_id = CASE WHEN p.a_id IN (SELECT article_id FROM takedown_key) THEN p.b_id ELSE p.a_id END
LEFT JOIN core.copy_group g ON g.article_id = a.article_id AND g.day = a.published_day
WHERE (p.a_id IN (SELECT article_id FROM takedown_key)) <> (p.b_id IN (SELECT article_id FROM takedown_key))
ORDER BY p.containment DESC, a.url
