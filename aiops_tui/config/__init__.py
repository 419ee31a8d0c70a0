"""One frozen settings object, made from flags, the environment, ``.env`` and ``config.toml``, in that order."""

from aiops_tui.config.secret import Secret
from aiops_tui.config.settings import Settings, load_settings, load_web
from aiops_tui.config.sources import ConfigError, Sources, read_sources
from aiops_tui.config.web import WebSettings

__all__ = ["ConfigError", "Secret", "Settings", "Sources", "WebSettings", "load_settings", "load_web", "read_sources"]
