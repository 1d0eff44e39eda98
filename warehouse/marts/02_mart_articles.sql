-- mart.articles: one row per live article. An embargoed one appears by itself when its time comes.
-- * article_id: UUIDv5 of the key the article was first loaded under; never changes
-- * url_key: identity: host and path without tracking parameters, host#story-number where a host rule says so, or urn:sha256: of a text without URL
-- * url: address the text was fetched from, after redirects
-- * canonical_url: the page's own canonical link, where it was accepted
-- * headline: headline as printed, without tag runs
-- * description: summary by the publisher: feed, else page
-- * body_text: the article's text, paragraphs parted by an empty line; without dateline, credit, disclaimers and boilerplate
-- * byline: authors as one line
-- * authors: names of the writers, in printed order; empty when none is named
-- * language: ISO 639-1 code
-- * published_at: when it was published, UTC; NULL if unknown; day precision stands at midnight UTC
-- * published_precision: instant, minute or day
-- * published_source: where published_at was read: feed, jsonld, meta, dateline, page or url
-- * published_raw: the time as it was printed there
-- * published_day: UTC day of published_at, or else of first_seen_at; the partition key
-- * modified_at: when the publisher says it last changed
-- * first_seen_at: when this warehouse first loaded it
-- * dateline: dateline as printed
-- * located: place named by the dateline
-- * dateline_date: date named by the dateline
-- * agency: credited origin: canonical name when known, else as credited; NULL when nobody is credited
-- * credits: all credited sources, origin first
-- * publisher: who distributed it: the feed's publisher, else the page's, else its host
-- * section: section or category named by the publisher
-- * keywords: keywords named by the publisher
-- * image_url: address of the lead image
-- * image_credit: credit of the lead image
-- * word_count: words of body_text (characters count as words in scripts without spaces)
-- * content_type: news, press_release, paid, live_blog, video or other
-- * signal: the wire's mark: none, update, correction, flash or advisory
-- * embargo_until: instant before which it must not be used
-- * flags: paywall, short, truncated, summary_only, text_only, full_text_feed, low_confidence, noai
-- * copy_group: group of copies of one text: the smallest article_id among them (an id of before leads on by that article), its own when no copy was seen
-- * copy_kind: how it stands in its group: origin, exact, truncated, edited or expanded; NULL when alone
-- * is_canonical: the one article that speaks for its copy group
-- * copies: articles in the copy group, this one included
-- * story_id: looser link of articles on one event: article_id of its earliest report; NULL when alone
-- * revision: number of the text shown, from 1
-- * revisions: texts kept for this article: see mart.revisions
-- * supersedes: article that this one corrects or updates under another address
-- * extractor: extractor and version that made the text
-- * feed_id: feed that listed it; the first of feeds.toml when several do
CREATE VIEW mart.articles AS
SELECT article_id, url_key, url, canonical_url, headline, description, body_text, byline, authors, language,
       published_at, published_precision, published_source, published_raw, published_day, modified_at,
       first_seen_at, dateline, located, dateline_date, agency, credits, publisher, section, keywords,
       image_url, image_credit, word_count, content_type, signal, embargo_until, flags, copy_group, copy_kind,
       is_canonical, copies, story_id, revision, revisions, supersedes, extractor, feed_id
FROM mart.articles_all
WHERE status = 'live';
