-- mart.copies: the members of every copy group of two or more; copies are kept, never deleted. A correction under another address is no copy of what it corrects: see supersedes in mart.articles.
-- * copy_group: as mart.articles
-- * article_id: as mart.articles
-- * url: as mart.articles
-- * publisher: as mart.articles
-- * agency: as mart.articles
-- * kind: origin, exact, truncated, edited or expanded, against the canonical copy
-- * containment: share of the shorter text's 5-word runs that the canonical copy has too, 0..1
-- * slot_agreement: share of numbers and names in aligned places that agree, 0..1
-- * is_canonical: as mart.articles
-- * published_at: as mart.articles
-- * lag: time after the canonical copy, negative when an outlet was first; NULL for that one or when a time is unknown
CREATE VIEW mart.copies AS
SELECT copy_group, article_id, url, publisher, agency, copy_kind AS kind, containment, slot_agreement, is_canonical, published_at,
       CASE WHEN NOT is_canonical THEN published_at - canonical_at END AS lag
FROM {articles}
WHERE copies > 1 AND status <> 'removed';
