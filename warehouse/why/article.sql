SELECT article_id, url_key, url, headline, publisher, agency, published_at, published_precision, published_source, published_raw,
       published_zone, status, signal, content_type, flags, word_count, revision, extractor, feed_id, first_seen_at, checked_at
FROM core.article WHERE url_key IN (SELECT key FROM asked_key)
