"""Files are read when the system says that they changed, and looked at now and then where it says nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aiops_tui.source.logs import LogBook, LogFollower, follower
from aiops_tui.source.logs.watch import Watch

FOREVER = 600.0


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    made = Watch()
    if not made.over([], [tmp_path]):
        pytest.skip("this system does not tell of changes")
    yield made
    made.close()


def test_the_system_tells_of_all_that_may_happen_to_a_file(tmp_path: Path, watch: Watch) -> None:
    path = tmp_path / "app.log"

    def told(happens: Callable[[], object]) -> bool:
        watch.over([path], [tmp_path, tmp_path / "missing"])
        happens()
        return watch.wait(10)

    assert told(lambda: path.write_text("appears"))
    assert told(lambda: path.write_text("is written anew"))
    assert told(lambda: os.truncate(path, 3))
    assert told(lambda: path.rename(tmp_path / "app.log.1"))
    assert told(lambda: (tmp_path / "other").write_text("x"))
    assert told(lambda: (tmp_path / "other").replace(path))
    assert told(path.unlink)
    assert not watch.wait(0)


def test_a_wait_can_be_ended(watch: Watch) -> None:
    threading.Timer(0.01, watch.wake).start()
    assert not watch.wait(FOREVER)
    watch.close()
    watch.wake()


@pytest.mark.parametrize("told", [True, False])
def test_a_follower_reads_what_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: bool) -> None:
    """Into a folder that is not there yet, whether the system tells of it or not."""
    if told:
        monkeypatch.setattr(follower, "_PATIENCE", FOREVER)
    else:
        monkeypatch.setattr(Watch, "_listening", lambda watch: None)
    book = LogBook([tmp_path / "logs" / "*.log"], ZoneInfo("UTC"))
    changed = threading.Event()
    following = LogFollower(book, changed.set, interval=0.01)
    following.start()
    for n in range(4):
        changed.clear()
        path = tmp_path / "logs" / f"{n % 2}.log"
        path.parent.mkdir(exist_ok=True)
        with path.open("a") as file:
            file.write(f"2025-10-16 10:00:00 [    INFO] app - {n}\n")
        while len(book) <= n:
            assert changed.wait(10)
            changed.clear()
    following.stop(10)


def test_a_system_that_stays_silent_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a network file system does: it takes watches, and what others write there is not told."""
    waited: list[float] = []
    path = tmp_path / "app.log"
    path.touch()

    def silent(watch: Watch, seconds: float) -> bool:
        waited.append(seconds)
        if len(waited) == 2:
            path.write_text("2025-10-16 10:00:00 [    INFO] app - x\n")
        elif len(waited) == 6:
            following._stopping.set()
        return False

    monkeypatch.setattr(Watch, "over", lambda watch, files, folders: True)
    monkeypatch.setattr(Watch, "wait", silent)
    monkeypatch.setattr(follower, "_PATIENCE", 7.0)
    following = LogFollower(LogBook([path], ZoneInfo("UTC")), lambda: None, interval=0.01)
    following.start()
    following._thread.join(10)
    assert waited == [7.0, 7.0, 0.0, 0.01, 0.01, 0.01]
