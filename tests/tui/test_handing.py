"""What is taken away: files of their owner alone, and texts for the clipboard."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import stat
import subprocess
import threading
import time
from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.model.panels import Snapshot
from aiops_tui.model.records import Page, Recent
from aiops_tui.model.view import View
from aiops_tui.output.files import NotWrittenError, private_file
from aiops_tui.text.translations import Translator
from aiops_tui.tui.clipboard import MOST_BYTES, bounded, sequence
from aiops_tui.tui.exporting import PAGE, Stopped, Target, write_pages

Open = Any


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


async def export(d: Any, choice: str, name: str) -> None:
    await d.press("x")
    field = await d.field()
    field.value = choice
    await d.pilot.pause()
    await d.press("enter")
    await d.until(lambda: d.console.screen is d.console.desk)
    field = await d.field()
    await d.until(lambda: field.value.startswith(("topics-", "volume-", "conversations-")), "a name that is offered")
    field.value = name
    await d.press("enter")


@pytest.mark.parametrize("kind", ["CSV", "Excel", "JSON", "Parquet"])
async def test_the_panel_with_the_keys_is_exported(desk: Open, here: Path, kind: str) -> None:
    file = here / f"topics.{kind.lower()}"
    async with desk() as d:
        await d.press("o")
        await export(d, f"topics {kind}", file.name)
        await d.sees("rows in ")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in here.iterdir()] == [file.name], "nothing else is left"
    if kind == "JSON":
        panel = json.loads(file.read_text())["panel"]
        assert (panel["id"], panel["total"]) == ("topics", 487)
        first = panel["rows"][0]
    elif kind == "Parquet":
        frame = pl.read_parquet(file)
        assert frame.schema["conversations"] == pl.Int64
        first = list(frame.row(0))
    else:
        assert file.read_bytes().startswith(b"\xef\xbb\xbf") == (kind == "Excel")
        first = table(file)[1]
    assert first[0] == "login", "as it is sorted"
    assert float(first[1]) == 1240


async def test_a_chart_is_exported_too(desk: Open, here: Path) -> None:
    async with desk() as d:
        await d.press("shift+tab")
        await export(d, "time CSV", "v.csv")
        await d.sees("rows in ")
    rows = table(here / "v.csv")
    assert rows[0][:2] == ["Time", "Positive"]
    assert rows[1][0].endswith("+09:00")


async def test_the_log_entries_at_hand_are_exported(desk: Open, here: Path) -> None:
    async with desk(view=View("logs")) as d:
        await d.sees("request served 199")
        await d.press("x")
        field = await d.field()
        field.value = "JSON"
        await d.pilot.pause()
        await d.press("enter")
        await d.until(lambda: d.console.screen is d.console.desk)
        field = await d.field()
        await d.until(lambda: field.value.startswith("entries-"))
        field.value = "log.json"
        await d.press("enter")
        await d.sees("rows in ")
    rows = json.loads((here / "log.json").read_text())["panel"]["rows"]
    assert rows[-1][1:] == ["info", "app.log", "request served 199"]


async def test_a_file_that_is_there_is_written_over_only_when_asked_twice(desk: Open, here: Path) -> None:
    (here / "t.csv").write_text("old")
    async with desk() as d:
        await export(d, "topics CSV", "t.csv")
        await d.sees("such a file already: Enter again writes over it")
        assert (here / "t.csv").read_text() == "old"
        await d.press("escape")
        await export(d, "topics CSV", "t.csv")
        await d.sees("Enter again")
        await d.press("enter")
        await d.sees("rows in ")
        assert (here / "t.csv").read_text().startswith("Topic,")
        assert stat.S_IMODE((here / "t.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere/t.csv", "there is no folder"), ("link.csv", "a link, a folder"), (".", "a link, a folder"),
        ("  ", "write the name of a file"), ("x" * 300, "too long"), ("~nobody-at-all/x", "write the name"),
    ],
)  # fmt: skip
async def test_a_place_that_cannot_be_written_is_told_before_anything_is_done(
    desk: Open, here: Path, name: str, said: str
) -> None:
    (here.parent / "victim").write_text("precious")
    (here / "link.csv").symlink_to(here.parent / "victim")
    async with desk() as d:
        await export(d, "topics CSV", name)
        await d.sees("✖", said)
        await d.press("enter")
        await d.pilot.pause()
        assert (here.parent / "victim").read_text() == "precious"


def test_a_full_disk_and_a_closed_folder_are_told_and_nothing_is_left(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    (here / "x").write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWrittenError) as caught, private_file(here / "x", over=True) as file:
        file.write(b"new")
    assert caught.value.notice.id == "output.file.full"
    assert [(path.name, path.read_text()) for path in here.iterdir()] == [("x", "old")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_may_not_be_written_is_told(here: Path) -> None:
    here.chmod(0o500)
    with pytest.raises(NotWrittenError) as caught, private_file(here / "x"):
        pass
    assert caught.value.notice.id == "output.file.not_writable"


def test_a_file_that_appears_meanwhile_is_not_written_over(here: Path) -> None:
    with pytest.raises(NotWrittenError), private_file(here / "x") as file:
        file.write(b"new")
        (here / "x").write_text("theirs")
    assert (here / "x").read_text() == "theirs"


def talk(number: int, question: str = "왜?") -> Recent:
    return Recent(str(number), datetime(2026, 11, 22, tzinfo=UTC), "=cmd", "환불", "negative", 4.5, question)


def pages_of(talks: list[Recent], size: int) -> Callable[[str | None], Future[Any]]:
    """Answer like the monitor does; every other page is withdrawn once."""
    withdrawn: set[str | None] = set()

    def next_page(after: str | None) -> Future[Any]:
        future: Future[Any] = Future()
        start = next((i + 1 for i, each in enumerate(talks) if each.conversation == after), 0)
        if after not in withdrawn and start // size % 2:
            withdrawn.add(after)
            future.cancel()
        else:
            future.set_result(Page(tuple(talks[start : start + size]), start + size < len(talks), len(talks)))
        return future

    return next_page


def target(path: Path, kind: Any = "csv") -> Target:
    return Target(path, kind, over=False, words=Translator("en"), zone=ZoneInfo("Asia/Seoul"))


@pytest.mark.parametrize("kind", ["csv", "excel", "json", "parquet"])
def test_all_conversations_come_page_by_page_though_pages_are_withdrawn(here: Path, kind: str) -> None:
    talks = [talk(number) for number in range(25, 0, -1)]
    told: list[tuple[int, int | None]] = []
    path = here / "all"
    count = write_pages(
        target(path, kind), pages_of(talks, 10), threading.Event(), lambda done, total: told.append((done, total))
    )
    assert (count, told) == (25, [(10, 25), (20, 25), (25, 25)])
    if kind == "parquet":
        ids = pl.read_parquet(path)["id"].to_list()
    elif kind == "json":
        rows = json.loads(path.read_text())
        assert rows[0]["time"] == "2026-11-22T09:00:00+09:00"
        ids = [row["id"] for row in rows]
    else:
        heading, *rows = table(path)
        ids = [row[heading.index("ID")] for row in rows]
        assert rows[0][heading.index("User")] == "'=cmd", "a spreadsheet runs nothing"
    assert ids == [each.conversation for each in talks]


def test_no_conversations_are_an_empty_file_of_its_kind(here: Path) -> None:
    for kind in ("csv", "json", "parquet"):
        write_pages(target(here / kind, kind), pages_of([], 10), threading.Event(), lambda done, total: None)
    assert json.loads((here / "json").read_text()) == []
    assert pl.read_parquet(here / "parquet").height == 0
    assert len((here / "csv").read_text().splitlines()) == 1


def test_a_stopped_export_leaves_nothing(here: Path) -> None:
    stopped = threading.Event()
    talks = [talk(number) for number in range(100)]
    with pytest.raises(Stopped):
        write_pages(target(here / "x"), pages_of(talks, 5), stopped, lambda done, total: stopped.set())
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("kind", ["CSV", "Parquet"])
async def test_the_conversations_behind_the_view_are_exported_with_progress(desk: Open, here: Path, kind: str) -> None:
    async with desk(size=(80, 24)) as d:
        await export(d, f"conversations view {kind}", "all")
        await d.sees("rows in ")
        pages = [after for _, _, after in d.monitor.named("page")]
        assert len(pages) == -(-d.monitor.behind // PAGE)
    if kind == "Parquet":
        assert pl.read_parquet(here / "all").height == d.monitor.behind
    else:
        assert len(table(here / "all")) == d.monitor.behind + 1


async def test_an_export_goes_on_while_one_looks_at_other_things_and_the_same_key_stops_it(
    desk: Open, here: Path
) -> None:
    def slow(monitor: Any) -> None:
        monitor.held = []

    async with desk(prepare=slow) as d:
        await export(d, "conversations view CSV", "all")
        await d.until(lambda: d.monitor.held)
        future, page = d.monitor.held.pop()
        future.set_result(Page(page.rows, more=True, total=1234))
        await d.sees("exporting: ", "of 1,234 conversations · x stops")
        await d.press("2")
        await d.until(lambda: d.console.session.view.tab == "sentiment")
        await d.press("x")
        await d.sees("export stopped, nothing is left of the file")
        await d.until(lambda: not list(here.iterdir()))


@given(st.text())
def test_no_cell_of_a_spreadsheet_is_a_formula(text: str) -> None:
    from aiops_tui.output.as_csv import safe_cell

    cell = safe_cell(text, ZoneInfo("UTC"))
    assert isinstance(cell, str)
    assert cell[:1] not in set("=+-@\t\r＝＋－＠")


# the clipboard


def told(written: str) -> str:
    return b64decode(written.split("52;c;")[1].split("\x07")[0]).decode()


def test_the_clipboard_is_told_once_or_through_tmux_or_screen() -> None:
    text = "결제 오류\t1,840" * 50
    plain = sequence(text, {})
    assert plain.startswith("\x1b]52;c;") and told(plain) == text
    wrapped = sequence(text, {"TMUX": "/tmp/x,1,0"})
    assert wrapped.startswith(plain)
    inner = wrapped.removeprefix(plain).removeprefix("\x1bPtmux;").removesuffix("\x1b\\").replace("\x1b\x1b", "\x1b")
    assert inner == plain
    pieces = sequence(text, {"STY": "1.pts"}).split("\x1b\\")
    assert all(len(piece) < 256 for piece in pieces)
    assert "".join(piece.removeprefix("\x1bP") for piece in pieces) == plain


@given(st.integers(MOST_BYTES - 4, MOST_BYTES + 4), st.sampled_from(["a", "é", "한", "👍"]))
def test_a_long_text_is_cut_between_characters(size: int, letter: str) -> None:
    text = letter * (size // len(letter.encode()))
    kept = bounded(text)
    assert text.startswith(kept)
    assert MOST_BYTES - 4 < len(kept.encode()) <= MOST_BYTES or kept == text


@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux here")
def test_tmux_takes_it_as_its_buffer(tmp_path: Path) -> None:
    (tmp_path / "seq").write_text(sequence("환불 24%", {"TMUX": "x"}))
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", "/dev/null"]
    script = f"tmux -S {tmp_path / 'socket'} set -s set-clipboard on; cat {tmp_path / 'seq'}; sleep 60"
    subprocess.run([*tmux, "new-session", "-d", script], check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    try:
        shown = ""
        deadline = time.monotonic() + 20
        while not shown and time.monotonic() < deadline:
            shown = subprocess.run([*tmux, "show-buffer"], capture_output=True, text=True, check=False).stdout
        assert shown == "환불 24%"
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)


async def test_a_row_a_cell_a_figure_and_the_command_are_copied_and_named(
    desk: Open, figures: Callable[[View], Snapshot]
) -> None:
    async with desk() as d:
        await d.press("y")
        await d.sees("row copied: 결제 오류 1,840")
        assert d.console.clipboard.startswith("결제 오류\t1,840")
        await d.press("tab", "down", "Y")
        field = await d.field()
        await d.sees("Copy which cell?", "ID: 999", "User: u0001", "Question: 카드가")
        field.value = "user"
        await d.pilot.pause()
        await d.press("enter")
        await d.sees("copied: u0001")
        assert d.console.clipboard == "u0001"
        await d.press("shift+tab", "shift+tab", "left", "y")
        await d.sees("figure copied: 2026-11-22")
        await d.press("tab", "tab", "tab", "shift+tab", "shift+tab", "shift+tab", "shift+tab", "y")
        await d.sees("command for this view copied: aiops-tui --tab")
