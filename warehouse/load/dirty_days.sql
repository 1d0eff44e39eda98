-- Notes the staged days (dataset, day) as days that the next publish writes again.
INSERT INTO core.dirty_day (dataset, day)
SELECT DISTINCT dataset, day FROM staged ANTI JOIN core.dirty_day d USING (dataset, day)
