-- published/revisions: every text ever published under an article, by the day we first saw it (of the days in
-- publish_day). A column of core.revision is published unless it is named here as one that only the loader
-- needs.
SELECT r.* EXCLUDE (text_hash, body_hash, page_file, page_offset)
FROM core.revision r
WHERE r.day IN (SELECT day FROM publish_day)
ORDER BY r.day, r.first_seen_at, r.article_id, r.revision
