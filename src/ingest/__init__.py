"""wire-ingest: news wires in, trustworthy DuckDB rows out. Start reading at pipeline.py."""

__version__ = "0.1.0"
