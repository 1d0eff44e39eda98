-- Returns the copy group rows of the staged articles (article_id), published on $first to $last, with ids as
-- text.
SELECT * REPLACE (article_id::VARCHAR AS article_id, group_id::VARCHAR AS group_id, canonical_id::VARCHAR AS canonical_id,
                  supersedes::VARCHAR AS supersedes)
FROM core.copy_group WHERE day BETWEEN $first AND $last AND core.copy_group.article_id IN (SELECT article_id::UUID FROM staged)
