-- Makes the temp table subject_key: every key that the user's input ($subject, or its key $key) may mean:
-- itself, what its links resolve to, and the links that resolve to that.
CREATE OR REPLACE TEMP TABLE subject_key AS
WITH direct AS (
  SELECT $key AS key UNION SELECT $subject
  UNION SELECT url_key FROM core.article WHERE article_id::VARCHAR = $subject
  UNION SELECT link_key FROM core.alias WHERE url = $subject
  UNION SELECT unnest($entries::VARCHAR[])  -- entries that share the link, each an article of its own
), reached AS (
  SELECT key FROM direct UNION SELECT url_key FROM core.alias WHERE link_key IN (SELECT key FROM direct)
)
SELECT key FROM reached UNION SELECT link_key FROM core.alias WHERE url_key IN (SELECT key FROM reached)
