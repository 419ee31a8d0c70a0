"""Builds what is released and tries it as a stranger would: ``python -m tools.release [--python PATH]``.

Wheel and source archive go to ``dist/``. The wheel is installed into an empty environment, away from the repository,
with nothing of this machine's settings, and the demo runs there, on a terminal too. Exit status 1 tells what does not
hold.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from aiops_tui import __version__
from tools.terminal import Terminal

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
LARGEST = 1_500_000
MANUAL = "share/man/man1/aiops-tui.1"

REFUSALS: Mapping[str, Sequence[str]] = {
    "pictures": ("snapshot", "--db", "sqlite:///demo.db", "--format", "png", "--output", "now.png"),
    "web": ("serve",),
}
"""For each extra, a command that has to say how to install it where it is not."""


def main() -> int:
    """Build, and try what was built."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="the interpreter to try the wheel on")
    asked = parser.parse_args()
    wheel = build()
    check_contents(wheel)
    with tempfile.TemporaryDirectory(prefix="aiops-release-") as folder:
        Trial(Path(folder), wheel, asked.python).run()
    return 0


def build() -> Path:
    """Make the source archive, and the wheel from that; return the wheel."""
    shutil.rmtree(DIST, ignore_errors=True)
    _run([sys.executable, "-m", "build", "--outdir", str(DIST), str(ROOT)])
    (wheel,) = DIST.glob("*.whl")
    return wheel


def check_contents(wheel: Path) -> None:
    """See to it that the wheel is small, and that it and the source archive are whole."""
    size = wheel.stat().st_size
    _hold(size < LARGEST, f"{wheel.name}: {size:,} bytes, fewer than {LARGEST:,}")
    tracked = _run(["git", "-C", str(ROOT), "ls-files"]).splitlines()
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    missing = [name for name in tracked if name.startswith("aiops_tui/") and name not in names]
    _hold(not missing, f"all files of the package in the wheel {missing or ''}")
    _hold(any(name.endswith(f".data/data/{MANUAL}") for name in names), "the manual in the wheel")
    _hold(any(name.endswith("licenses/LICENSE") for name in names), "the licence in the wheel")
    strangers = [name for name in names if not name.startswith(("aiops_tui/", f"aiops_tui-{__version__}."))]
    _hold(not strangers, f"nothing else in the wheel {strangers or ''}")
    (source,) = DIST.glob("*.tar.gz")
    with tarfile.open(source) as whole:
        packed = {name.partition("/")[2] for name in whole.getnames()}
    left_out = [name for name in tracked if name not in packed and name != ".gitignore"]
    _hold(not left_out, f"all of the repository in {source.name} {left_out or ''}")


class Trial:
    """The wheel in an empty environment."""

    def __init__(self, folder: Path, wheel: Path, python: str) -> None:
        self.folder, self.wheel, self.python = folder, wheel, python
        self.bin = folder / "venv" / "bin"
        self.work = folder / "work"
        self.work.mkdir()
        self.environ = {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}

    def run(self) -> None:
        """Install it, and use it."""
        _run([self.python, "-m", "venv", str(self.folder / "venv")])
        pip = [str(self.bin / "python"), "-m", "pip", "--disable-pip-version-check"]
        _run([*pip, "install", "--quiet", str(self.wheel)])
        _run([*pip, "check"])
        versions = {self.use("--version"), _run([str(self.bin / "python"), "-m", "aiops_tui", "--version"], self)}
        _hold(versions == {f"aiops-tui {__version__}\n"}, f"version {__version__}, as a module too")
        _hold((self.folder / "venv" / MANUAL).is_file(), "the manual where man looks for it")
        self.headless()
        self.refusals()
        self.terminal()

    def use(self, *arguments: str, status: int = 0) -> str:
        """Run the program and return what it said."""
        return _run([str(self.bin / "aiops-tui"), *arguments], self, status=status)

    def headless(self) -> None:
        """Make a demo and read its figures."""
        self.use("demo", "--no-tui", "--no-live", "--rows", "2000", "--days", "3", "--db", "demo.db")
        figures = json.loads(self.use("snapshot", "--db", "sqlite:///demo.db", "--format", "json"))
        panels = {panel["id"]: panel for panel in figures["tabs"]["overview"]["panels"]}
        _hold(panels["total"]["value"] == 2000, "a demo of 2,000 conversations, read by snapshot")

    def refusals(self) -> None:
        """See to it that what needs an extra says so in one line."""
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
        for extra in extras.keys() - {"dev"}:
            said = self.use(*REFUSALS[extra], status=1)
            _hold(f"'aiops-tui[{extra}]'" in said and said.count("\n") == 1, f"without {extra}: {said.strip()}")

    def terminal(self) -> None:
        """Open the demo on a terminal and leave it."""
        command = [str(self.bin / "aiops-tui"), "demo", "--rows", "3000", "--days", "5", "--lang", "en"]
        with Terminal(command, self.environ, self.work) as terminal:
            terminal.until(lambda text: "live" in text and "Overview" in text and "결제 오류" in text)
            terminal.press("?")
            terminal.until(lambda text: "Everywhere" in text)
            terminal.press("q", "q")
            _hold(terminal.end() == 0, "the demo on a terminal")


def _run(command: Sequence[str], trial: Trial | None = None, *, status: int = 0) -> str:
    """Run a command, in a trial's environment if one is given, and return all that it wrote."""
    ended = subprocess.run(
        command, check=False, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        cwd=trial.work if trial else None, env=trial.environ if trial else None,
    )  # fmt: skip
    if ended.returncode != status:
        sys.exit(f"{' '.join(command)}: status {ended.returncode}, not {status}\n{ended.stdout}")
    return ended.stdout


def _hold(met: bool, what: str) -> None:
    print("ok  " if met else "FAIL", what.strip(), flush=True)
    if not met:
        sys.exit(1)


if __name__ == "__main__":
    sys.exit(main())
