"""`ingest serve`: Prefect's server, the deployments and the workers as one process tree with one log.

This process imports no Prefect: it starts, watches and ends the others. What a killed tree left behind is
cleared at the start.
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
from flows.serve.tree import Tree, sweep
from ingest.errors import ConfigError, IngestError
from ingest.load.locks import run_lock
from ingest.settings import load_feeds, load_settings

_START_SECONDS = 180.0
"""The server makes its database at the first start; on a busy machine that took a minute."""

_START_DEATHS = 3
HOST = "127.0.0.1"


class ServeError(IngestError):
    """The tree could not be brought up; the log above says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line was given; absolute paths or None, `interval` and `wait` in seconds."""

    data: Path | None = None
    feeds: Path | None = None
    config: Path | None = None
    port: int | None = None
    interval: float | None = None
    demo: bool = False
    wait: float = 0.0
    log_level: str | None = None


def serve(asked: Asked, say: Callable[[str], None], log: Callable[[str, str], None]) -> int:
    """Run until SIGINT (130), SIGTERM or SIGHUP (0). LockedError when a tree runs over this data directory
    already."""
    with _configured(asked) as (data, parameters), run_lock(data / "locks", "serve", asked.wait):
        cleared = sweep(str(data))
        if cleared:
            log("serve", f"ended {cleared} processes that a killed tree had left")
        port = free_port(asked.port)
        environment = {"INGEST_LOG_LEVEL": asked.log_level} if asked.log_level else {}
        return asyncio.run(_run(data, parameters, port, asked.interval, environment, say, log))


@contextlib.contextmanager
def _configured(asked: Asked) -> Iterator[tuple[Path, list[str]]]:
    """The data directory and the options of flows.setup, checked; with the sample wire served where it is
    asked for."""
    with contextlib.ExitStack() as stack:
        config, feeds = asked.config, asked.feeds
        if asked.demo:
            folder = asked.data or Path("serve-demo")
            config, feeds = stack.enter_context(sample_wire(folder.resolve() / "demo", asked.interval))
            asked = replace(asked, data=folder)
        settings = load_settings(config, {"data": asked.data, "feeds": feeds})
        listed = load_feeds(settings.feeds)
        if not listed.feeds:
            raise ConfigError(f"{listed.path}: no [[feed]] in it; add one (id, url)")
        found = config or (Path("ingest.toml") if Path("ingest.toml").exists() else None)
        paths = {"data": settings.data, "feeds": settings.feeds, "config": found}
        options = [
            part for name, path in paths.items() if path for part in (f"--{name}", str(path.resolve()))
        ]
        yield settings.data.resolve(), options


async def _run(
    data: Path,
    options: list[str],
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
        bring_up = asyncio.create_task(_bring_up(tree, workers, home, options, port, interval))
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
    tree: Tree, workers: dict[str, str], home: Path, options: list[str], port: int, interval: float | None
) -> None:
    """Server, then what it should know, then the workers: a worker without a pool would make one of its
    own."""
    tree.keep("server", ["flows.serve.quiet", "server", "start", "--host", HOST, "--port", str(port)])
    await _answering(f"http://{HOST}:{port}/api/health", tree)
    every = ["--interval", str(interval)] if interval else []
    code = await tree.once("setup", ["flows.setup", "--forsake", *options, *every])
    if code != 0:
        raise ServeError(f"the deployments could not be set up (exit {code}); the log above says why")
    if (
        sys.platform == "linux"
    ):  # elsewhere a fork of a process with so much in it is not safe: each run imports Prefect by itself
        tree.keep("zygote", ["flows.serve.zygote", str(home)])
    for name, pool in workers.items():
        tree.keep(
            name,
            ["prefect", "worker", "start", "--pool", pool, "--type", "process", "--name", name],
            _freeing(tree),
        )


def _freeing(tree: Tree) -> Callable[[], Awaitable[None]]:
    """What follows a worker's death: when no run has a process any more, the slots are free at once, not in
    90 s."""

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
    """Whether a GET of this address brings 200."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port(wanted: int | None) -> int:
    """The port asked for, or ConfigError where it is taken; else Prefect's usual one, or any free one."""
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
