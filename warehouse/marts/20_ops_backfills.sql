-- ops.backfills: one row per backfill. Once it is done, seen = urls + versions + same, and urls = loaded + revised + unchanged + duplicate_url + pending + skipped + failed.
-- * backfill_id: id of the backfill, as `ingest backfill status` shows it
-- * source: sitemap, archive, warc, html, urls, jsonl or feed
-- * mode: which links were loaded: missing, failed or all
-- * state: planning, planned, running, done or cancelled; incomplete: a source could not be read, or its counts do not add up (`ingest backfill resume ID` tries again)
-- * first_day: first UTC day of publication that was wanted; NULL: no bound
-- * last_day: last UTC day that was wanted, as first_day
-- * inputs: paths and addresses that were read; empty where the source knows by itself
-- * feeds: ids of the feeds it was limited to
-- * seen: number of addresses, lines and records that its inputs list; NULL until it is planned, and where an earlier version of the program planned it
-- * urls: of these, different addresses: each has one outcome
-- * versions: of these, further versions of pages (later captures) that were loaded or tried so far
-- * same: of these, those that say what an earlier one said
-- * unreadable: number of inputs, or parts of them, that could not be read
-- * loaded: number of its addresses with this outcome at the end of its last run, as in ops.outcomes
-- * revised: as loaded, of addresses whose article got a new revision
-- * unchanged: as loaded, of addresses whose page said nothing new
-- * duplicate_url: as loaded, of further addresses of an article
-- * pending: as loaded, of addresses still to be fetched or tried again
-- * skipped: as loaded, of addresses left out by a rule
-- * failed: as loaded, of addresses of which no article could be made
-- * problems: number of remarks on its inputs: those of unreadable, and notes (a sitemap of another site, a site without one)
-- * problem_details: these as JSON: url, reason, detail
-- * started_at: when it was planned
-- * updated_at: when its state last changed
-- * ended_at: when it was done or cancelled; NULL while something is left
CREATE VIEW ops.backfills AS
SELECT {columns of ops.backfills}
FROM {backfills};
