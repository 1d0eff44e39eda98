"""`ingest serve`: Prefect's server, the deployments and the workers as one process tree with one log.

This process, the supervisor, does not import Prefect: it starts, watches and ends the others. At its start it
ends the processes that a killed tree left running.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flows.plan import RUN_MODULE, load_plan
from flows.serve.engine import ZYGOTE
from flows.serve.environment import DEFAULT_PORT, settings_for
from flows.serve.sample import sample_wire
from flows.serve.tree import Tree, end_marked
from ingest.errors import ConfigError, IngestError
from ingest.load.locks import run_lock
from ingest.settings import load_feeds, load_settings, settings_file

_START_SECONDS = 180.0
"""The server makes its database at the first start, which took a minute on a busy machine."""

_START_DEATHS = 3
"""A server that ends so often in a row at the start will not come up."""
HOST = "127.0.0.1"


class ServeError(IngestError):
    """The process tree could not be started; its log says why."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """The options of `ingest serve`; `interval` and `wait` in seconds."""

    data: Path | None = None
    feeds: Path | None = None
    config: Path | None = None
    port: int | None = None
    interval: float | None = None
    demo: bool = False
    wait: float = 0.0
    log_level: str | None = None


def serve(options: ServeOptions, say: Callable[[str], None], log: Callable[[str, str], None]) -> int:
    """Run until a signal: returns 130 after SIGINT, 0 after SIGTERM or SIGHUP.

    `say` prints the line that says all is ready, `log` takes the lines of the processes (process, line).
    Raises LockedError when a tree already serves this data directory.
    """
    with _configured(options) as (data, setup), run_lock(data / "locks", "serve", options.wait):
        ended = end_marked(str(data))
        if ended:
            log("serve", f"ended {ended} processes that a killed tree had left running")
        port = free_port(options.port)
        environment = {"INGEST_LOG_LEVEL": options.log_level} if options.log_level else {}
        return asyncio.run(_run(data, setup, port, options.interval, environment, say, log))


@contextlib.contextmanager
def _configured(options: ServeOptions) -> Iterator[tuple[Path, list[str]]]:
    """Check the configuration; yields the data directory and the options for flows.setup. Serves the
    sample wire meanwhile when `demo` is set."""
    with contextlib.ExitStack() as stack:
        config, feeds = options.config, options.feeds
        if options.demo:
            folder = options.data or Path("serve-demo")
            config, feeds = stack.enter_context(sample_wire(folder.resolve() / "demo", options.interval))
            options = replace(options, data=folder)
        settings = load_settings(config, {"data": options.data, "feeds": feeds})
        listed = load_feeds(settings.feeds)
        if not listed.feeds:
            raise ConfigError(f"{listed.path}: no [[feed]] in it; add one (id, url)")
        paths = {"data": settings.data, "feeds": settings.feeds, "config": settings_file(config)}
        setup = [part for name, path in paths.items() if path for part in (f"--{name}", str(path.resolve()))]
        yield settings.data.resolve(), setup


async def _run(
    data: Path,
    setup: list[str],
    port: int,
    interval: float | None,
    environment: Mapping[str, str],
    say: Callable[[str], None],
    log: Callable[[str, str], None],
) -> int:
    stopped: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)):
        asyncio.get_running_loop().add_signal_handler(number, _settle, stopped, code)
    home = data / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    tree = Tree(str(data), {**settings_for(home, port, HOST), ZYGOTE: str(home), **environment}, log)
    workers = {f"worker-{pool}": pool for pool in load_plan().pools}
    try:
        bring_up = asyncio.create_task(_bring_up(tree, workers, home, setup, port, interval))
        both: set[asyncio.Future[Any]] = {bring_up, stopped}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not stopped.done():
            bring_up.result()
            (home / "serve.json").write_text(
                json.dumps({"url": f"http://{HOST}:{port}", "data": str(data)}), encoding="utf-8"
            )
            say(
                f"ready: http://{HOST}:{port} shows the runs, {data / 'news.duckdb'} holds the news; Ctrl-C "
                "ends"
            )
        code = await stopped
        bring_up.cancel()
        log("serve", "ending")
        return code
    finally:
        await tree.stop([*workers, "zygote", "server"])


def _settle(stopped: asyncio.Future[int], code: int) -> None:
    if not stopped.done():
        stopped.set_result(code)


async def _bring_up(
    tree: Tree, workers: dict[str, str], home: Path, setup: list[str], port: int, interval: float | None
) -> None:
    """Start the server, then set up pools and deployments, then start the workers: a worker that finds no
    pool would make one of its own."""
    tree.keep("server", ["flows.serve.quiet", "server", "start", "--host", HOST, "--port", str(port)])
    await _answering(f"http://{HOST}:{port}/api/health", tree)
    every = ["--interval", str(interval)] if interval else []
    code = await tree.once("setup", ["flows.setup", "--forsake", *setup, *every])
    if code != 0:
        raise ServeError(f"the deployments could not be set up (exit {code}); the log above says why")
    # elsewhere a process that has imported so much cannot be forked safely: each run imports Prefect itself
    if sys.platform == "linux":
        tree.keep("zygote", ["flows.serve.zygote", str(home)])
    for name, pool in workers.items():
        tree.keep(
            name,
            ["prefect", "worker", "start", "--pool", pool, "--type", "process", "--name", name],
            _freeing(tree),
        )


def _freeing(tree: Tree) -> Callable[[], Awaitable[None]]:
    """What to do after a worker died: when no run has a process any more, its slot is freed at once, not
    after 90 s."""

    async def free() -> None:
        if not tree.running(RUN_MODULE):
            await tree.once("setup", ["flows.setup", "--forsake-only"])

    return free


async def _answering(url: str, tree: Tree) -> None:
    deadline = asyncio.get_running_loop().time() + _START_SECONDS
    while not await asyncio.to_thread(answers, url):
        if asyncio.get_running_loop().time() > deadline or tree.deaths("server") >= _START_DEATHS:
            raise ServeError(f"{url}: the server does not come up; the log above says why")
        await asyncio.sleep(0.5)


def answers(url: str, timeout: float = 5.0) -> bool:
    """Whether a GET of this address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port(wanted: int | None) -> int:
    """The wanted port; without one Prefect's usual port, or a free one if that is taken. Raises
    ConfigError when the wanted port is taken."""
    for port in [wanted] if wanted else [DEFAULT_PORT, 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ConfigError(
        f"--port {wanted}: taken by another program; choose another, or leave it out for a free one"
    )
