"""Backfill: what feeds no longer hold, from sitemaps, archives and lists, by the same path as live news; and
its undoing."""
