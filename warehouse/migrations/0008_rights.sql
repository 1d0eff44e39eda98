-- What the page says of its rights: an address or words for license and usage_terms, the notice as printed.
ALTER TABLE core.article ADD COLUMN license VARCHAR;
ALTER TABLE core.article ADD COLUMN copyright_notice VARCHAR;
ALTER TABLE core.article ADD COLUMN usage_terms VARCHAR
