-- Every address that was met resolves to an article, or to a link that has an outcome.
SELECT l.url, l.kind, l.url_key FROM core.alias l
ANTI JOIN core.article a ON a.url_key = l.url_key
ANTI JOIN core.outcome o ON o.link_key = l.url_key
