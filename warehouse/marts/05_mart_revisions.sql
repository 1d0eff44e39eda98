-- mart.revisions: each headline or body text ever published under an article.
-- * article_id: UUIDv5 of the key the article was first loaded under; never changes
-- * url: address the text was fetched from, after redirects
-- * revision: number of the text, from 1
-- * kind: first, edit, correction, update or withdrawal; mere noise opens no revision
-- * headline: headline of that revision
-- * body_text: text of that revision
-- * words_added: words that the revision before did not have
-- * words_removed: words of the revision before that went
-- * first_seen_at: when this text was first seen
-- * extractor: extractor and version that made the text
CREATE VIEW mart.revisions AS
SELECT article_id, url, revision, kind, headline, body_text, words_added, words_removed, first_seen_at,
       extractor
FROM {revisions};
