-- The links of feed entries that are articles of their own (poll/matching.py), with the keys of these.
SELECT DISTINCT link, url_key FROM raw.entry WHERE link IS NOT NULL AND url_key LIKE 'urn:wire-entry:%'
