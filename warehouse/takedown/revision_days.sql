-- Returns the days on which revisions of the articles in `gone` are published.
SELECT DISTINCT day FROM core.revision WHERE article_id IN (SELECT article_id FROM gone)
