-- mart.revisions: every headline or text ever published under an article, one row per revision.
-- * article_id: as mart.articles
-- * url: as mart.articles
-- * revision: number of the revision, from 1
-- * kind: first, edit, correction, update or withdrawal; a change of spacing, punctuation or a counter alone opens no revision
-- * headline: headline of this revision
-- * body_text: text of this revision
-- * words_added: number of words that the previous revision did not have
-- * words_removed: number of words of the previous revision that this one no longer has
-- * first_seen_at: when this revision was first seen
-- * extractor: as mart.articles
CREATE VIEW mart.revisions AS
SELECT {columns of mart.revisions}
FROM {revisions};
