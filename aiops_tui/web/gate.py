"""Which requests are answered at all: by the name that was asked for and the page that asks."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from aiops_tui.config import WebSettings

_SCHEMES = {"http", "https"}

HEADERS = {
    # Styles: the terminal sizes its cells by rules that it writes itself.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": forms would then not say where they come from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
}
"""What every answer says."""


class Gate:
    """Lets requests pass that name this server and come from its own pages."""

    def __init__(self, settings: WebSettings) -> None:
        url = urlsplit(settings.url or "")
        self._origin = _origin(settings.url or "")
        self._names = {"localhost", *(name.lower().rstrip(".") for name in settings.hosts)}
        if url.hostname:
            self._names.add(url.hostname)
        self._proxies = settings.proxies
        self.secure = url.scheme == "https"
        """Whether people see it by https, so that cookies are for that alone."""

    def knows(self, request: web.Request) -> bool:
        """Return whether a request asks for us by a name of ours.

        A name that somebody else can point at this address would let their pages in. An address cannot be pointed.
        """
        host = _hostname(request.headers.get("Host", ""))
        return host is not None and (host in self._names or _is_address(host))

    def is_ours(self, request: web.Request) -> bool:
        """Return whether a request comes from one of our own pages; such a request says so."""
        origin = _origin(request.headers.get("Origin", ""))
        if origin is None or len(request.headers.getall("Origin")) != 1:
            return False
        if origin == self._origin:
            return True
        scheme, netloc = origin
        here = netloc == request.headers.get("Host", "").lower()
        public = self._origin is not None and netloc == self._origin[1]
        return here and not public and scheme in _SCHEMES

    def address(self, request: web.Request) -> str:
        """Return where a request comes from: who spoke to us, or to the first of the proxies that we trust."""
        passed = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")
        if 0 < self._proxies <= len(passed):
            return passed[-self._proxies].strip()
        return request.remote or "?"


def _origin(text: str) -> tuple[str, str] | None:
    """Return scheme and host, with its port unless that is the usual one; None for what is no address."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    return parts.scheme, host if usual else f"{host}:{port}"


def _hostname(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    strange = not parts.hostname or parts.path or parts.query or parts.fragment or "@" in host
    return None if strange or parts.hostname is None else parts.hostname.rstrip(".")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
