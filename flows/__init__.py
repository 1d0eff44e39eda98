"""Prefect flows: tables of contents over the pipeline, without logic of their own."""
