-- Makes the temp table `takedown_key` of addresses at which something taken down came again: $keys, and for
-- each the key of its tombstone ($barred).
CREATE OR REPLACE TEMP TABLE takedown_key AS SELECT unnest($keys::VARCHAR[]) AS key, unnest($barred::VARCHAR[]) AS barred_key
