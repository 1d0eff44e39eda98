"""Work on an existing warehouse: takedown, scrubbing, backup, re-extraction, maintenance."""
