"""A pool of processes that can be killed: each call has limits of wall time, CPU time and memory, and no
process outlives its parent.

lxml, feedparser and regular expressions cannot be interrupted from Python: a call at its limit is ended by
killing its process.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import os
import pickle
import resource
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

A = TypeVar("A")
R = TypeVar("R")
LimitKind = Literal["wall", "cpu", "memory", "crash"]

log = logging.getLogger(__name__)

# Memory of a worker only grows: malloc keeps freed memory, and trafilatura's and htmldate's caches grow with
# every page.
CALLS_PER_WORKER = 2_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use: `wall` and `cpu` in seconds, `memory` in MB of address space of the whole
    worker."""

    wall: float = 100.0
    cpu: float = 10.0
    memory: int = 1500

    @classmethod
    def of_page(cls, seconds: float, memory: int) -> Limits:
        """The limits of a call that reads one page or feed: `seconds` of CPU time, `memory` in MB. The limit
        of wall time only ends what hangs: on a busy machine a call may wait ten times as long as it computes,
        and a good page must not be lost for that."""
        return cls(wall=max(60.0, 10 * seconds), cpu=seconds, memory=memory)


class LimitHit(Exception):
    """A call was ended. `kind` is the limit it reached, or "crash" where its process died by itself."""

    def __init__(self, kind: LimitKind, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind: LimitKind = kind
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.kind} limit hit {self.detail}".strip()


@dataclass(frozen=True, slots=True)
class _Answer:
    """A result or the function's own exception: exceptions travel as values, since not all of them survive
    pickling."""

    value: Any = None
    error: BaseException | None = None


def _portable(error: BaseException) -> BaseException:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # whatever an exception's own reducer or constructor raises
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _call(fn: Callable[[A], R], arg: A, cpu: float) -> _Answer:
    # ITIMER_PROF counts this process's CPU time, and SIGPROF ends the process even inside C code, where no
    # Python handler would run.
    signal.setitimer(signal.ITIMER_PROF, cpu)
    try:
        return _Answer(value=fn(arg))
    except MemoryError:
        gc.collect()
        return _Answer(error=LimitHit("memory"))
    except Exception as error:
        return _Answer(error=_portable(error))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _nothing() -> None:
    """Does nothing; scheduling it starts the pool."""


def _die_with(parent: Any) -> None:
    wait([parent.sentinel])
    os._exit(1)


def _start_worker(memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (memory * 1024 * 1024, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_die_with, args=(parent,), daemon=True).start()


class WorkerPool:
    """Runs picklable top-level functions in `workers` processes, each call within `limits`.

    `preload` names modules that the fork server imports once, so that a worker, or the one that replaces it,
    starts in milliseconds.
    """

    def __init__(self, workers: int, limits: Limits, preload: tuple[str, ...] = ()) -> None:
        self._limits = limits
        self._workers = max(1, workers)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(preload) or ["ingest.model"])
        self._pool = ProcessPool(
            max_workers=self._workers,
            max_tasks=CALLS_PER_WORKER,
            initializer=_start_worker,
            initargs=(limits.memory,),
            context=context,
        )
        self._started: asyncio.Future[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers now, running calls too; returns when no process is left."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def submit(self, fn: Callable[[A], R], arg: A) -> Future[_Answer]:
        limits = self._limits
        return self._pool.schedule(_call, args=(fn, arg, limits.cpu), timeout=limits.wall)

    async def run(self, fn: Callable[[A], R], arg: A) -> R:
        """The result of fn(arg). Raises LimitHit, or whatever fn raised. Cancelling ends the call's
        process."""
        await self._start()
        future = asyncio.wrap_future(self.submit(fn, arg))
        try:
            result: R = _value(await future)
            return result
        except (FutureTimeout, ProcessExpired) as error:
            raise _killed(error, fn) from None

    async def _start(self) -> None:
        """Start the first workers in a thread: the fork server takes a second or more to import `preload`,
        which would block the event loop."""
        if self._started is None:
            self._started = asyncio.ensure_future(asyncio.to_thread(self._pool.schedule, _nothing))
        await asyncio.shield(self._started)

    def map_stream(
        self, fn: Callable[[A], R], args: Iterable[A], window: int | None = None
    ) -> Iterator[R | LimitHit]:
        """Yields fn(arg) for each of args, in their order, while the calls run in parallel; at most `window`
        arguments are in memory at a time.

        A call that reached a limit yields its LimitHit instead; what fn raises itself is raised here.
        """
        running: deque[Future[_Answer]] = deque()
        size = window or 4 * self._workers
        for arg in args:
            running.append(self.submit(fn, arg))
            if len(running) >= size:
                yield _result_or_limit(running.popleft(), fn)
        while running:
            yield _result_or_limit(running.popleft(), fn)


def _value(answer: _Answer) -> Any:
    if answer.error is not None:
        raise answer.error
    return answer.value


def _result_or_limit(future: Future[_Answer], fn: Callable[..., Any]) -> Any:
    try:
        return _value(future.result())
    except LimitHit as hit:
        return hit
    except (FutureTimeout, ProcessExpired) as error:
        return _killed(error, fn)


def _killed(error: BaseException, fn: Callable[..., Any]) -> LimitHit:
    hit = _limit_of(error)
    log.warning("a worker was killed: %s, in %s", hit, getattr(fn, "__name__", fn))
    return hit


def _limit_of(error: BaseException) -> LimitHit:
    if isinstance(error, ProcessExpired):
        if error.exitcode == -signal.SIGPROF:
            return LimitHit("cpu")
        return LimitHit("crash", f"exit code {error.exitcode}")
    return LimitHit("wall")
