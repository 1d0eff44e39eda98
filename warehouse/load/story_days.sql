INSERT INTO core.story_day (day) SELECT day FROM staged ANTI JOIN core.story_day d USING (day)
