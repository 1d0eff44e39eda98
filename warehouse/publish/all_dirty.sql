-- Notes every day of every dataset for the next publish: after a migration, a restore or a move.
INSERT INTO core.dirty_day (dataset, day)
SELECT 'articles', published_day FROM core.article
UNION SELECT 'revisions', day FROM core.revision
UNION SELECT 'outcomes', day FROM core.alias WHERE kind = 'link'
UNION SELECT 'polls', day FROM raw.poll
EXCEPT SELECT dataset, day FROM core.dirty_day
