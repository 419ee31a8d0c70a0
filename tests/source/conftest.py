"""Real databases for the tests of what is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from aiops_tui.source.database import Database
from tests.source.place import Place


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, new_postgres: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """An empty database for this module, once on SQLite and once on PostgreSQL."""
    url = new_postgres() if request.param == "postgresql" else sqlite_url(tmp_path_factory.mktemp("place") / "local.db")
    with closing(Place(url)) as place:
        yield place


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An empty SQLite file for this module."""
    with closing(Place(sqlite_url(tmp_path_factory.mktemp("place") / "local.db"))) as place:
        yield place


@pytest.fixture(scope="module")
def postgres(new_postgres: Callable[[], str]) -> Iterator[Place]:
    """An empty PostgreSQL database for this module."""
    with closing(Place(new_postgres())) as place:
        yield place


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    """The console's connection to `place`."""
    with closing(place.open()) as database:
        yield database


def sqlite_url(path: Path) -> str:
    """Return the URL of a file."""
    return f"sqlite:///{path}"
