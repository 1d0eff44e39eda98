"""The callback by which a long run reports how far it is: to a progress bar, an artifact, or nobody."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total): a stage's name, and how many of its units (feeds, pages, records)
are done, of how many."""
