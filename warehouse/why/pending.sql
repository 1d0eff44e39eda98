-- The work with a key in subject_key that is still to be done.
SELECT url, kind, attempts, next_attempt_at, last_reason, last_detail, page_file FROM core.pending WHERE url_key IN (SELECT key FROM subject_key)
