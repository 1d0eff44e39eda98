UPDATE core.revision SET headline = NULL, body_text = NULL, text_hash = '', body_hash = '', page_file = NULL, page_offset = NULL
WHERE article_id IN (SELECT article_id FROM gone)
