-- Sentences that repeat in unrelated texts, learnt for copies: with them left in, texts of one outlet look alike.
CREATE TABLE core.sentence (             -- the first and last sentences of each current text
  hash BIGINT NOT NULL,                  -- as dedup reads it, numbers masked
  article_id UUID NOT NULL,
  day DATE NOT NULL,                     -- published_day
  seen_day DATE NOT NULL,                -- when it was loaded; kept for 30 days
  opening BIGINT[] NOT NULL              -- what the text is known by: copies of one story open alike
);

CREATE TABLE core.sentence_fresh (       -- sentences of core.sentence that came since the last learning
  hash BIGINT NOT NULL
);

CREATE TABLE core.sentence_learnt (      -- sentences that are left out when texts are compared
  hash BIGINT NOT NULL,
  texts INTEGER NOT NULL,                -- that carried it when it was learnt
  learnt_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE core.sentence_redo (        -- texts that carry a sentence learnt since they were compared
  article_id UUID NOT NULL,
  day DATE NOT NULL                      -- published_day
);
