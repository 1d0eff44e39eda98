-- Makes the temp table `gone` of addresses at which something taken down came again: $keys, and for each a
-- key with a tombstone ($led).
CREATE OR REPLACE TEMP TABLE gone AS SELECT unnest($keys::VARCHAR[]) AS key, unnest($led::VARCHAR[]) AS led
