-- mart.articles_all: every article ever loaded, whatever its status; a removed one has no text.
-- * every column of mart.articles
-- * status: live; withdrawn (killed by its agency); embargoed (until embargo_until); removed (taken down)
CREATE VIEW mart.articles_all AS
SELECT {columns of mart.articles},
       CASE WHEN status = 'embargoed' AND embargo_until <= now() THEN 'live' ELSE status END AS status
FROM {articles};
