"""The files that show how the console is run as a service: their commands parse, their units are understood."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from aiops_tui.cli.commands import program
from aiops_tui.config.sources import PREFIX
from tools.example import ROOT, settings

UNITS = sorted((ROOT / "deploy").iterdir())
COMMAND = re.compile(r"aiops-tui (.*)")


def _commands() -> Iterator[str]:
    for unit in UNITS:
        yield from re.findall(r"^ExecStart=\S*/aiops-tui (.*)", unit.read_text(), re.MULTILINE)
    for service in _render()["services"]:
        yield from COMMAND.findall(service["startCommand"])
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    yield from re.findall(r"^[\d*][^a-z]* .*bin/aiops-tui (.*)$", page, re.MULTILINE)


def _render() -> dict[str, list[dict[str, str]]]:
    loaded: dict[str, list[dict[str, str]]] = yaml.safe_load((ROOT / "render.yaml").read_text())
    return loaded


@pytest.mark.parametrize("line", list(_commands()))
def test_what_is_started_is_a_command_with_its_options(line: str) -> None:
    name, *rest = shlex.split(line)
    if name not in program.commands:
        pytest.fail(f"there is no command {name}")
    program.commands[name].make_context(name, rest)


def test_variables_of_the_deployments_are_known() -> None:
    known = {each.name for each in settings()} | {"PYTHON_VERSION"}
    told = {variable["key"] for service in _render()["services"] for variable in service["envVars"]}  # type: ignore[index]
    for unit in UNITS:
        told |= set(re.findall(rf"\b({PREFIX}[A-Z_]+)=", unit.read_text()))
    assert told <= known, told - known


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text().replace("/opt/aiops-tui/bin/aiops-tui", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    units = [str(path) for path in tmp_path.iterdir()]
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], check=False, capture_output=True, text=True
    )
    assert (checked.returncode, checked.stderr) == (0, "")
