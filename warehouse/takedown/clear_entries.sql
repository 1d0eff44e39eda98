-- Clears the texts of the feed entries whose key is in the temp table `takedown_key`; the rows stay.
UPDATE raw.entry SET title = NULL, summary = NULL, content = NULL, authors = NULL, credit = NULL, categories = NULL, image_url = NULL
WHERE url_key IN (SELECT key FROM takedown_key)
