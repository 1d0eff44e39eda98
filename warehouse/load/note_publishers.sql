-- Adds the staged publishers (publisher, host, first_seen_at) that core.publisher does not have yet.
INSERT INTO core.publisher BY NAME SELECT * FROM staged ANTI JOIN core.publisher p USING (publisher)
