-- Notes the staged days (day) as days whose stories are to be derived again.
INSERT INTO core.story_day (day) SELECT day FROM staged ANTI JOIN core.story_day d USING (day)
