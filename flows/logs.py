"""The log lines that a run's page shows.

Prefect sends the lines of LOGGERS to the page of the run (PREFECT_LOGGING_EXTRA_LOGGERS, which
flows/serve/environment.py sets), but leaves their level to us.
"""

from __future__ import annotations

import logging

from ingest.settings import Settings

LOGGERS = ("flows", "ingest")


def show_on_page(settings: Settings) -> None:
    """Lines from INFO on, whatever `log_level` says of the command line; from DEBUG on where it is debug."""
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.DEBUG if settings.log_level == "debug" else logging.INFO)
