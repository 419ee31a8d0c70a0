"""The settings of one run of the program."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from aiops_tui.config import shares, values, web
from aiops_tui.config.places import state_folder
from aiops_tui.config.secret import Secret
from aiops_tui.config.shares import ShareSettings
from aiops_tui.config.sources import PREFIX, ConfigError, Found, Sources, read_sources, toml_key
from aiops_tui.config.web import WebSettings
from aiops_tui.model.panels import Notice
from aiops_tui.model.records import STREAMS
from aiops_tui.text.printable import printable
from aiops_tui.text.translations import languages, preferred_language

T = TypeVar("T")

THEMES = ("dark", "light")
PROFILES = ("backend",)
"""What is known of whose tables."""
SLACK_API_URL = "https://slack.com/api/"

VARIABLES: Mapping[str, tuple[str, ...]] = {
    "database_url": ("AIOPS_DB", "DATABASE_URL"),
    "profile": ("AIOPS_PROFILE",),
    "timezone": ("AIOPS_TZ",),
    "naive_timezone": ("AIOPS_NAIVE_TZ",),
    "language": ("AIOPS_LANG",),
    "theme": ("AIOPS_THEME",),
    "mouse": ("AIOPS_MOUSE",),
    "interval": ("AIOPS_INTERVAL",),
    "interval_idle": ("AIOPS_INTERVAL_IDLE",),
    "log_files": ("AIOPS_LOG_FILES", "AIOPS_LOG_FILE"),
    "log_commands": ("AIOPS_LOG_COMMAND",),
    "log_tables": ("AIOPS_LOG_TABLE", "AIOPS_LOG_TABLES"),
    "log_streams": ("AIOPS_LOG_STREAM", "AIOPS_LOG_STREAMS"),
    "connect_timeout": ("AIOPS_CONNECT_TIMEOUT",),
    "statement_timeout": ("AIOPS_STATEMENT_TIMEOUT",),
    "lock_timeout": ("AIOPS_LOCK_TIMEOUT",),
    "tail_keys": ("AIOPS_TAIL_KEYS",),
    "tail_seconds": ("AIOPS_TAIL_SECONDS",),
    "sentiment_aliases": ("AIOPS_SENTIMENT_ALIASES",),
    "slack_bot_token": ("SLACK_BOT_TOKEN",),
    "slack_channel": ("AIOPS_CHANNEL", "SLACK_CHANNEL"),
    "slack_webhook_url": ("SLACK_WEBHOOK_URL",),
    "slack_api_url": ("AIOPS_SLACK_API_URL",),
    "dashboard_url": ("DASHBOARD_URL",),
    "share_redact": ("AIOPS_SHARE_REDACT",),
    "share_channels": ("AIOPS_SHARE_CHANNELS",),
    "share_source_name": ("AIOPS_SHARE_SOURCE_NAME",),
    "share_thread": ("AIOPS_SHARE_THREAD",),
    "share_form": ("AIOPS_SHARE_FORM",),
    "share_keep_days": ("AIOPS_SHARE_KEEP_DAYS",),
    "state_dir": ("AIOPS_STATE_DIR",),
    "keys": ("AIOPS_KEYS",),
    "operator": ("AIOPS_OPERATOR",),
    **web.VARIABLES,
}
"""The environment variables of each setting, the first that is set counts."""

COMMAND_OPTIONS: tuple[str, ...] = (
    "view", "resume", "tab", "window", "since", "until", "at", "compare", "filter", "sort", "list", "conversation",
    "format", "output", "period", "dry_run", "note", "rows", "days", "seed", "live", "tui",
)  # fmt: skip
"""Further options that `Sources.option` reads for the command line."""

_PASSWORD = re.compile(r"^[^:/]+://[^:/?#]*:[^@]+@|[?&]password=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a run is told from outside. Times are in seconds, zones IANA names.

    ``naive_timezone`` is what times without an offset mean; ``timezone`` is what people see. ``interval_idle`` is how
    often a console is brought up to date that nobody looks at, rarely enough for a database that sleeps when left alone
    for five minutes. ``tail_keys`` and ``tail_seconds`` bound the newest rows that each poll reads again.
    ``sentiment_aliases`` are normal labels by class.
    ``keys`` are the names of the keys that are to call an action, by its id, as they were written.
    ``operator`` is who shares and whose last view is remembered, if that is not who runs the process.
    ``notices`` are to be told to the operator.
    """

    database_url: Secret
    profile: str | None
    naive_timezone: str
    interval: float
    timezone: str
    language: str
    theme: str
    mouse: bool
    log_files: tuple[Path, ...]
    connect_timeout: float
    statement_timeout: float
    lock_timeout: float
    tail_keys: int
    tail_seconds: float
    sentiment_aliases: Mapping[str, tuple[str, ...]]
    slack_bot_token: Secret | None
    slack_channel: str | None
    slack_webhook_url: Secret | None
    slack_api_url: str
    dashboard_url: str | None
    state_dir: Path
    interval_idle: float = 600.0
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    log_commands: tuple[str, ...] = ()
    log_tables: tuple[str, ...] = ()
    log_streams: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    share: ShareSettings = field(default_factory=ShareSettings)
    operator: str | None = None


def load_settings(flags: Mapping[str, object], environ: Mapping[str, str], directory: Path) -> Settings:
    """Return the settings from flags by setting's name (None: not given), then the sources of a directory.

    Raises:
        ConfigError: a flag or a variable cannot be worked with; of ``config.toml`` a notice says so.
    """
    sources = read_sources(environ, directory)
    settings = _Settings(flags, sources, forgiving=True)
    read, notices = settings.read, settings.notices
    # Another database than the one that was meant would be worse than none.
    database_url = _Settings(flags, sources).read("database_url", values.text, "sqlite:///./local.db")
    if _PASSWORD.search(str(flags.get("database_url") or "")):
        notices.append(Notice("config.password_visible"))
    for key in sources.unknown_keys([*_known_variables(), "AIOPS_CONFIG"]):
        notices.append(Notice("config.unknown_key", {"key": printable(key, 100)}))
    return Settings(
        database_url=Secret(database_url),
        profile=read("profile", lambda found: values.choice(found, PROFILES), None),
        naive_timezone=read("naive_timezone", values.timezone, "UTC"),
        interval=settings.number("interval", 5.0, 1, 3600),
        timezone=read("timezone", values.timezone, "Asia/Seoul"),
        language=read("language", lambda found: values.choice(found, languages()), preferred_language(environ)),
        theme=read("theme", lambda found: values.choice(found, THEMES), "dark"),
        mouse=read("mouse", values.switch, True),
        log_files=read("log_files", lambda found: values.paths(found, directory), ()),
        log_commands=read("log_commands", values.texts, ()),
        log_tables=read("log_tables", values.names, ()),
        log_streams=read("log_streams", lambda found: values.choices(found, STREAMS), ()),
        connect_timeout=settings.number("connect_timeout", 10.0, 1, 600),
        statement_timeout=settings.number("statement_timeout", 30.0, 1, 86_400),
        lock_timeout=settings.number("lock_timeout", 0.5, 0.01, 600),
        tail_keys=int(settings.number("tail_keys", 20_000, 1, 10_000_000)),
        tail_seconds=settings.number("tail_seconds", 600.0, 0, 86_400),
        sentiment_aliases=read("sentiment_aliases", values.aliases, values.aliases(None)),
        slack_bot_token=settings.secret("slack_bot_token", values.is_well_formed_token),
        slack_channel=read("slack_channel", values.text, None),
        slack_webhook_url=settings.secret("slack_webhook_url", values.is_safe_address),
        slack_api_url=read("slack_api_url", values.web_address, SLACK_API_URL).rstrip("/") + "/",
        dashboard_url=settings.sound("dashboard_url", values.is_safe_address),
        state_dir=read("state_dir", lambda found: values.path(found, directory), None) or _state_dir(),
        interval_idle=settings.number("interval_idle", 600.0, 1, 86_400),
        keys=settings.keys(),
        share=_share(settings),
        operator=read("operator", values.text, None),
        # At last: whatever is read before adds to them.
        notices=(*sources.notices, *notices),
    )


def load_web(flags: Mapping[str, object], sources: Sources, directory: Path) -> WebSettings:
    """Return the settings of the console in a browser, read like the others, for the one command that needs them.

    Raises:
        ConfigError: a setting cannot be worked with.
    """
    settings, usual = _Settings(flags, sources), WebSettings()
    read = settings.read
    token = read("web_token", values.text, None)
    return WebSettings(
        host=read("web_host", values.text, usual.host),
        port=int(settings.number("web_port", usual.port, 0, 65_535)),
        url=read("web_url", values.web_address, usual.url),
        token=None if token is None else Secret(token),
        users=read("web_users", lambda found: values.path(found, directory), usual.users),
        hosts=read("web_hosts", shares.names, usual.hosts),
        most=int(settings.number("web_sessions", usual.most, 1, 1000)),
        idle=settings.number("web_idle", usual.idle, 0.01, 100_000),
        proxies=int(settings.number("web_proxies", usual.proxies, 0, 10)),
    )


def _share(settings: _Settings) -> ShareSettings:
    read, usual = settings.read, ShareSettings()
    return ShareSettings(
        redact=read("share_redact", shares.redactions, usual.redact),
        channels=read("share_channels", shares.channels, usual.channels),
        source_name=read("share_source_name", values.text, None),
        thread=read("share_thread", values.switch, usual.thread),
        form=read("share_form", lambda found: values.choice(found, shares.FORMS), usual.form),
        keep_days=int(settings.number("share_keep_days", usual.keep_days, 1, 3650)),
    )


def _known_variables() -> list[str]:
    own = [variable for names in VARIABLES.values() for variable in names]
    return own + [PREFIX + name.upper() for name in COMMAND_OPTIONS]


def _state_dir() -> Path:
    folder = state_folder()
    if folder is None:
        raise ConfigError(Notice("config.no_home"))
    return folder


class _Settings:
    """Reads settings one by one, a flag before the sources."""

    def __init__(self, flags: Mapping[str, object], sources: Sources, *, forgiving: bool = False) -> None:
        self._flags = flags
        self._forgiving = forgiving
        self._sources = sources
        self.notices: list[Notice] = []

    def find(self, name: str) -> Found | None:
        variables = VARIABLES[name]
        flag = self._flags.get(name)
        if flag is not None and flag not in ("", ()):
            return Found(flag, "--" + toml_key(variables[0]).replace("_", "-"))
        return self._sources.find(*variables)

    def read(self, name: str, reader: Callable[[Found], T], default: T) -> T:
        found = self.find(name)
        try:
            return default if found is None else reader(found)
        except ConfigError as error:
            # A file is read by all that starts here; what it says elsewhere still holds.
            if found is None or not (self._forgiving and found.in_file):
                raise
            self.notices.append(error.notice)
            return default

    def number(self, name: str, default: float, low: float, high: float) -> float:
        return self.read(name, lambda found: values.number(found, low, high), default)

    def sound(self, name: str, is_sound: Callable[[str], bool]) -> str | None:
        """Return a text; one that is malformed is left out, and a notice tells so without showing it."""
        found = self.find(name)
        if found is None:
            return None
        if isinstance(found.value, str) and is_sound(found.value):
            return found.value
        self.notices.append(Notice(f"config.malformed_{name}", {"origin": found.origin}))
        return None

    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """Return the keys of actions; what is no key is left out, and a notice tells so."""
        found = self.find("keys")
        known, strange = ({}, []) if found is None else values.key_names(found)
        self.notices += [
            Notice("config.bad_key", {"origin": found.origin, "id": printable(each, 100)}) for each in strange if found
        ]
        return known

    def secret(self, name: str, is_sound: Callable[[str], bool]) -> Secret | None:
        """Return a secret, read like `sound`."""
        text = self.sound(name, is_sound)
        return None if text is None else Secret(text)
