"""Dates as the wires print them: stamps of feeds and pages, days in URLs and datelines. Pure; `now` is passed
in."""

from ingest.dates.names import month_number
from ingest.dates.reading import make_day
from ingest.dates.resolve import from_url, nearest_day, numeric_orders, resolve

__all__ = ["from_url", "make_day", "month_number", "nearest_day", "numeric_orders", "resolve"]
