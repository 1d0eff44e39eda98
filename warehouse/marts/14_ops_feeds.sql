-- ops.feeds: the state of every feed.
-- * feed_id: feed
-- * name: name
-- * publisher: publisher named in feeds.toml
-- * config_url: address in feeds.toml
-- * url: address in use, after adopted redirects
-- * enabled: polled at all
-- * position: place in feeds.toml
-- * min_interval: seconds, floor set in feeds.toml
-- * max_interval: seconds, ceiling
-- * etag: validator, verbatim
-- * last_modified: validator, verbatim
-- * last_poll_at: last attempt
-- * last_success_at: last good answer
-- * last_new_at: last poll with a new entry
-- * next_poll_at: when it is due
-- * paused_until: kept off until then
-- * floor: seconds asked for by the feed (ttl, max-age)
-- * entries_per_day: decayed arrival rate
-- * failures: failed polls in a row
-- * last_status: last HTTP status
-- * last_reason: why the last poll failed
-- * last_detail: in words
-- * redirect_url: permanent redirect seen, not yet adopted
-- * guid_policy: what its entries are told apart by: guid or link
-- * overflows: polls without overlap
-- * overflow_at: the last of these
-- * polls: polls so far
-- * why_next: why next_poll_at is what it is
CREATE VIEW ops.feeds AS
SELECT feed_id, name, publisher, config_url, url, enabled, position, min_interval, max_interval, etag,
       last_modified, last_poll_at, last_success_at, last_new_at, next_poll_at, paused_until, floor,
       entries_per_day, failures, last_status, last_reason, last_detail, redirect_url, guid_policy, overflows,
       overflow_at, polls, why_next
FROM {feeds};
