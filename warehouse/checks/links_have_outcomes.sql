-- Every discovered link has an outcome.
SELECT l.url, l.link_key FROM core.alias l ANTI JOIN core.outcome o ON o.link_key = l.link_key WHERE l.kind = 'link'
