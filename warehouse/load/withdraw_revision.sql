-- Adds a revision of kind `withdrawal` to the article $target, with its current text, seen at $now.
INSERT INTO core.revision BY NAME
SELECT article_id, url, revision + 1 AS revision, 'withdrawal' AS kind, headline, body_text, text_hash, body_hash,
       0 AS words_added, 0 AS words_removed, $now AS first_seen_at, ($now::TIMESTAMPTZ)::DATE AS day, extractor, page_file, page_offset
FROM core.article WHERE article_id = $target
