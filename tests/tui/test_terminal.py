"""The console in a real terminal, on the real monitor and a real database: what leaves the program, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import stat
import sys
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pexpect
import pyte
import pytest

from aiops_tui.demo import create_tables, fill

HOSTILE = (
    "\x1b]52;c;aGFja2Vk\x07", "\x1b[2J\x1b[31mred", "\x9b31mC1", "\x9d52;c;aGFja2Vk\x9c", "\x1bP1;2qsixel\x1b\\",
    "[/foo][@click=app.quit]x[/]", "[link=http://evil]x", "\u202etfel ot thgir\u2066", "a\u200bb\u2028c\u2029d",
    "\U000e0041tag", "e\u0301" * 50 + "\u0301" * 500, "bell\x07back\x08\x0b\x0c\r", "👨‍👩‍👧‍👦🇰🇷👍🏽", "\ud7a3" * 3000,
    "' OR 1=1 --", "%s %d {0} \\", "\x00nul", "",
)  # fmt: skip
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)
# What the terminal library itself writes: CSI sequences, and the shape of the mouse's pointer.
_OWN = re.compile(r"\x1b\[[0-9;:?<>=$]*[ -/]*[@-~]|\x1b[=>78]|\x1b\]22;[a-z-]+\x07")
_PATIENCE = 30.0
"""Seconds that an end may take on a machine with other things to do."""

_UNKNOWN_TO_PYTE = re.compile(r"\x1b\[[<>=?][0-9;]*u|\x1b\[\?[0-9;]*\$p|\x1b\[>[0-9;]*[a-z]")
_KEY = re.compile(r"\x1b\[[A-Z]|.", re.DOTALL)

_RUN = """
import sys
from pathlib import Path
from aiops_tui.config import load_settings
from aiops_tui.model.view import View
from aiops_tui.tui import run
flags = {"database_url": sys.argv[1], "language": sys.argv[4], "interval": 1.0}
settings = load_settings(flags, {"AIOPS_STATE_DIR": sys.argv[2], "AIOPS_LOG_FILE": sys.argv[3]}, Path("/"))
sys.exit(run(settings, View(sys.argv[5])))
"""


class Terminal:
    """A console in a pseudo-terminal; ``raw`` is all that it wrote."""

    def __init__(
        self, url: str, directory: Path, width: int = 120, language: str = "en", tab: str = "overview", **given: str
    ) -> None:
        # Modules in the folder come before all others.
        environ = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": f"{directory / 'modules'}:{Path.cwd()}"}
        # Workers of the test runner have a width of their own, which would come before the terminal's.
        for name in ("COLUMNS", "LINES", "COLORTERM", "NO_COLOR"):
            environ.pop(name, None)
        environ |= given
        arguments = ["-c", _RUN, url, str(directory / "state"), str(directory / "*.log"), language, tab]
        self.width = width
        self.child = pexpect.spawn(
            sys.executable, arguments, env=environ, dimensions=(40, width), encoding="utf-8", codec_errors="replace",
            preexec_fn=self._begin,
        )  # fmt: skip
        self.raw = ""
        self.pressed = 0
        """How much had been written when keys were pressed last."""

    def _begin(self) -> None:
        """Set up the program's own process."""
        # Whoever runs the tests may have been told to outlive a hang-up, which a program inherits.
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

    def sees(self, text: str, seconds: float = 30) -> None:
        """Wait until a text has been written."""
        start, deadline = min(max(len(self.raw) - 4000, 0), self.pressed), time.monotonic() + seconds
        while text not in self.raw[start:]:
            assert time.monotonic() < deadline, f"never: {text}\n{self.raw[-3000:]}"
            assert self.read(0.1), f"ended before: {text}\n{self.raw[-3000:]}"

    def read(self, seconds: float) -> bool:
        """Take what is written for a while; False once nothing more will come."""
        try:
            self.raw += self.child.read_nonblocking(1 << 16, timeout=seconds)
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            return False
        return True

    def lines(self) -> list[str]:
        """Return what a terminal shows after all that was written."""
        screen = pyte.Screen(self.width, 40)
        pyte.Stream(screen).feed(_UNKNOWN_TO_PYTE.sub("", self.raw))
        return ["".join(screen.buffer[y][x].data for x in range(self.width)) for y in range(40)]

    def press(self, keys: str, wait: float = 0.4) -> None:
        """Press keys one after the other, and take what comes of it."""
        self.pressed = len(self.raw)
        for key in _KEY.findall(keys):
            self.child.send(key)
            self.read(0.05)
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline:
            self.read(0.05)

    def ends(self, seconds: float) -> float:
        """Wait for the end and return how long it took."""
        start = time.monotonic()
        while self.read(0.02):
            assert time.monotonic() - start < seconds, "it goes on"
        took = time.monotonic() - start
        self.child.wait()
        return took


Start = Callable[..., Terminal]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Start]:
    started: list[Terminal] = []

    def start(url: str, width: int = 120, language: str = "en", tab: str = "overview", **environ: str) -> Terminal:
        started.append(Terminal(url, tmp_path, width, language, tab, **environ))
        return started[-1]

    yield start
    for one in started:
        one.child.close(force=True)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    fill(path, 3000, 10, 1, datetime.now(UTC), lambda done, steps: None)
    return path


def test_figures_appear_and_leaving_is_quick(demo: Path, terminal: Start) -> None:
    console = terminal(f"sqlite:///{demo}")
    console.sees("Overview")
    console.sees("live")
    console.sees("결제 오류")
    console.child.send("\x03")
    console.ends(_PATIENCE)
    assert console.child.exitstatus == 0
    assert "\x1b[?1049l" in console.raw, "the terminal is given back"


def test_nothing_hostile_reaches_the_terminal(tmp_path: Path, terminal: Start) -> None:
    url = f"sqlite:///{tmp_path / 'hostile.db'}"
    create_tables(url)
    _insert_hostile(tmp_path / "hostile.db")
    now = datetime.now(UTC)
    lines = [f"{now:%Y-%m-%d %H:%M:%S} [   ERROR] {text} - {text}\n  {text}\n" for text in HOSTILE]
    (tmp_path / "app.log").write_text("".join(lines), encoding="utf-8", errors="replace")
    console = terminal(url)
    console.sees("live")
    console.press("jjj\t\r", 1.0)
    console.press("\x1b", 0.5)
    for key in "2341":
        console.press(key, 1.0)
        console.press("\tjjk\t", 0.5)
    console.press("1\tjj\r", 1.0)
    for _ in HOSTILE:
        console.press("\x1b[C", 0.1)
    console.press("\x1b", 0.5)
    console.press("4jj\r", 1.0)
    assert console.child.isalive(), console.raw[-2000:]
    console.child.send("\x03")
    console.ends(_PATIENCE)
    rest = _OWN.sub("", console.raw)
    assert "\x1b" not in rest, repr(rest[max(rest.find("\x1b") - 40, 0) :][:120])
    found = _FORBIDDEN.search(rest)
    assert found is None, repr(rest[max(found.start() - 40, 0) :][:120])
    assert "aGFja2Vk" in console.raw, "the hostile texts were on the screen"
    assert console.child.exitstatus == 0


def test_a_header_that_makes_room_halves_no_wide_character(demo: Path, terminal: Start) -> None:
    console = terminal(f"sqlite:///{demo}", 200, "ko")
    console.sees("실시간")
    deadline = time.monotonic() + _PATIENCE
    while not re.search(r" ● 실시간 · \d+(초|분) 전 데이터 +\d+(초|분) 전 재집계 ", console.lines()[0]):
        assert time.monotonic() < deadline, console.lines()[0]
        console.read(0.1)


_COLOUR = re.compile(r"(?:^|;)(?:[34]8;(2;\d+;\d+;\d+|5;\d+)|([34]|9|10)[0-7](?=;|$))")


@pytest.mark.parametrize(
    ("environ", "kinds"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, {"2"}), ({"TERM": "xterm-256color"}, {"5"}),
        ({"TERM": "xterm-16color"}, {""}), ({"TERM": "xterm-256color", "NO_COLOR": "1"}, {"5"}),
    ],
    ids=["truecolor", "256", "16", "NO_COLOR"],
)  # fmt: skip
def test_a_terminal_gets_the_colours_that_it_has(
    demo: Path, terminal: Start, environ: dict[str, str], kinds: set[str]
) -> None:
    console = terminal(f"sqlite:///{demo}", **environ)
    console.sees("결제 오류")
    console.sees("live")
    console.press("2", 1.0)
    console.press("3", 1.0)
    set_to = {
        match[1] or ""
        for sequence in re.findall(r"\x1b\[([0-9;]*)m", console.raw)
        for match in _COLOUR.finditer(sequence)
    }
    assert {colour[:1] for colour in set_to} == kinds
    if kinds == {"5"}:
        greys = {*map(str, range(232, 256)), "0", "7", "8", "15", "16", "59", "102", "145", "188", "231"}
        assert ("NO_COLOR" in environ) == {colour[2:] for colour in set_to}.issubset(greys)


def test_the_end_of_a_log_is_there_and_keys_work_before_what_reads_databases_is_loaded(
    demo: Path, terminal: Start, tmp_path: Path
) -> None:
    (tmp_path / "modules").mkdir()
    for name in ("polars", "sqlalchemy", "psycopg2", "re2"):
        (tmp_path / "modules" / f"{name}.py").write_text("import time\nwhile True: time.sleep(0.01)\n")
    lines = (f"2025-10-16 10:{n // 60 % 60:02}:{n % 60:02} [    INFO] app - {n}th line{n}\n" for n in range(3000))
    (tmp_path / "app.log").write_text("".join(lines))
    console = terminal(f"sqlite:///{demo}", tab="logs")
    console.sees("2999th line2999")
    console.press("z")
    console.sees("2998th line2998")
    console.press("kk")
    with (tmp_path / "app.log").open("a") as file:
        file.write("2025-10-16 11:00:00 [   ERROR] app - refused\n")
    console.sees("1 new")
    console.press("G")
    console.sees("refused")
    console.press("q")
    console.ends(_PATIENCE)
    assert console.child.exitstatus == 0


def test_what_is_piped_in_is_followed_while_keys_come_from_the_terminal(demo: Path, tmp_path: Path) -> None:
    line = "2025-10-16 10:00:0{} [   ERROR] app - {}\\n"
    waits = "while [ ! -e go ]; do sleep 0.05; done"
    writer = f"printf '{line.format(1, 'piped')}'; {waits}; printf '{line.format(2, 'later')}'"
    console = f"{sys.executable} -m aiops_tui --db sqlite:///{demo} --tab logs --lang en --log-file -"
    environ = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(Path.cwd()), "AIOPS_STATE_DIR": str(tmp_path)}
    command = ["-c", f"({writer}) | {console}"]
    child = pexpect.spawn("sh", command, env=environ, dimensions=(40, 120), encoding="utf-8", cwd=tmp_path)
    try:
        child.expect("piped", timeout=_PATIENCE)
        child.send("?")
        child.expect("Help", timeout=_PATIENCE)
        child.send("q")
        (tmp_path / "go").touch()
        child.expect("later", timeout=_PATIENCE)
        child.send("q")
        child.expect(pexpect.EOF, timeout=_PATIENCE)
        child.wait()
        assert child.exitstatus == 0
    finally:
        child.close(force=True)


def test_a_lost_terminal_ends_the_console(demo: Path, terminal: Start) -> None:
    console = terminal(f"sqlite:///{demo}")
    console.sees("live")
    console.child.kill(signal.SIGHUP)
    console.ends(_PATIENCE)


def test_copies_reach_the_clipboard_the_mouse_is_given_back_and_a_hang_up_keeps_the_view(
    demo: Path, terminal: Start, tmp_path: Path
) -> None:
    console = terminal(f"sqlite:///{demo}")
    console.sees("live")
    console.press("y")
    console.sees("row copied")
    assert "결제" in b64decode(console.raw.split("\x1b]52;c;")[1].split("\x07")[0]).decode()
    assert "\x1b[?1000h" in console.raw
    assert "\x1b[?1000l" not in console.raw
    console.press(":")
    console.sees("Commands")
    console.press("mouse")
    console.sees("Mouse: off")
    console.child.send("\r")
    console.sees("\x1b[?1000l")
    console.press("3")
    console.sees("Distribution of scores")
    console.child.kill(signal.SIGHUP)
    console.ends(_PATIENCE)
    kept = tmp_path / "state" / "sessions.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    (session,) = json.loads(kept.read_text())["databases"].values()
    assert session["view"] == {"tab": "evaluation", "window": "7d"}


def test_a_database_that_is_not_there_is_told_and_waited_for(tmp_path: Path, demo: Path, terminal: Start) -> None:
    path = tmp_path / "later.db"
    console = terminal(f"sqlite:///{path}")
    console.sees("lost")
    path.write_bytes(demo.read_bytes())
    console.sees("결제 오류", 30)
    console.child.send("q")
    console.ends(_PATIENCE)
    assert console.child.exitstatus == 0


def _insert_hostile(path: Path) -> None:
    now = datetime.now(UTC)
    with sqlite3.connect(path) as connection:
        for number, text in enumerate(HOSTILE * 3, 1):
            moment = f"{now - timedelta(minutes=number):%Y-%m-%d %H:%M:%S}"
            connection.execute(
                "INSERT INTO conversation_log (id, user_id, question, answer, sentiment, topic, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, text, text, text, text, text, moment),
            )
            connection.execute(
                "INSERT INTO feedback_log (conversation_id, feedback, reason, created_at) VALUES (?, ?, ?, ?)",
                (number, text, text, moment),
            )
        connection.execute("DROP TABLE IF EXISTS conversation_evaluation")
        connection.execute(
            "CREATE TABLE conversation_evaluation (conversation_id, user_id, question, answer, sentiment, topic,"
            ' created_at, "rel\x1b]0;[/x]" REAL, clarity REAL, comment)'
        )
        for number, text in enumerate(HOSTILE * 3, 1):
            moment = f"{now - timedelta(minutes=number):%Y-%m-%d %H:%M:%S}"
            connection.execute(
                "INSERT INTO conversation_evaluation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (number, text, text, text, text, text, moment, 3.0, 4.0, text),
            )
    connection.close()
