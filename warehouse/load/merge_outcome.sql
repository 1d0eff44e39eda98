-- The day a URL was first seen stays; the rest is its current outcome.
MERGE INTO core.outcome t USING staged s ON t.link_key = s.link_key
WHEN MATCHED THEN UPDATE SET url_key = s.url_key, feed_id = coalesce(s.feed_id, t.feed_id), outcome = s.outcome, reason = s.reason,
  detail = s.detail, fetched = t.fetched OR s.fetched, extracted = t.extracted OR s.extracted, decided_at = s.decided_at
WHEN NOT MATCHED THEN INSERT BY NAME
