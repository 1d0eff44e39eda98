-- The fetches made for work with a key in subject_key, oldest first, and where each page is archived.
SELECT fetched_at, status, final_url, content_type, bytes, sha256, page_file, page_offset FROM raw.page WHERE work_key IN (SELECT key FROM subject_key) ORDER BY fetched_at
