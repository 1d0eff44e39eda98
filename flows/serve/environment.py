"""Prefect's settings, the same for server, workers and command line.

python -m flows.serve.environment [--data D] [--config C] [--port 4200] > prefect.env

The file is for systemd, containers or a shell.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from flows.logs import LOGGERS
from flows.serve.engine import ZYGOTE
from ingest.errors import ConfigError
from ingest.settings import load_settings

HEARTBEAT_SECONDS = 30
"""Between two heartbeats of a run; Prefect allows no shorter time. After three missed ones the automation of
flows/setup.py marks the run Crashed."""

KEEP_RUNS_DAYS = 14
KEEP_EVENTS_DAYS = 1
DEFAULT_PORT = 4200


def settings_for(home: Path, port: int = DEFAULT_PORT, host: str = "127.0.0.1") -> dict[str, str]:
    """Environment variables by name. `home` is the folder of the server's database, which holds no news."""
    api = f"http://{host}:{port}/api"
    return {
        # plain HTTP on loopback: without this each of a run's six clients loads all certificates of the
        # machine, 0.2 s of CPU
        **({"PREFECT_API_TLS_INSECURE_SKIP_VERIFY": "true"} if host == "127.0.0.1" else {}),
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(port),
        # without it the pages cannot find the server on a port of our choice
        "PREFECT_SERVER_UI_API_URL": api,
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEEP_RUNS_DAYS * 86_400),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{KEEP_EVENTS_DAYS}D",
        # services of the server that this project needs seldom or never: at the default, every 5 s, they cost
        # a fifth of its idle CPU
        "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS": "60",
        "PREFECT_SERVER_SERVICES_CLEANUP_RECONCILER_LOOP_SECONDS": "60",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "15",
        "PREFECT_SERVER_SERVICES_FOREMAN_LOOP_SECONDS": "30",
        "PREFECT_LOGGING_EXTRA_LOGGERS": ",".join(LOGGERS),
        # what they log outside of a run has no page to go to
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_CLI_COLORS": "false",
    }


def main() -> None:
    """Print NAME=value lines."""
    parser = argparse.ArgumentParser(prog="python -m flows.serve.environment", description=__doc__)
    parser.add_argument(
        "--data", type=Path, help="data directory; Prefect's database goes to its folder `prefect`"
    )
    parser.add_argument("--config", type=Path, help="settings file (default: ingest.toml)")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    options = parser.parse_args()
    try:
        data = load_settings(options.config, {"data": options.data}).data
    except ConfigError as error:
        sys.exit(str(error))
    home = (data / "prefect").resolve()
    for name, value in {**settings_for(home, options.port), ZYGOTE: str(home)}.items():
        print(f"{name}={value}")


if __name__ == "__main__":
    main()
