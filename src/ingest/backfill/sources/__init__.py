"""One module for each source of a backfill's addresses or pages: sitemaps, older feed pages, lists, WARC
files, folders of HTML, JSON lines."""
