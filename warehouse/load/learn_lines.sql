-- Notes blocks that are on $pages pages of their host or more as boilerplate, learnt at $now. Pages with the
-- same text count once: copies of one story prove nothing.
INSERT INTO core.boilerplate_line BY NAME
SELECT b.host, b.line_hash, count(DISTINCT a.body_hash)::INTEGER AS pages, true AS active, $now AS learned_at
FROM core.boilerplate_seen b
JOIN core.article a ON a.article_id = b.article_id
ANTI JOIN core.boilerplate_line l ON l.host = b.host AND l.line_hash = b.line_hash
GROUP BY b.host, b.line_hash
HAVING count(DISTINCT a.body_hash) >= $pages
