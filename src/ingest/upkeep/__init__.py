"""Work on a warehouse that stands: takedown, scrubbing, backup, re-extraction, maintenance."""
