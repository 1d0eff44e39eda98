-- Deletes the fingerprints of the staged articles (article_id), published on $first to $last.
DELETE FROM core.fingerprint WHERE day BETWEEN $first AND $last AND article_id IN (SELECT article_id::UUID FROM staged)
