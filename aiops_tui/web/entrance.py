"""Coming in and going out: the login page, and the cookie by which people are known afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from aiohttp import hdrs, web

from aiops_tui.config import WebSettings
from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable
from aiops_tui.web.answers import Answers, passed_on, to
from aiops_tui.web.assets import page
from aiops_tui.web.gate import Gate
from aiops_tui.web.logins import LIFETIME, Login, Logins, Throttle
from aiops_tui.web.users import LONGEST_PASSWORD, Door, UsersFile, name_of

Log = Callable[[Notice], None]

_AT_ONCE, _MOST_WAITING = 2, 20
"""So many passwords are checked at a time, and so many may wait for it: each check takes 32 MB and its time."""

FORM_SECONDS = 10.0
"""How long a form may take to come."""


class Entrance:
    """Lets people in; ``left`` is told the id of a login that was ended."""

    def __init__(
        self, settings: WebSettings, gate: Gate, answers: Answers, log: Log, left: Callable[[str], object]
    ) -> None:
        self._settings, self._gate, self._answers, self._log, self._left = settings, gate, answers, log, left
        self._door = Door(settings.token, UsersFile(settings.users) if settings.users else None)
        self._logins, self._throttle = Logins(), Throttle()
        self._checks, self._waiting = asyncio.Semaphore(_AT_ONCE), 0
        # Browsers do not tell ports apart.
        self._cookie = f"aiops_login_{settings.port}"

    @property
    def open(self) -> bool:
        """Whether everybody may come in."""
        return self._door.open

    def who(self, request: web.Request) -> Login | None:
        """Return who sent a request, None if nobody who came in."""
        if self.open:
            return Login("", "", "", 0.0)
        return self._still(self._logins.find(request.cookies.get(self._cookie, "")))

    def is_in(self, identity: str) -> bool:
        """Return whether a login is valid still."""
        return self.open or self._still(self._logins.valid(identity)) is not None

    def _still(self, login: Login | None) -> Login | None:
        """Return a login unless who it is of may not come in any more, or has another password now."""
        return login if login is not None and self._door.key(login.name) == login.key else None

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Show the form."""
        query = passed_on(request.query_string)
        if self.who(request) is not None:
            raise to("./", query)
        return self._form(request, query)

    async def log_in(self, request: web.Request) -> web.StreamResponse:
        """Take the form."""
        if not self._gate.is_ours(request):
            return self._answers.notice(request, "origin", 403)
        try:
            form = await asyncio.wait_for(request.post(), FORM_SECONDS)
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        query = passed_on(_field(form, "query"))
        if self.open:
            raise to("./", query)
        say, address = self._answers.say(request), self._gate.address(request)
        name, secret = name_of(_field(form, "name")), _field(form, "secret")
        known, wait = await self._known(name or "", secret[: LONGEST_PASSWORD + 1], address)
        if known is None:
            seconds = max(round(wait), 1)
            answer = self._form(request, query, say("web.login.wait", seconds=seconds), 429, name or "")
            answer.headers[hdrs.RETRY_AFTER] = str(seconds)
            return answer
        key = self._door.key(name) if name else None
        if not known or name is None or key is None:
            self._log(Notice("web.log.failed", {"address": printable(address, 60)}))
            return self._form(request, query, say("web.login.wrong" if name else "web.login.no_name"), 401, name or "")
        self._log(Notice("web.log.login", {"name": name, "address": printable(address, 60)}))
        came = to("./", query)
        came.set_cookie(
            self._cookie, self._logins.add(name, key), path=f"{self._settings.path}/", max_age=int(LIFETIME),
            httponly=True, samesite="Lax", secure=self._gate.secure,
        )  # fmt: skip
        raise came

    async def log_out(self, request: web.Request) -> web.StreamResponse:
        """End a login, and the consoles that were opened by it."""
        if not self._gate.is_ours(request):
            return self._answers.notice(request, "origin", 403)
        login = self.who(request)
        if login is not None and not self.open:
            self._logins.remove(login.id)
            self._left(login.id)
        gone = to("login")
        gone.del_cookie(self._cookie, path=f"{self._settings.path}/")
        raise gone

    async def _known(self, name: str, secret: str, address: str) -> tuple[bool | None, float]:
        """Return whether the secret is right; None, and for how many seconds, if it is not the time to ask."""
        if (wait := self._throttle.wait(address)) or self._waiting >= _MOST_WAITING:
            return None, wait
        self._waiting += 1
        try:
            async with self._checks:
                if wait := self._throttle.wait(address):
                    return None, wait
                known = await asyncio.to_thread(self._door.knows, name, secret)
                (self._throttle.succeeded if known else self._throttle.failed)(address)
                return known, 0.0
        finally:
            self._waiting -= 1

    def _form(
        self, request: web.Request, query: str, mistake: str = "", status: int = 200, name: str = ""
    ) -> web.Response:
        say = self._answers.say(request)
        by_name = self._settings.users is not None
        return page(
            "login",
            {
                "language": say.language,
                "about": say("web.login.by_name" if by_name else "web.login.by_token"),
                "mistake": mistake,
                "query": query,
                "name": name,
                "html_name_focus": "" if name else "autofocus",
                "html_secret_focus": "autofocus" if name else "",
                "name_label": say("web.login.name"),
                "secret_label": say("web.login.password" if by_name else "web.login.token"),
                "enter": say("web.login.enter"),
            },
            status,
        )


def _field(form: Mapping[str, object], name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
