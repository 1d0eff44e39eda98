-- published/feeds: the state of every feed, in one file.
SELECT feed_id, name, publisher, config_url, url, enabled, position, min_interval, max_interval, etag, last_modified,
       last_poll_at, last_success_at, last_new_at, next_poll_at, paused_until, floor, rate_num / nullif(rate_den, 0) * 86400 AS entries_per_day,
       failures, last_status, last_reason, last_detail, redirect_url, guid_policy, overflows, overflow_at, polls, why_next, capped
FROM core.feed
ORDER BY position, feed_id
