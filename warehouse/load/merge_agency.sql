-- Inserts or updates the staged rows of core.agency.
MERGE INTO core.agency t USING staged s ON t.agency = s.agency
WHEN MATCHED THEN UPDATE BY NAME WHEN NOT MATCHED THEN INSERT BY NAME
