"""Prefect's server for tests that run whole flows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from prefect.testing.utilities import prefect_test_harness


@pytest.fixture(scope="session")
def harness() -> Iterator[None]:
    """A Prefect server with an empty database; it takes seconds to start, and the tests share it."""
    with prefect_test_harness(server_startup_timeout=300):
        yield
