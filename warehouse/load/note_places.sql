-- Notes where the pages of the staged work (url_key) are archived: page_file, page_offset, page_length.
UPDATE core.pending p SET page_file = s.page_file, page_offset = s.page_offset, page_length = s.page_length
FROM staged s WHERE p.url_key = s.url_key
