-- A row is looked up by the hash of its key: a row with a wrong hash would never be found again.
SELECT 'core.alias' AS row_of, url AS key FROM core.alias
WHERE url_hash <> core.key_hash(url) OR link_hash <> core.key_hash(link_key)
   OR key_hash IS DISTINCT FROM nullif(core.key_hash(url_key), link_hash)
UNION ALL
SELECT 'core.outcome', link_key FROM core.outcome WHERE link_hash <> core.key_hash(link_key)
UNION ALL
-- an article's id is UUIDv5 of its key: 16 bytes of SHA-1, with version and variant written over (RFC 9562, 5.5)
SELECT 'core.article', url_key FROM core.article
WHERE replace(article_id::VARCHAR, '-', '')[:12] <> left(sha1(unhex('6ba7b8119dad11d180b400c04fd430c8') || encode(url_key)), 12)
   OR key_hash IS DISTINCT FROM core.key_hash(url_key)
