-- A URL is told once for each way it was met; where it leads may change (a guid that moved, a redirect learnt).
MERGE INTO core.alias t USING staged s ON t.url = s.url AND t.kind = s.kind
WHEN MATCHED THEN UPDATE SET url_key = s.url_key, rank = least(t.rank, s.rank),
  feed_id = CASE WHEN s.rank < t.rank THEN s.feed_id ELSE t.feed_id END
WHEN NOT MATCHED THEN INSERT BY NAME
