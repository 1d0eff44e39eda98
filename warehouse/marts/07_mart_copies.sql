-- mart.copies: the members of every copy group of two or more; copies are kept, never deleted. A correction under another address is no copy of what it corrects: see supersedes in mart.articles.
-- * copy_group: group of copies of one text: the smallest article_id among them (an id of before leads on by that article), its own when no copy was seen
-- * article_id: UUIDv5 of the key the article was first loaded under; never changes
-- * url: address the text was fetched from, after redirects
-- * publisher: who distributed it: the feed's publisher, else the page's, else its host
-- * agency: credited origin: canonical name when known, else as credited; NULL when nobody is credited
-- * kind: origin, exact, truncated, edited or expanded, against the canonical copy
-- * containment: share of the shorter text's 5-word runs that the canonical copy has too, 0..1
-- * slot_agreement: share of numbers and names in aligned places that agree, 0..1
-- * is_canonical: the one article that speaks for its copy group
-- * published_at: when it was published, UTC; NULL if unknown; day precision stands at midnight UTC
-- * lag: time after the canonical copy, negative when an outlet was first; NULL for that one or when a time is unknown
CREATE VIEW mart.copies AS
SELECT copy_group, article_id, url, publisher, agency, copy_kind AS kind, containment, slot_agreement, is_canonical, published_at,
       CASE WHEN NOT is_canonical THEN published_at - canonical_at END AS lag
FROM {articles}
WHERE copies > 1 AND status <> 'removed';
