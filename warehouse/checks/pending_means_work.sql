-- An outcome of pending has work waiting.
SELECT o.link_key FROM core.outcome o ANTI JOIN core.pending p ON p.url_key = o.link_key WHERE o.outcome = 'pending'
