-- Notes the staged blocks of pages (host, line_hash, article_id, day) that were not noted yet.
INSERT INTO core.boilerplate_seen BY NAME
SELECT s.host, s.line_hash, s.article_id::UUID AS article_id, s.day FROM staged s
ANTI JOIN core.boilerplate_seen b ON b.host = s.host AND b.line_hash = s.line_hash AND b.article_id = s.article_id::UUID
