-- published/revisions: every text ever published, by the day we first saw it.
SELECT r.article_id, r.url, r.revision, r.kind, r.headline, r.body_text, r.words_added, r.words_removed, r.first_seen_at,
       r.extractor, r.day
FROM core.revision r
WHERE r.day IN (SELECT day FROM publish_day)
ORDER BY r.day, r.first_seen_at, r.article_id, r.revision
