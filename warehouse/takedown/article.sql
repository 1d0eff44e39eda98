UPDATE core.article SET status = 'removed', headline = NULL, description = NULL, body_text = NULL, byline = NULL, authors = [],
  published_raw = NULL, dateline = NULL, section = NULL, keywords = [], image_url = NULL, image_credit = NULL, withdraws = NULL,
  credits = [], word_count = 0, text_hash = '', body_hash = '', page_file = NULL, page_offset = NULL, page_length = NULL
WHERE article_id IN (SELECT article_id FROM gone)
