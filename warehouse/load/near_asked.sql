-- Collects the hashes of the staged keys (link_key) that this transaction has not looked up yet (asked_hash);
-- returns a row if there are any. Creates the tables in which a transaction keeps the row ids it found.
CREATE TEMP TABLE IF NOT EXISTS near_hash (link_hash UINTEGER);
CREATE TEMP TABLE IF NOT EXISTS near_link (place BIGINT, added BOOLEAN);
-- Rows that this transaction inserted (`added`) lie in a storage of their own: in one scan with rows of long ago all between is read.
CREATE TEMP MACRO IF NOT EXISTS near_alias() AS TABLE
  SELECT rowid AS place, * FROM core.alias WHERE rowid IN (SELECT place FROM near_link WHERE NOT added)
  UNION ALL
  SELECT rowid, * FROM core.alias WHERE rowid IN (SELECT place FROM near_link WHERE added);
CREATE OR REPLACE TEMP TABLE asked_hash AS
SELECT core.key_hash(link_key) AS link_hash FROM staged EXCEPT SELECT link_hash FROM near_hash;
SELECT 1 FROM asked_hash LIMIT 1
