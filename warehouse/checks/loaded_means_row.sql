-- An outcome of loaded, revised or unchanged resolves to an article.
SELECT o.link_key, o.url_key, o.outcome FROM core.outcome o ANTI JOIN core.article a ON a.url_key = o.url_key
WHERE o.outcome IN ('loaded', 'revised', 'unchanged')
