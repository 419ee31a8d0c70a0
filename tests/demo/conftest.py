"""A small make-believe past that the tests of this room read, made once."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aiops_tui.demo import fill

NOW = datetime(2026, 11, 22, 7, 50, 43, 123456, tzinfo=UTC)
ROWS, DAYS, SEED = 20_000, 14, 7


@pytest.fixture(scope="session")
def now() -> datetime:
    """The moment at which the past ends: a Sunday, 16:50 in Seoul."""
    return NOW


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled database that is only read."""
    path = tmp_path_factory.mktemp("past") / "demo.db"
    fill(path, ROWS, DAYS, SEED, NOW, lambda done, total: None)
    return path


@pytest.fixture
def db(past: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the filled database."""
    with closing(sqlite3.connect(f"{past.as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A database of this test's own, with a few conversations."""
    path = tmp_path / "small.db"
    fill(path, 300, 2, SEED, NOW, lambda done, total: None)
    return path


@pytest.fixture
def wait_for() -> Callable[[Callable[[], object]], None]:
    """Wait until a condition holds, and fail if it does not within 20 s."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, "nothing happened"
            time.sleep(0.02)

    return wait
