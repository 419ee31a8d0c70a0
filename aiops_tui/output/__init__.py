"""A Snapshot as text for people, pipes, spreadsheets and programs."""

from aiops_tui.output.as_csv import csv
from aiops_tui.output.as_json import json_text, panel_text
from aiops_tui.output.as_markdown import markdown
from aiops_tui.output.as_text import text
from aiops_tui.output.letters import conversation_document, letter

__all__ = ["conversation_document", "csv", "json_text", "letter", "markdown", "panel_text", "text"]
