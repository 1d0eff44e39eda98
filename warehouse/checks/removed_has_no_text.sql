-- An article that was taken down has no text, nor has any of its revisions.
SELECT article_id FROM core.article WHERE status = 'removed' AND (body_text IS NOT NULL OR headline IS NOT NULL)
UNION ALL
SELECT r.article_id FROM core.revision r JOIN core.article a USING (article_id) WHERE a.status = 'removed' AND r.body_text IS NOT NULL
