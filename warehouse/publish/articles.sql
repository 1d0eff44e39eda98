-- published/articles: every article of the dirty days, with what its copy group says of it.
SELECT a.article_id, a.url_key, a.url, a.canonical_url, a.headline, a.description, a.body_text, a.byline, a.authors,
       a.language, a.published_at, a.published_precision, a.published_source, a.published_raw, a.published_zone,
       a.modified_at, a.first_seen_at, a.dateline, a.located, a.dateline_date, a.agency, a.credits, a.publisher, a.section,
       a.keywords, a.image_url, a.image_credit, a.word_count, a.content_type, a.signal, a.embargo_until, a.flags,
       coalesce(g.group_id, a.article_id) AS copy_group,
       CASE WHEN g.size > 1 THEN g.kind END AS copy_kind,
       coalesce(g.is_canonical, true) AS is_canonical,
       coalesce(g.size, 1) AS copies,
       g.containment, g.slot_agreement,
       g.canonical_at,
       CASE WHEN s.texts > 1 THEN s.lead_id END AS story_id, a.revision, a.revisions, g.supersedes, a.extractor, a.feed_id, a.status, a.published_day
FROM core.article a
LEFT JOIN core.copy_group g ON g.article_id = a.article_id AND g.day = a.published_day
LEFT JOIN core.story s ON s.article_id = coalesce(g.canonical_id, a.article_id) AND s.day = coalesce(g.canonical_day, a.published_day)
WHERE a.published_day IN (SELECT day FROM publish_day)
ORDER BY a.published_day, a.published_at, a.article_id
