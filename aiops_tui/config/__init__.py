"""One frozen settings object, made from flags, the environment, ``.env`` and ``config.toml``, in that order."""

from aiops_tui.config.secret import Secret
from aiops_tui.config.settings import Settings, load_settings
from aiops_tui.config.sources import ConfigError, Sources, read_sources

__all__ = ["ConfigError", "Secret", "Settings", "Sources", "load_settings", "read_sources"]
