-- published/articles: every article of the dirty days (publish_day), with its copy group and its story.
-- A column of core.article is published unless it is named here as one that only the loader needs.
SELECT a.* EXCLUDE (host, checked_at, withdraws, text_hash, body_hash, rank, page_file, page_offset, page_length, key_hash),
       coalesce(g.group_id, a.article_id) AS copy_group,
       CASE WHEN g.size > 1 THEN g.kind END AS copy_kind,
       coalesce(g.is_canonical, true) AS is_canonical,
       coalesce(g.size, 1) AS copies,
       g.containment, g.slot_agreement, g.canonical_at, g.supersedes,
       CASE WHEN s.texts > 1 THEN s.lead_id END AS story_id
FROM core.article a
LEFT JOIN core.copy_group g ON g.article_id = a.article_id AND g.day = a.published_day
LEFT JOIN core.story s ON s.article_id = coalesce(g.canonical_id, a.article_id) AND s.day = coalesce(g.canonical_day, a.published_day)
WHERE a.published_day IN (SELECT day FROM publish_day)
ORDER BY a.published_day, a.published_at, a.article_id
