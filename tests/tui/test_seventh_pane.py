"""Another pane takes a module in metrics/, one in tui/panes/, and its name in the registry; wording comes after."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from aiops_tui.demo import fill

METRICS = """
from aiops_tui.metrics import overview
from aiops_tui.model.panels import Column, Table

def panels(inputs):
    fastest = Table("fastest", (Column("topic", "topic"), Column("n", "count")), (("환불", 7),), 1, ("환불",))
    return (*overview.panels(inputs)[:1], fastest)
"""

PANE = """
from aiops_tui.tui.panes.arrange import Cell, Plan, Row
from aiops_tui.tui.panes.pane import Pane
from aiops_tui.tui.widgets.table import TableView

_ROWS = (Row("1fr", (Cell(("fastest",)),)),)

class SpeedPane(Pane):
    tab = "speed"
    metrics = ("conversations",)
    plan = Plan(wide=_ROWS, vast=_ROWS, panels=("fastest",), first="fastest")

    def panels(self):
        yield TableView("fastest")
"""

RUN = """
import asyncio, sys
from aiops_tui.model import panels
panels.TABS = (*panels.TABS, "speed")
import aiops_tui.metrics, aiops_tui.tui.panes
aiops_tui.metrics.__path__.append(sys.argv[1] + "/metrics")
aiops_tui.tui.panes.__path__.append(sys.argv[1] + "/panes")
from pathlib import Path
from aiops_tui.config import load_settings
from aiops_tui.model.view import View
from aiops_tui.tui.app import Console

async def main():
    console = Console(load_settings({"database_url": sys.argv[2]}, {"AIOPS_STATE_DIR": sys.argv[1]}, Path("/")), View())
    async with console.run_test(size=(120, 40)) as pilot:
        for key, wanted in (("7", "환불"), ("enter", "topic:환불")):
            await pilot.press(key)
            for _ in range(600):
                text = "\\n".join(strip.text for strip in console.screen._compositor.render_strips())
                if wanted in text:
                    break
                await asyncio.sleep(0.05)
        print(text)
        console.begin_stopping()

asyncio.run(main())
"""


def test_a_seventh_pane_takes_two_modules_and_a_name(tmp_path: Path) -> None:
    for folder, code in (("metrics", METRICS), ("panes", PANE)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "speed.py").write_text(code, encoding="utf-8")
    fill(tmp_path / "demo.db", 300, 3, 1, datetime.now(UTC), lambda done, total: None)
    command = [sys.executable, "-c", RUN, str(tmp_path), f"sqlite:///{tmp_path / 'demo.db'}"]
    environ = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    assert " 7 speed " in ran.stdout or " 7 tab.speed " in ran.stdout
    assert "╭ fastest ─" in ran.stdout and "topic:환불" in ran.stdout
