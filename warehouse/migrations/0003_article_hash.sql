-- Articles are looked for by a hash of their key, as links and outcomes are (docs/decisions/0002).
ALTER TABLE core.article ADD COLUMN IF NOT EXISTS key_hash UINTEGER;  -- core.key_hash of url_key
UPDATE core.article SET key_hash = core.key_hash(url_key) WHERE key_hash IS NULL
