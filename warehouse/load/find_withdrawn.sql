-- Returns the articles that a withdrawal notice may mean: $named is a link or slug of the article, or its
-- headline, published within 72 hours of $at. Only the article's own $agency, $publisher or $host may
-- withdraw it; NULL matches nobody. $self: the notice itself.
SELECT a.article_id, a.published_day, a.status
FROM core.article a
WHERE a.article_id <> $self::UUID AND a.status <> 'removed' AND a.withdraws IS NULL
  AND a.published_day BETWEEN ($at::TIMESTAMPTZ)::DATE - 4 AND ($at::TIMESTAMPTZ)::DATE + 4
  AND abs(epoch(coalesce(a.published_at, a.first_seen_at)) - epoch($at::TIMESTAMPTZ)) <= 72 * 3600
  AND (a.agency IN ($agency::VARCHAR, $publisher::VARCHAR) OR a.publisher IN ($agency::VARCHAR, $publisher::VARCHAR)
       OR a.host = $host::VARCHAR)
  AND (a.url = $named OR a.canonical_url = $named OR a.url_key = $named
       OR (position('/' IN $named) = 0 AND position(' ' IN $named) = 0 AND position($named IN a.url) > 0 AND length($named) >= 8)
       OR lower(a.headline) = lower($named))
