-- mart.edits: every change to a published article, with the headlines before and after it.
-- * article_id: as mart.articles
-- * url: as mart.articles
-- * revision: number of the revision that the change produced
-- * kind: edit, correction, update or withdrawal
-- * seen_at: when the change was first seen
-- * headline_before: headline before the change
-- * headline_after: headline after the change
-- * words_added: number of words added
-- * words_removed: number of words removed
CREATE VIEW mart.edits AS
SELECT article_id, url, revision, kind, first_seen_at AS seen_at, headline_before, headline AS headline_after, words_added, words_removed
FROM (SELECT *, lag(headline) OVER (PARTITION BY article_id ORDER BY revision) AS headline_before FROM mart.revisions)
WHERE revision > 1;
