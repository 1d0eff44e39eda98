"""Copies are linked and revisions told apart. Pure: texts in, decisions with their scores out."""
