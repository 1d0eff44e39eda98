INSERT INTO core.publisher BY NAME SELECT * FROM staged ANTI JOIN core.publisher p USING (publisher)
