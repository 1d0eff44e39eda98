-- The article of the keys in subject_key, but for its text and what only the loader needs: a column is shown
-- unless it is named here.
SELECT * EXCLUDE (canonical_url, host, description, body_text, byline, authors, language, published_day, modified_at, dateline, located,
                  dateline_date, credits, section, keywords, image_url, image_credit, embargo_until, withdraws, revisions, text_hash,
                  body_hash, rank, page_file, page_offset, page_length, key_hash)
FROM core.article WHERE url_key IN (SELECT key FROM subject_key)
