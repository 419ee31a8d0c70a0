"""A make-believe backend: its tables, a past that reads like a real service's, and a writer that goes on live."""

from aiops_tui.demo.errors import NotDemoError, NotEmptyError, NotMadeError
from aiops_tui.demo.filler import create_tables, fill, fill_url, is_demo
from aiops_tui.demo.writer import Writer

__all__ = [
    "NotDemoError",
    "NotEmptyError",
    "NotMadeError",
    "Writer",
    "create_tables",
    "fill",
    "fill_url",
    "is_demo",
]
