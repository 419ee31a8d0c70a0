"""What a share costs: the processor's time in the console's process, the network being a Slack on this machine."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from aiops_tui.config import Secret, Settings
from aiops_tui.model.panels import Snapshot
from aiops_tui.model.view import View
from aiops_tui.monitor import Monitor
from aiops_tui.slack import Outcome, Wish, share
from aiops_tui.text.translations import Translator
from benchmarks.report import Figure
from benchmarks.setting import Setting, is_live, middle, ms
from benchmarks.terminal import Terminal

_TOKEN = "xoxb-1234567890-AbCdEfGh"
_SERVER = """
import sys
from tests.fakeslack import FakeSlack
with FakeSlack() as slack:
    print(slack.api_url, flush=True)
    sys.stdin.read()
"""
_ROUNDS = 5
_SETTLING = 2.0


def measure(setting: Setting) -> Iterator[Figure]:
    """Share the Overview of the whole data set from a Snapshot that is there; nothing is asked of the database."""
    settings = setting.settings(setting.whole())
    view = View()
    snapshot = Monitor.once(settings, view, (view.tab,))
    with _slack(setting) as address, TemporaryDirectory() as folder:
        sharing = replace(
            settings, slack_bot_token=Secret(_TOKEN), slack_channel="#ops", slack_api_url=address,
            state_dir=Path(folder),
        )  # fmt: skip
        first = _cpu(snapshot, sharing, Wish(again=True))
        plain = [_cpu(snapshot, sharing, Wish(again=True)) for _ in range(_ROUNDS)]
        drawn = [_cpu(snapshot, sharing, Wish(again=True, form="picture")) for _ in range(_ROUNDS)]
        said = [_from_key(setting, address, Path(folder) / str(n)) for n in range(_ROUNDS)]
    yield Figure("a share's own time of the processor", middle(plain) * 1000, "ms", 150, f"the first one {ms(first)}")
    yield Figure("the same with a picture", middle(drawn) * 1000, "ms", 400, f"the dearest {ms(max(drawn))}")
    detail = f"a console each; worst {ms(max(said))}; the bar is a frame of a sixtieth of a second"
    yield Figure("from the share key to “sharing” on the screen", middle(said) * 1000, "ms", 1000 / 60, detail)


def _from_key(setting: Setting, address: str, state: Path) -> float:
    """Return the seconds from the key until the screen says that it is shared."""
    told = {"SLACK_BOT_TOKEN": _TOKEN, "SLACK_CHANNEL": "#ops", "AIOPS_SLACK_API_URL": address,
            "AIOPS_STATE_DIR": str(state)}  # fmt: skip
    command = ["-m", "aiops_tui", "--db", setting.store.url(setting.small()), "--lang", "en"]
    with Terminal(command, {**setting.environ, **told}, setting.store.folder) as terminal:
        terminal.wait(is_live, 600)
        terminal.settle(_SETTLING)
        pressed = terminal.press(b"s")
        return terminal.wait(lambda screen: any("sharing" in line for line in screen.lines)) - pressed


def _cpu(snapshot: Snapshot, settings: Settings, wish: Wish) -> float:
    """Return the seconds that the processor is busy with a share; the first one loads what speaks HTTP."""
    time.sleep(1.0)  # one message a second a channel
    before = time.process_time()
    outcome: Outcome = share(snapshot, View(), settings, Translator("en"), wish)
    spent = time.process_time() - before
    if outcome.kind != "sent":
        raise RuntimeError(outcome.notice.id)
    return spent


@contextmanager
def _slack(setting: Setting) -> Iterator[str]:
    """Run a Slack as a process of its own, whose time is not counted."""
    command = [sys.executable, "-c", _SERVER]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=setting.environ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.stdin.close()
