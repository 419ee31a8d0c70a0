"""The documentation builds without a broken link, and its pages ask nobody else for anything."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tools.example import ROOT

_LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}
_IDLE_LINKS = {"canonical", "alternate", "prev", "next", "edit"}


class _Loads(HTMLParser):
    """What a browser asks for as it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag in _LOADED and not (tag == "link" and known.get("rel") in _IDLE_LINKS):
            self.found.append(known.get(_LOADED[tag]) or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "zensical.toml", folder)
    built = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"], cwd=folder, check=False, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


def test_every_page_is_in_the_contents_and_loads_from_its_own_site_alone(site: Path) -> None:
    contents = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    for page in sorted((ROOT / "docs").glob("*.md")):
        assert f'"{page.name}"' in contents
        built = site / "index.html" if page.stem == "index" else site / page.stem / "index.html"
        loads = _Loads()
        loads.feed(built.read_text(encoding="utf-8"))
        assert len(loads.found) > 3
        for address in loads.found:
            assert not re.match(r"(https?:)?//", address), address


def test_the_built_style_asks_for_no_font_of_others(site: Path) -> None:
    for style in site.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", style.read_text(encoding="utf-8")), style


def test_pictures_are_small_and_none_is_idle() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")])
    pictures = list((ROOT / "docs").rglob("*.png"))
    assert sum(path.stat().st_size for path in pictures) < 1_000_000
    for path in pictures:
        assert path.relative_to(ROOT / "docs").as_posix() in pages


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")), ids=lambda path: path.name)
def test_links_of_the_repository_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
