-- A page that is archived and waits to be loaded has its row in raw.page.
SELECT p.url_key AS link_key, p.page_file, p.page_offset
FROM core.pending p ANTI JOIN raw.page r ON r.page_file = p.page_file AND r.page_offset = p.page_offset
WHERE p.page_file IS NOT NULL
