"""Trying things without a warehouse: extraction of single pages, a look at one feed."""
