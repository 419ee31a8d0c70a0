"""What pages are made of: our own files, the font of the pictures, and the terminal that textual-serve brings."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from string import Template

from aiohttp import hdrs, web

_TYPES = {"css": "text/css", "js": "text/javascript", "ttf": "font/ttf"}
_FOUND = {
    "textual.js": ("textual_serve", "static/js/textual.js"),
    "xterm.css": ("textual_serve", "static/css/xterm.css"),
    "session.js": ("aiops_tui.web", "static/session.js"),
    "page.css": ("aiops_tui.web", "static/page.css"),
    "font.ttf": ("aiops_tui.pictures", "font/aiops-gothic.ttf"),
}
_A_DAY = "public, max-age=86400"


class Assets:
    """Files that everybody may have, packed once; there are no others."""

    def __init__(self) -> None:
        self._packed: dict[str, tuple[bytes, str]] = {}

    def answer(self, name: str, request: web.Request) -> web.Response:
        """Return a file by its name.

        Raises:
            HTTPNotFound: there is none of that name.
        """
        if name not in _FOUND:
            raise web.HTTPNotFound
        if name not in self._packed:
            package, path = _FOUND[name]
            content = (files(package) / path).read_bytes()
            self._packed[name] = gzip.compress(content, 6), f'"{hashlib.sha256(content).hexdigest()[:20]}"'
        packed, tag = self._packed[name]
        headers = {hdrs.ETAG: tag, hdrs.CACHE_CONTROL: _A_DAY, hdrs.VARY: hdrs.ACCEPT_ENCODING}
        if request.headers.get(hdrs.IF_NONE_MATCH) == tag:
            return web.Response(status=304, headers=headers)
        if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            return web.Response(
                body=packed, headers=headers | {hdrs.CONTENT_ENCODING: "gzip"}, content_type=_type(name)
            )
        return web.Response(body=gzip.decompress(packed), headers=headers, content_type=_type(name))


def _type(name: str) -> str:
    return _TYPES[name.rpartition(".")[2]]


def page(name: str, values: Mapping[str, str], status: int = 200) -> web.Response:
    """Return a page with values filled in as text; those named ``html_…`` are HTML already."""
    template = Template((files("aiops_tui.web") / "templates" / f"{name}.html").read_text(encoding="utf-8"))
    safe = {key: value if key.startswith("html_") else escape(value) for key, value in values.items()}
    return web.Response(
        text=template.substitute(safe),
        status=status,
        content_type="text/html",
        charset="utf-8",
        headers={hdrs.CACHE_CONTROL: "no-store"},
    )
