-- Sets the article $target to withdrawn and counts the revision that withdraw_revision.sql has added.
UPDATE core.article SET status = 'withdrawn', revision = revision + 1, revisions = revisions + 1 WHERE article_id = $target
