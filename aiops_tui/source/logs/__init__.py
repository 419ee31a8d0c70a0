"""Logs of any size, read where one looks and as they grow: bytes to lines to entries, all logs merged by time."""

from aiops_tui.source.logs.book import LogBook
from aiops_tui.source.logs.browser import Browser
from aiops_tui.source.logs.follower import LogFollower
from aiops_tui.source.logs.histogram import cells
from aiops_tui.source.logs.latest import latest
from aiops_tui.source.logs.match import ERRORS, Clue, ExpressionError, Match, expression
from aiops_tui.source.logs.places import default_log_files
from aiops_tui.source.logs.wanted import check_expressions, match_of

__all__ = [
    "ERRORS",
    "Browser",
    "Clue",
    "ExpressionError",
    "LogBook",
    "LogFollower",
    "Match",
    "cells",
    "check_expressions",
    "default_log_files",
    "expression",
    "latest",
    "match_of",
]
