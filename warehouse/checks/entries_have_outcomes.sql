-- Every link of a feed entry has an outcome: its own, or that of the link it resolves to.
WITH entry AS (
  SELECT url_key, feed_id FROM raw.entry UNION SELECT url_key, feed_id FROM core.entry
)
SELECT e.feed_id, e.url_key AS link_key FROM entry e
ANTI JOIN core.outcome o ON o.link_key = e.url_key
ANTI JOIN (
  SELECT a.link_key FROM core.alias a SEMI JOIN core.outcome o ON o.link_key = a.url_key
) a ON a.link_key = e.url_key
