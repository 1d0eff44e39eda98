-- Collects in new_hash the hashes of the staged keys (link_key) that this transaction has not looked up
-- yet; returns a row if there are any. Creates the tables in which a transaction keeps the hashes that it
-- has looked up and the row ids that it found for them.
CREATE TEMP TABLE IF NOT EXISTS near_hash (link_hash UINTEGER);
CREATE TEMP TABLE IF NOT EXISTS near_link (place BIGINT, added BOOLEAN);
-- DuckDB keeps the rows that this transaction inserted (`added`) in a storage of their own: one scan for
-- those and for old rows would also read all rows between.
CREATE TEMP MACRO IF NOT EXISTS near_alias() AS TABLE
  SELECT rowid AS place, * FROM core.alias WHERE rowid IN (SELECT place FROM near_link WHERE NOT added)
  UNION ALL
  SELECT rowid, * FROM core.alias WHERE rowid IN (SELECT place FROM near_link WHERE added);
CREATE OR REPLACE TEMP TABLE new_hash AS
SELECT core.key_hash(link_key) AS link_hash FROM staged EXCEPT SELECT link_hash FROM near_hash;
SELECT 1 FROM new_hash LIMIT 1
