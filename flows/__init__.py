"""Prefect flows: each names the steps of the pipeline in their order, and has no logic of its own."""
