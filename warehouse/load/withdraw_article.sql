UPDATE core.article SET status = 'withdrawn', revision = revision + 1, revisions = revisions + 1 WHERE article_id = $target
