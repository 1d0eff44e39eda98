-- mart.revisions: each headline or body text ever published under an article.
-- * article_id: as mart.articles
-- * url: as mart.articles
-- * revision: number of the text, from 1
-- * kind: first, edit, correction, update or withdrawal; mere noise opens no revision
-- * headline: headline of that revision
-- * body_text: text of that revision
-- * words_added: words that the revision before did not have
-- * words_removed: words of the revision before that went
-- * first_seen_at: when this text was first seen
-- * extractor: as mart.articles
CREATE VIEW mart.revisions AS
SELECT {columns of mart.revisions}
FROM {revisions};
