-- Returns the texts that must be found nowhere any more.
SELECT headline, body_text FROM core.article WHERE article_id IN (SELECT article_id FROM takedown_key)
UNION SELECT headline, body_text FROM core.revision WHERE article_id IN (SELECT article_id FROM takedown_key)
UNION SELECT title, summary FROM raw.entry WHERE url_key IN (SELECT key FROM takedown_key)
