"""What every answer has in common: the language of who asks, pages that say one thing, and where to go next."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

from aiohttp import hdrs, web

from aiops_tui.config import WebSettings
from aiops_tui.text.translations import Translator, languages
from aiops_tui.web.assets import page

_PASSED_ON = ("view", "resume")
_MOST_ASKED = 10


class Answers:
    """Makes pages; ``language`` is None where each person's browser says which."""

    def __init__(self, settings: WebSettings, language: str | None) -> None:
        self._path = settings.path
        self._language = language

    def say(self, request: web.Request) -> Translator:
        """Return what says things in the language that was set, or else in the first of those the browser asks for."""
        if self._language is not None:
            return Translator(self._language)
        wanted = request.headers.get(hdrs.ACCEPT_LANGUAGE, "").split(",")[:_MOST_ASKED]
        names = [part.strip()[:2].lower() for part in wanted]
        return Translator(next((name for name in names if name in languages()), languages()[0]))

    def notice(self, request: web.Request, name: str, status: int, **values: str | float) -> web.Response:
        """Return a page that says ``web.<name>``."""
        say = self.say(request)
        return page(
            "notice",
            {
                "language": say.language,
                "base": f"{self._path}/",
                "title": say(f"web.{name}.title"),
                "text": say(f"web.{name}.text", **values),
                "again": say("web.again"),
            },
            status,
        )


def passed_on(query: str) -> str:
    """Return what of a query belongs to the console."""
    given = parse_qs(query)
    return urlencode({name: given[name][0] for name in _PASSED_ON if name in given})


def to(place: str, query: str = "") -> web.HTTPSeeOther:
    """Return where to go next, seen from where one is: a proxy may have put us under another path."""
    return web.HTTPSeeOther(place + (f"?{query}" if query else ""))
