"""Waiting for what another process or thread does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(
    condition: Callable[[], T],
    seconds: float = 120.0,
    *,
    every: float = 0.05,
    ignore: tuple[type[Exception], ...] = (),
    explain: Callable[[], str] = lambda: "the awaited condition never came true",
) -> T:
    """Returns the first true value of `condition`, which is called every `every` seconds.

    Exceptions of the types in `ignore` count as not true. Fails with the text of `explain` after `seconds`;
    the default is many times what a busy machine needs, since no test is about speed.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            value = condition()
        except ignore:
            pass
        else:
            if value:
                return value
        assert time.monotonic() < deadline, explain()
        time.sleep(every)
