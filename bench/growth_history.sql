-- The synthetic history of growth.py: articles $first to $last of $size, over 750 days up to 2026-01-31. Every fifth batch of 500
-- is a backfill's: its days lie anywhere before those around it.
CREATE OR REPLACE TEMP TABLE synthetic AS
WITH numbered AS (
  SELECT i, 750.0 * i / $size AS age, i // 500 % 5 = 0 AS late FROM range($first::BIGINT, $last::BIGINT) t(i)
)
SELECT i, md5(i::VARCHAR)::UUID AS id,
       'outlet' || i % 997 || '.example/news/' || i || '/words-of-the-headline-' || hash(i) % 100000 AS key,
       TIMESTAMPTZ '2024-01-12 12:00+00' + to_minutes((1440 * CASE WHEN late THEN age * (hash(i, 'late') % 1000) / 1000 ELSE age END)::BIGINT) AS stamp
FROM numbered
ORDER BY i;

SET VARIABLE words = (SELECT list('w' || md5(k::VARCHAR)[:6] ORDER BY k) FROM range(4000) t(k));

INSERT INTO core.article BY NAME
SELECT id AS article_id, key AS url_key, core.key_hash(key) AS key_hash, 'https://' || key AS url, split_part(key, '/', 1) AS host,
       'A headline of some words ' || i AS headline,
       CASE WHEN stamp >= TIMESTAMPTZ '2026-01-01 00:00+00'
            THEN array_to_string(list_transform(range(300), lambda k: getvariable('words')[1 + (hash(i, k) % 4000)::BIGINT]), ' ')
            ELSE 'text ' || i END AS body_text,
       'en' AS language, stamp AS published_at, 'instant' AS published_precision, stamp::DATE AS published_day, stamp AS first_seen_at,
       stamp AS checked_at, 'Outlet ' || i % 997 AS publisher, 300 AS word_count, 'news' AS content_type, 'none' AS signal,
       'live' AS status, []::VARCHAR[] AS flags, 1 AS revision, 1 AS revisions, md5('t' || i) AS text_hash, md5('b' || i) AS body_hash,
       'bench' AS extractor, 'feed' || i % 200 AS feed_id, '000001 00000 ' || key AS rank
FROM synthetic ORDER BY i;

INSERT INTO core.revision BY NAME
SELECT id AS article_id, 'https://' || key AS url, 1 AS revision, 'first' AS kind, 'A headline of some words ' || i AS headline,
       'text ' || i AS body_text, md5('t' || i) AS text_hash, md5('b' || i) AS body_hash, 300 AS words_added, 0 AS words_removed,
       stamp AS first_seen_at, stamp::DATE AS day, 'bench' AS extractor
FROM synthetic ORDER BY i;

INSERT INTO core.alias BY NAME
SELECT 'https://' || key AS url, key AS link_key, key AS url_key, 'feed' || i % 200 AS feed_id, '000001 00000 ' || key AS rank, kind, stamp::DATE AS day,
       stamp AS seen_at, core.key_hash('https://' || key) AS url_hash, core.key_hash(key) AS link_hash
FROM synthetic, (VALUES ('link'), ('final')) k(kind) ORDER BY i;

INSERT INTO core.outcome BY NAME
SELECT key AS link_key, key AS url_key, 'feed' || i % 200 AS feed_id, 'loaded' AS outcome, true AS fetched, true AS extracted,
       stamp::DATE AS day, stamp AS decided_at, core.key_hash(key) AS link_hash
FROM synthetic ORDER BY i;

INSERT INTO core.fingerprint
SELECT (hash(i, k) % 4294967296)::UINTEGER AS hash, id AS article_id, stamp::DATE AS day
FROM synthetic, range(16) u(k) ORDER BY i, k;

INSERT INTO core.story_mark
SELECT id AS article_id, stamp::DATE AS day, stamp AS published_at,
       list_transform(range(12), lambda k: (hash(i, k, 'mark') % 100000)::UINTEGER) AS marks
FROM synthetic ORDER BY i;

INSERT INTO core.copy_pair BY NAME
SELECT least(a.id, b.id) AS a_id, greatest(a.id, b.id) AS b_id, a.stamp::DATE AS a_day, b.stamp::DATE AS b_day, 'exact' AS kind,
       1.0 AS containment, 1.0 AS slot_agreement, 1.0 AS jaccard, 1 AS rule_version, b.stamp AS decided_at
FROM synthetic a JOIN synthetic b ON b.i = a.i + 1 WHERE a.i % 10 = 0 ORDER BY a.i;

INSERT INTO core.copy_group BY NAME
SELECT m.id AS article_id, m.stamp::DATE AS day, least(a.id, b.id) AS group_id, CASE WHEN m.i = a.i THEN 'origin' ELSE 'exact' END AS kind,
       m.i = a.i AS is_canonical, a.id AS canonical_id, a.stamp::DATE AS canonical_day, a.stamp AS canonical_at, 2 AS size
FROM synthetic a JOIN synthetic b ON b.i = a.i + 1 JOIN synthetic m ON m.i IN (a.i, b.i) WHERE a.i % 10 = 0 ORDER BY m.i;

INSERT INTO core.sentence BY NAME
SELECT (hash(i, k, 'sentence') >> 1)::BIGINT AS hash, id AS article_id, stamp::DATE AS day, stamp::DATE AS seen_day,
       [(hash(i, 0, 'sentence') >> 1)::BIGINT, (hash(i, 1, 'sentence') >> 1)::BIGINT] AS opening
FROM synthetic, range(5) u(k) WHERE stamp >= TIMESTAMPTZ '2026-01-01 00:00+00' ORDER BY i, k;
