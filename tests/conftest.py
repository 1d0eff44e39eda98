"""What all tests share: an environment of their own, and a newsroom."""

from __future__ import annotations

import logging
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterator
from multiprocessing import forkserver, util
from pathlib import Path

import hypothesis
import pytest
from support.newsroom import Newsroom
from support.wire_server import Answer, LoopbackServer

hypothesis.settings.register_profile(
    "wire-ingest",
    deadline=None,  # on a busy machine an example may take any time
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    print_blob=True,
)
hypothesis.settings.load_profile("wire-ingest")


def pytest_configure(config: pytest.Config) -> None:
    """Keeps tests and machine apart. INGEST_* and PREFECT_* of the caller's environment are removed.
    Temporary files and Prefect's home go to a folder that is removed at the end, with what killed processes
    left in it. pytest's own tmp_path stays in its usual place."""
    for name in [*os.environ]:
        if name.startswith(("INGEST_", "PREFECT_")):
            del os.environ[name]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1"
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
        scratch = tempfile.mkdtemp(prefix="wire-ingest-tests-")
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        # behind multiprocessing's own folder in it, which is removed at -100
        util.Finalize(None, shutil.rmtree, args=(scratch,), kwargs={"ignore_errors": True}, exitpriority=-200)
    os.environ["PREFECT_HOME"] = str(Path(tempfile.gettempdir()) / f"prefect-{worker or 'main'}")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need Prefect's server come first in the random order, together: one server does for all."""
    items.sort(key=lambda item: "harness" not in getattr(item, "fixturenames", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Names the seed of the random order under -q too, where pytest-randomly's own line is left out."""
    if isinstance(seed := config.getoption("randomly_seed", None), int):
        terminalreporter.write_line(f"random order; for the same again: pytest --randomly-seed={seed}")


@pytest.fixture(scope="session", autouse=True)
def fork_server() -> None:
    """Starts the server that forks the workers of pools, with all that any pool preloads. Else the first pool
    of a session decides, and the workers of all others import the rest, each for itself."""
    from ingest.backfill import run
    from ingest.stages import edges

    multiprocessing.set_forkserver_preload([*edges.PRELOAD, *run.PRELOAD])
    forkserver.ensure_running()


@pytest.fixture(autouse=True)
def loggers_as_before() -> Iterator[None]:
    """Levels and handlers that a command or a flow sets in this process end with the test."""
    loggers = [logging.getLogger(name) for name in ("ingest", "flows")]
    before = [(logger, logger.level, logger.handlers[:]) for logger in loggers]
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """A server without robots.txt, and an empty list of feeds."""
    with LoopbackServer({"*/robots.txt": Answer(404)}) as server:
        yield Newsroom(tmp_path, server)
