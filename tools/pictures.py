"""Takes the pictures of the documentation from the real program: ``python -m tools.pictures [NAME ...]``.

A demo is made up, the console opened on it in a pseudo-terminal, keys pressed, and its screen drawn with the font of
the program's own pictures. That of a share is what ``share --dry-run`` writes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from tools.terminal import Terminal

TARGET = Path(__file__).parents[1] / "docs" / "pictures"
ROWS, DAYS = 40_000, 21


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture: what the console is opened with, the keys that are pressed, and what is on the screen then.

    A key that begins with ``~`` is a text to wait for.
    """

    name: str
    keys: tuple[str, ...] = ()
    shows: str = "live"
    options: tuple[str, ...] = ()
    columns: int = 110
    rows: int = 34


SCENES = (
    Scene("overview"),
    Scene("overview-ko", options=("--lang", "ko"), shows="실시간"),
    Scene("narrow", columns=60, rows=24),
    Scene("sentiment", options=("--theme", "light", "--tab", "sentiment")),
    Scene("filter", ("/", "topic:환불 sentiment:negative sc"), "score<"),
    Scene("conversation", ("l", "~1 of", "enter"), "Same user", ("--filter", "feedback:dislike score<5")),
    Scene("evaluation", options=("--tab", "evaluation")),
    Scene("logs", options=("--tab", "logs")),
)


def main() -> None:
    """Take the pictures that are named, or all."""
    asked = set(sys.argv[1:])
    TARGET.mkdir(exist_ok=True)
    with _demo() as (folder, environ):
        for scene in SCENES:
            if not asked or scene.name in asked:
                _keep(scene.name, _taken(scene, folder, environ))
        if not asked or "share" in asked:
            _run(
                "share",
                "--db",
                "sqlite:///demo.db",
                "--dry-run",
                "--output",
                "share.png",
                folder=folder,
                environ=environ,
            )
            _keep("share", (folder / "share.png").read_bytes())


@contextmanager
def _demo() -> Iterator[tuple[Path, dict[str, str]]]:
    """Make a demo in a folder where no setting of this machine is seen."""
    with tempfile.TemporaryDirectory(prefix="aiops-pictures-") as name:
        folder = Path(name)
        environ = {
            "PATH": os.environ["PATH"], "HOME": name, "LANG": "C.UTF-8", "AIOPS_LOG_FILE": "logs/*.log",
            "PYTHONPATH": os.pathsep.join((str(TARGET.parents[1]), os.environ.get("PYTHONPATH", ""))),
        }  # fmt: skip
        size = ("--rows", str(ROWS), "--days", str(DAYS))
        _run("demo", "--no-tui", "--no-live", *size, "--db", "demo.db", folder=folder, environ=environ)
        yield folder, environ


def _taken(scene: Scene, folder: Path, environ: dict[str, str]) -> bytes:
    command = [sys.executable, "-m", "aiops_tui", "--db", "sqlite:///demo.db", *scene.options]
    with Terminal(command, environ, folder, scene.columns, scene.rows) as terminal:
        live = "실시간" if "ko" in scene.options else "live"
        terminal.until(lambda text: live in text)
        for key in (*scene.keys, f"~{scene.shows}"):
            if key.startswith("~"):
                terminal.until(lambda text, wanted=key[1:]: wanted in text)  # type: ignore[misc]
            else:
                terminal.press(key)
        return terminal.picture()


def _keep(name: str, content: bytes) -> None:
    """Write a picture as small as it gets."""
    path = TARGET / f"{name}.png"
    Image.open(BytesIO(content)).save(path, "PNG", optimize=True)
    print(f"{path.name}: {path.stat().st_size:,} bytes")


def _run(*arguments: str, folder: Path, environ: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "aiops_tui", *arguments], cwd=folder, env=environ, check=True, stdout=subprocess.DEVNULL
    )


if __name__ == "__main__":
    main()
