-- Makes `enabled` true for the feeds in $enabled and false for every other.
UPDATE core.feed SET enabled = NOT enabled
WHERE enabled <> (feed_id IN (SELECT unnest($enabled::VARCHAR[])))
