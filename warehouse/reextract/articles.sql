-- Returns whole rows of core.article for the articles in $ids; key_hash is the loader's to make.
SELECT * EXCLUDE (key_hash) FROM core.article WHERE article_id IN (SELECT unnest($ids::UUID[]))
