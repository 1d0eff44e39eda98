-- The first layout. raw: what arrived, append only, by day. core: state and current truth. No foreign keys and no secondary
-- index (docs/decisions/0002): uniqueness is kept by MERGE and proved by checks/*.sql.
CREATE SCHEMA raw;
CREATE SCHEMA core;

-- By these 32 bits a key is looked for in tables of tens of millions of rows: a scan of them takes an eighth of one of the strings
-- (docs/decisions/0002). They say where a key may stand, the key itself where it does.
CREATE MACRO core.key_hash(key) AS (md5_number_lower(key) >> 32)::UINTEGER;

CREATE TABLE core.meta (
  key VARCHAR PRIMARY KEY,            -- schema_version, created_by
  value VARCHAR NOT NULL
);

-- raw ----------------------------------------------------------------------------------------------------------------

CREATE TABLE raw.poll (               -- one row per attempt at a feed
  day DATE NOT NULL,                  -- UTC day of polled_at
  run_id VARCHAR NOT NULL,            -- core.run
  feed_id VARCHAR NOT NULL,
  polled_at TIMESTAMPTZ NOT NULL,
  url VARCHAR NOT NULL,               -- final URL
  status INTEGER,                     -- HTTP status, NULL when there was no answer
  not_modified BOOLEAN NOT NULL,
  entries INTEGER NOT NULL,           -- in the document
  new INTEGER NOT NULL,
  changed INTEGER NOT NULL,           -- title, summary or modified moved
  touched INTEGER NOT NULL,           -- only pubDate or link parameters moved
  capped INTEGER NOT NULL,            -- entries beyond entries_cap
  overflow BOOLEAN NOT NULL,          -- no overlap with the poll before
  bytes BIGINT NOT NULL,              -- decoded
  seconds DOUBLE NOT NULL,
  reason VARCHAR,                     -- why it failed
  detail VARCHAR,
  page_file VARCHAR,                  -- archive segment of the body
  page_offset BIGINT
);

CREATE TABLE raw.entry (              -- every state of every feed entry
  day DATE NOT NULL,
  run_id VARCHAR NOT NULL,
  feed_id VARCHAR NOT NULL,
  entry_key VARCHAR NOT NULL,         -- identity inside the feed
  state VARCHAR NOT NULL,             -- new | changed | touched
  guid VARCHAR,
  link VARCHAR,
  url_key VARCHAR NOT NULL,
  title VARCHAR,
  summary VARCHAR,
  content VARCHAR USING COMPRESSION zstd,  -- only of feeds with full_text
  published_at TIMESTAMPTZ,
  published_precision VARCHAR,
  published_raw VARCHAR,
  modified_at TIMESTAMPTZ,
  modified_raw VARCHAR,
  authors VARCHAR[],
  credit VARCHAR,
  categories VARCHAR[],
  image_url VARCHAR,
  position INTEGER NOT NULL,          -- place in the document
  seen_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE raw.page (               -- one row per fetch that brought bytes
  day DATE NOT NULL,
  run_id VARCHAR NOT NULL,
  work_key VARCHAR NOT NULL,          -- url_key of the pending work it answered
  url VARCHAR NOT NULL,               -- requested
  final_url VARCHAR NOT NULL,
  status INTEGER NOT NULL,
  content_type VARCHAR,
  sha256 VARCHAR NOT NULL,            -- of the decoded body
  bytes BIGINT NOT NULL,
  page_file VARCHAR,                  -- archive segment
  page_offset BIGINT,
  page_length BIGINT,
  fetched_at TIMESTAMPTZ NOT NULL
);

-- state --------------------------------------------------------------------------------------------------------------

CREATE TABLE core.feed (              -- what each feed's polls have taught us
  feed_id VARCHAR PRIMARY KEY,
  name VARCHAR,
  publisher VARCHAR,
  config_url VARCHAR NOT NULL,        -- as in feeds.toml
  enabled BOOLEAN NOT NULL,
  position INTEGER NOT NULL,
  min_interval DOUBLE,                -- seconds
  max_interval DOUBLE NOT NULL,
  url VARCHAR NOT NULL,               -- in use, after adopted redirects
  etag VARCHAR,                       -- verbatim
  last_modified VARCHAR,              -- verbatim
  body_hash VARCHAR,
  last_poll_at TIMESTAMPTZ,
  last_success_at TIMESTAMPTZ,
  last_full_at TIMESTAMPTZ,           -- last unconditional answer
  last_new_at TIMESTAMPTZ,
  next_poll_at TIMESTAMPTZ,
  paused_until TIMESTAMPTZ,
  floor DOUBLE,                       -- seconds, from ttl or max-age
  rate_num DOUBLE NOT NULL,           -- decayed count of new entries
  rate_den DOUBLE NOT NULL,           -- decayed seconds
  failure_weight DOUBLE NOT NULL,
  failures INTEGER NOT NULL,          -- in a row
  last_status INTEGER,
  last_reason VARCHAR,
  last_detail VARCHAR,
  redirect_url VARCHAR,
  redirect_since TIMESTAMPTZ,
  guid_policy VARCHAR NOT NULL,       -- guid | link
  validators_trusted BOOLEAN NOT NULL,
  overflows INTEGER NOT NULL,
  overflow_at TIMESTAMPTZ,
  polls INTEGER NOT NULL,
  why_next VARCHAR,                   -- why next_poll_at is what it is
  skip_hours INTEGER[]                -- UTC hours of the last document's skipHours
);

CREATE TABLE core.entry (             -- the last known state of each entry, as digests
  feed_id VARCHAR NOT NULL,
  entry_key VARCHAR NOT NULL,
  url_key VARCHAR NOT NULL,
  digest VARCHAR NOT NULL,            -- EntryDigest as JSON
  seen_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE core.pending (           -- work to do: pages to fetch
  url_key VARCHAR PRIMARY KEY,        -- of the link, before any fetch
  url VARCHAR NOT NULL,
  host VARCHAR NOT NULL,
  feed_id VARCHAR,
  rank VARCHAR NOT NULL,              -- smallest of the links that name this key wins: order-free
  kind VARCHAR NOT NULL,              -- new | refetch | recheck | backfill | capture | entry
  hints VARCHAR,                      -- EntryHints as JSON
  content VARCHAR USING COMPRESSION zstd,  -- of an entry that needs no page
  day DATE NOT NULL,                  -- first seen
  queued_at TIMESTAMPTZ NOT NULL,
  next_attempt_at TIMESTAMPTZ NOT NULL,
  attempts INTEGER NOT NULL,
  last_reason VARCHAR,
  last_detail VARCHAR,
  page_file VARCHAR,                  -- fetched and archived, not yet loaded
  page_offset BIGINT,
  page_length BIGINT
);

CREATE TABLE core.alias (             -- each URL that ever led to a key
  url VARCHAR NOT NULL,
  link_key VARCHAR NOT NULL,          -- key of the URL itself
  url_key VARCHAR NOT NULL,           -- key of the article it leads to
  feed_id VARCHAR,
  rank VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,              -- link | hop | final | canonical
  day DATE NOT NULL,
  seen_at TIMESTAMPTZ NOT NULL,
  url_hash UINTEGER NOT NULL,         -- core.key_hash of url
  link_hash UINTEGER NOT NULL,        -- and of link_key
  key_hash UINTEGER                   -- and of url_key, NULL where it is that of link_key: most lead nowhere else, so that scans pass over
);

CREATE TABLE core.outcome (           -- what became of each piece of work
  link_key VARCHAR NOT NULL,          -- key of the work
  url_key VARCHAR NOT NULL,           -- key it led to
  feed_id VARCHAR,
  outcome VARCHAR NOT NULL,
  reason VARCHAR,
  detail VARCHAR,
  fetched BOOLEAN NOT NULL,
  extracted BOOLEAN NOT NULL,
  day DATE NOT NULL,                  -- first seen
  decided_at TIMESTAMPTZ NOT NULL,
  link_hash UINTEGER NOT NULL         -- core.key_hash of link_key
);

-- the current truth ----------------------------------------------------------------------------------------------------

CREATE TABLE core.article (           -- one row per article, as of its latest revision
  article_id UUID NOT NULL,           -- UUIDv5 of url_key; no PRIMARY KEY (docs/decisions/0002)
  url_key VARCHAR NOT NULL,
  url VARCHAR NOT NULL,
  canonical_url VARCHAR,
  host VARCHAR NOT NULL,
  headline VARCHAR,
  description VARCHAR,
  body_text VARCHAR USING COMPRESSION zstd,
  byline VARCHAR,
  authors VARCHAR[],
  language VARCHAR,
  published_at TIMESTAMPTZ,
  published_precision VARCHAR,
  published_source VARCHAR,
  published_raw VARCHAR,
  published_zone VARCHAR,             -- zone assumed for a stamp without one
  published_day DATE NOT NULL,
  modified_at TIMESTAMPTZ,
  first_seen_at TIMESTAMPTZ NOT NULL,
  checked_at TIMESTAMPTZ NOT NULL,    -- last fetch that was compared
  dateline VARCHAR,
  located VARCHAR,
  dateline_date DATE,
  agency VARCHAR,
  credits VARCHAR[],
  publisher VARCHAR,
  section VARCHAR,
  keywords VARCHAR[],
  image_url VARCHAR,
  image_credit VARCHAR,
  word_count INTEGER NOT NULL,
  content_type VARCHAR NOT NULL,
  signal VARCHAR NOT NULL,
  status VARCHAR NOT NULL,            -- live | withdrawn | embargoed | removed
  embargo_until TIMESTAMPTZ,
  withdraws VARCHAR,                  -- what a withdrawal notice names
  flags VARCHAR[],
  revision INTEGER NOT NULL,          -- number of the current one, from 1
  revisions INTEGER NOT NULL,
  text_hash VARCHAR NOT NULL,         -- of the normalised headline and body
  body_hash VARCHAR NOT NULL,         -- of the normalised body: equal ones are exact copies
  extractor VARCHAR NOT NULL,
  feed_id VARCHAR,
  rank VARCHAR NOT NULL,              -- of the link whose hints were used
  page_file VARCHAR,
  page_offset BIGINT,
  page_length BIGINT
);

CREATE TABLE core.revision (          -- each headline or body ever published
  article_id UUID NOT NULL,
  url VARCHAR NOT NULL,
  revision INTEGER NOT NULL,
  kind VARCHAR NOT NULL,              -- first | edit | correction | update | withdrawal
  headline VARCHAR,
  body_text VARCHAR USING COMPRESSION zstd,
  text_hash VARCHAR NOT NULL,
  body_hash VARCHAR NOT NULL,
  words_added INTEGER NOT NULL,
  words_removed INTEGER NOT NULL,
  first_seen_at TIMESTAMPTZ NOT NULL,
  day DATE NOT NULL,                  -- UTC day of first_seen_at
  extractor VARCHAR NOT NULL,
  page_file VARCHAR,
  page_offset BIGINT
);

CREATE TABLE core.dropped_line (      -- what extraction took out of the current text, for `ingest why`
  article_id UUID NOT NULL,
  line INTEGER NOT NULL,
  rule VARCHAR NOT NULL,
  text VARCHAR NOT NULL
);

-- copies -------------------------------------------------------------------------------------------------------------

CREATE TABLE core.fingerprint (       -- bottom-k sketch of each current text, in arrival order
  hash UINTEGER NOT NULL,
  article_id UUID NOT NULL,
  day DATE NOT NULL                   -- published_day
);

CREATE TABLE core.copy_pair (         -- verified edges; a_id < b_id
  a_id UUID NOT NULL,
  b_id UUID NOT NULL,
  a_day DATE NOT NULL,                -- published_day of either: every look-up names its days
  b_day DATE NOT NULL,
  kind VARCHAR NOT NULL,
  containment DOUBLE NOT NULL,
  slot_agreement DOUBLE NOT NULL,
  jaccard DOUBLE NOT NULL,
  why VARCHAR,
  rule_version INTEGER NOT NULL,
  decided_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE core.copy_group (        -- members of groups of two and more, and corrections that stand alone; derived from pairs
  article_id UUID NOT NULL,
  day DATE NOT NULL,                  -- published_day
  group_id UUID NOT NULL,             -- smallest article_id of the group
  kind VARCHAR NOT NULL,
  containment DOUBLE,
  slot_agreement DOUBLE,
  is_canonical BOOLEAN NOT NULL,
  canonical_id UUID NOT NULL,
  canonical_day DATE NOT NULL,        -- published_day and published_at of the canonical
  canonical_at TIMESTAMPTZ,
  supersedes UUID,                    -- take of the same source that this one corrects or updates
  size INTEGER NOT NULL
);

CREATE TABLE core.copy_group_alias (  -- ids that groups had before
  old_id UUID NOT NULL,
  group_id UUID NOT NULL,
  changed_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE core.story_mark (        -- names and numbers that each current text opens with
  article_id UUID NOT NULL,
  day DATE NOT NULL,                  -- published_day
  published_at TIMESTAMPTZ NOT NULL,  -- a text without a time is of no story
  marks UINTEGER[] NOT NULL
);

CREATE TABLE core.story_day (         -- days whose stories are to be derived anew
  day DATE NOT NULL
);

CREATE TABLE core.story (             -- looser link of canonical texts on one event
  article_id UUID NOT NULL,
  day DATE NOT NULL,                  -- published_day
  lead_id UUID NOT NULL,              -- the earliest report, itself when there is none before
  texts INTEGER NOT NULL              -- with the same lead
);

CREATE TABLE core.boilerplate_seen (  -- which blocks stood on which pages of a host
  host VARCHAR NOT NULL,
  line_hash BIGINT NOT NULL,
  article_id UUID NOT NULL,
  day DATE NOT NULL
);

CREATE TABLE core.boilerplate_line (  -- blocks that repeat across a host's pages and are taken out
  host VARCHAR NOT NULL,
  line_hash BIGINT NOT NULL,
  pages INTEGER NOT NULL,
  active BOOLEAN NOT NULL,            -- false: unlearnt by hand
  learned_at TIMESTAMPTZ NOT NULL
);

-- names --------------------------------------------------------------------------------------------------------------

CREATE TABLE core.publisher (
  publisher VARCHAR PRIMARY KEY,
  host VARCHAR,
  first_seen_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE core.agency (
  agency VARCHAR PRIMARY KEY,         -- canonical name
  aliases VARCHAR[],
  country VARCHAR                     -- ISO 3166-1 alpha-2
);

-- runs and upkeep ------------------------------------------------------------------------------------------------------

CREATE TABLE core.run (
  run_id VARCHAR PRIMARY KEY,
  job VARCHAR NOT NULL,               -- poll | backfill | reextract | maintain
  started_at TIMESTAMPTZ NOT NULL,
  ended_at TIMESTAMPTZ,
  summary VARCHAR                     -- JSON of the run's counters
);

CREATE TABLE core.backfill (
  backfill_id VARCHAR PRIMARY KEY,
  source VARCHAR NOT NULL,            -- sitemap | archive | warc | html | urls | jsonl | feed
  mode VARCHAR NOT NULL,              -- missing | failed | all
  options VARCHAR NOT NULL,           -- JSON of what was asked
  state VARCHAR NOT NULL,             -- planning | planned | running | done | cancelled
  problems VARCHAR,                   -- JSON: inputs that could not be read, with reasons
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE core.backfill_chunk (    -- a day's share of a backfill; the first hold what the plan itself settled
  backfill_id VARCHAR NOT NULL,
  chunk INTEGER NOT NULL,
  day DATE,                           -- the first, where it is several; NULL: the source names none
  targets INTEGER NOT NULL,           -- URLs
  state VARCHAR NOT NULL,             -- planned | open (its work is pending) | done
  leased_by VARCHAR,                  -- run that has it
  leased_until TIMESTAMPTZ,
  done INTEGER NOT NULL               -- pages tried so far
);

CREATE TABLE core.backfill_target (   -- URLs of backfills that are not done yet
  backfill_id VARCHAR NOT NULL,
  chunk INTEGER,
  url VARCHAR NOT NULL,
  url_key VARCHAR NOT NULL,
  host VARCHAR NOT NULL,
  feed_id VARCHAR,
  rank VARCHAR NOT NULL,
  day DATE,
  hints VARCHAR,                      -- EntryHints as JSON
  reason VARCHAR,                     -- why the plan left it out
  detail VARCHAR,
  final BOOLEAN NOT NULL,             -- true: `reason` is said of the URL itself, not of what was asked for
  page_file VARCHAR,                  -- where its bytes lie, when the source brought them
  page_offset BIGINT,
  page_length BIGINT
);

CREATE TABLE core.backfill_capture (  -- pages that a source brought along: what is still to be loaded behind the first of each key
  backfill_id VARCHAR NOT NULL,
  url_key VARCHAR NOT NULL,
  captured_at TIMESTAMPTZ NOT NULL,
  sha256 VARCHAR NOT NULL,            -- of the decoded body
  page_file VARCHAR NOT NULL,
  page_offset BIGINT NOT NULL,
  page_length BIGINT NOT NULL
);

CREATE TABLE core.backfill_line (     -- boilerplate known when a backfill began: a text must not depend on where a run was cut off
  backfill_id VARCHAR NOT NULL,
  host VARCHAR NOT NULL,
  line_hash BIGINT NOT NULL
);

CREATE TABLE core.takedown (          -- keys that must never come back
  url_key VARCHAR PRIMARY KEY,
  article_id UUID,
  reason VARCHAR NOT NULL,
  taken_at TIMESTAMPTZ NOT NULL,
  scrubbed BOOLEAN NOT NULL,          -- its archive records are overwritten and its published files gone
  erased BOOLEAN NOT NULL             -- the warehouse file was rewritten since: deletes leave bytes in free blocks
);

CREATE TABLE core.reextraction (      -- articles as they were before a re-extraction, so that it can be undone
  run_id VARCHAR NOT NULL,
  article_id UUID NOT NULL,
  revision INTEGER NOT NULL,
  before VARCHAR USING COMPRESSION zstd NOT NULL  -- JSON of the changed columns
);

CREATE TABLE core.backup (            -- copies of this data directory that were made
  path VARCHAR PRIMARY KEY,
  made_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE core.segment (           -- how far each archive segment is pointed to
  file VARCHAR PRIMARY KEY,
  committed BIGINT NOT NULL           -- end offset of the last record a row points to
);

CREATE TABLE core.dirty_day (         -- days to publish again
  dataset VARCHAR NOT NULL,           -- articles | revisions | outcomes | polls
  day DATE NOT NULL
);

CREATE TABLE core.published_file (
  dataset VARCHAR NOT NULL,
  day DATE,                           -- NULL: the dataset is one file
  path VARCHAR NOT NULL,              -- relative to published/
  replaced_at TIMESTAMPTZ             -- kept for 24 h after
);
