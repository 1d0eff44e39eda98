"""Where a backfill's addresses come from: sitemaps, older feed pages, archives, lists, JSON lines."""
