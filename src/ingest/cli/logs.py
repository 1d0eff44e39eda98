"""The log of a command: lines on stderr, as `2026-03-10T12:00:00.123Z INFO ingest.pipeline: ...` (UTC)."""

from __future__ import annotations

import logging
import sys
import time

FORMAT = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s"
LOGGERS = ("ingest", "flows")


class _Stderr(logging.Handler):
    """Writes to what sys.stderr is at the time: a progress bar on screen replaces it, and puts lines above
    itself."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except (OSError, ValueError):  # nobody reads stderr any more
            self.handleError(record)


def log_to_stderr(level: str) -> None:
    """Log to stderr from `level` (debug, info, warning or error) on; a second call replaces the first."""
    handler = _Stderr()
    handler.setFormatter(_utc_lines())
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(level.upper())
        for old in [old for old in logger.handlers if isinstance(old, _Stderr)]:
            logger.removeHandler(old)
        logger.addHandler(handler)


def _utc_lines() -> logging.Formatter:
    lines = logging.Formatter(FORMAT, datefmt="%Y-%m-%dT%H:%M:%S")
    lines.converter = time.gmtime
    return lines
