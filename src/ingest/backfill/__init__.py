"""Other ways in: sitemaps, archives, lists; planned, leased and resumable."""
