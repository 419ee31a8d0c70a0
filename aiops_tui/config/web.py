"""The settings of the console in a browser: where it is served, to whom, and how much of it at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from aiops_tui.config.secret import Secret
from aiops_tui.config.values import is_loopback

VARIABLES: Mapping[str, tuple[str, ...]] = {
    "web_host": ("AIOPS_HOST",),
    "web_port": ("AIOPS_PORT", "PORT"),
    "web_url": ("AIOPS_WEB_URL", "RENDER_EXTERNAL_URL"),
    "web_token": ("AIOPS_WEB_TOKEN",),
    "web_users": ("AIOPS_WEB_USERS",),
    "web_hosts": ("AIOPS_WEB_HOSTS",),
    "web_sessions": ("AIOPS_WEB_SESSIONS",),
    "web_idle": ("AIOPS_WEB_IDLE",),
    "web_proxies": ("AIOPS_WEB_PROXIES",),
}
"""The environment variables of each setting."""

OF_PLATFORMS = frozenset({"PORT", "RENDER_EXTERNAL_URL"})
"""Those of them that the platform sets on which the server runs."""


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How the console is served.

    ``url`` is where people see it, if a proxy stands before it; its path is the one that it lives under. ``hosts`` are
    further names by which it may be asked for. ``token`` or the file ``users`` is what lets people in. ``most`` is how
    many consoles run at a time, each ended after so many minutes ``idle``. ``proxies`` is how many proxies add to
    ``X-Forwarded-For``.
    """

    host: str = "127.0.0.1"
    port: int = 10001
    url: str | None = None
    token: Secret | None = None
    users: Path | None = None
    hosts: tuple[str, ...] = ()
    most: int = 10
    idle: float = 60.0
    proxies: int = 0

    @property
    def path(self) -> str:
        """The path that it lives under, without a slash at its end: ``/console``, or nothing."""
        return urlsplit(self.url or "").path.rstrip("/")

    @property
    def exposed(self) -> bool:
        """Whether others than who sits at this machine can reach it, by its address or by a proxy."""
        public = urlsplit(self.url).hostname if self.url else None
        return not is_loopback(self.host) or bool(self.hosts) or not (public is None or is_loopback(public))
