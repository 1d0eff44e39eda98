-- The URL in a stored rank (ingest.model.Rank): position in six digits, length in five, the URL.
CREATE MACRO core.rank_url(rank) AS substr(rank, 14);
