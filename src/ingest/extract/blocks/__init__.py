"""The block judge: a small model says for each text block of a page whether it is article text."""
