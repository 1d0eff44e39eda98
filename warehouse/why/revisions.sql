-- The revisions of the article of the keys in subject_key, without their texts.
SELECT r.revision, r.kind, r.headline, r.words_added, r.words_removed, r.first_seen_at, r.extractor, r.page_file, r.page_offset
FROM core.revision r JOIN core.article a USING (article_id)
WHERE a.url_key IN (SELECT key FROM subject_key) ORDER BY r.revision
