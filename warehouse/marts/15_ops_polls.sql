-- ops.polls: one row per poll of a feed. entries = new + changed + touched + same + repeated + capped + unreadable.
-- * run_id: id of the run: see ops.runs
-- * feed_id: as mart.latency
-- * polled_at: time of the poll
-- * url: address polled, after redirects
-- * status: HTTP status; NULL when there was no answer
-- * not_modified: true when the server answered that nothing changed (304)
-- * entries: number of entries in the document
-- * new: of these, not seen before
-- * changed: of these, with a changed title, summary or modification time
-- * touched: of these, with only the publication time or link parameters changed
-- * same: of these, as they were at an earlier poll
-- * repeated: of these, left out because another entry of the same document has their identity
-- * capped: number of entries beyond entries_cap, left out
-- * unreadable: of the entries, those that could not be read: the document is cut off or broken there
-- * overflow: true when the document has no entry in common with the previous one: entries may have been missed
-- * bytes: size of the document in bytes, decompressed
-- * seconds: duration
-- * reason: why the poll failed
-- * detail: as ops.feeds.last_detail
-- * malformed: where and why a document is broken that was read all the same; NULL when it is well formed
CREATE VIEW ops.polls AS
SELECT {columns of ops.polls}
FROM {polls};
