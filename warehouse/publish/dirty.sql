SELECT dataset, day FROM core.dirty_day ORDER BY ALL
