"""A Snapshot as a Slack message. Data is plain text in it: it neither mentions, links nor formats anything.

What users wrote and who they are stays out: no questions, answers, reasons or log messages, and no user ids.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Metric, Panel, Snapshot, Table
from aiops_tui.model.view import View
from aiops_tui.output import figures
from aiops_tui.output.grid import Align, grid
from aiops_tui.text import formats
from aiops_tui.text.printable import is_printable, printable
from aiops_tui.text.translations import Translator

Block = Mapping[str, object]

_FIELDS = 8
_ROWS = 10
_TABLE_CELLS = 76
_PRIVATE = frozenset({"text", "user"})
_SHORT = 300
_LONG = 1000
_SECTION = 3000
_ZERO_WIDTH_SPACE = "\u200b"
_LOOK_ALIKES = str.maketrans({"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"})


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: ``text`` says it all in one sentence, ``blocks`` lay it out; ``command`` opens the same view."""

    text: str
    blocks: tuple[Block, ...]
    command: str


def compose(
    snapshot: Snapshot, view: View, translator: Translator, *, sender: str, dashboard_url: str | None = None
) -> Message:
    """Return the message about a snapshot and the view that it was made for.

    It keeps every limit of Slack's, whatever the snapshot holds. ``sender`` says who shares it.
    """
    tab = view.tab if view.tab in snapshot.tabs else next(iter(snapshot.tabs), view.tab)
    panels = snapshot.tabs.get(tab, ())
    shown = replace(view, tab=tab, filter=_without_users(view.filter))
    heading = figures.heading([tab], snapshot.window.name, str(shown.filter), translator)
    metrics = [panel for panel in panels if isinstance(panel, Metric)][:_FIELDS]
    command = _command(snapshot, shown)
    blocks = [
        {"type": "header", "text": _plain(heading, 150)},
        _context(_origin(snapshot, sender, translator)),
        _fields(metrics, translator),
        _table(panels, translator, ZoneInfo(snapshot.timezone)),
        _link(dashboard_url, translator),
        _opening(command, translator),
        _context(_remarks(snapshot, view, translator)),
    ]
    sentence = _sentence(snapshot, heading, metrics, translator)
    return Message(escaped(sentence, _SECTION), tuple(block for block in blocks if block is not None), command)


def escaped(text: str, most: int) -> str:
    """Return text that Slack shows as it is, cut so that it has at most so many characters when escaped."""
    whole = _escape(text)
    if len(whole) <= most:
        return whole
    used = 0
    for place, character in enumerate(text):
        used += len(_escape(character))
        if used >= most:
            return f"{_escape(text[:place])}…"
    return whole


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(text: str, most: int = _SHORT) -> Block:
    return {"type": "plain_text", "text": escaped(text, most) or "–", "emoji": False}


def _marked(markup: str) -> Block:
    return {"type": "mrkdwn", "text": markup, "verbatim": True}


def _literal(text: str, most: int = _SHORT) -> str:
    """Return text for between markup, its own formatting characters replaced by look-alikes."""
    return escaped(text.translate(_LOOK_ALIKES), most)


def _fence(text: str) -> str:
    """Return escaped text as it stands, in even letters; runs of back-ticks, which would end that, are broken up."""
    return "```\n" + re.sub("`(?=`)", "`" + _ZERO_WIDTH_SPACE, text) + "\n```"


def _sentence(snapshot: Snapshot, heading: str, metrics: Sequence[Metric], translator: Translator) -> str:
    period = f"{figures.span(snapshot.window.period, ZoneInfo(snapshot.timezone))} {snapshot.timezone}"
    words = [figures.words(metric, translator) for metric in metrics]
    listed = ", ".join(" ".join(filter(None, [each.title, each.value, each.change])) for each in words)
    if not listed:
        return translator("slack.sentence_empty", view=heading, period=period)
    return translator("slack.sentence", view=heading, period=period, figures=listed)


def _origin(snapshot: Snapshot, sender: str, translator: Translator) -> list[str]:
    zone = ZoneInfo(snapshot.timezone)
    lines = [snapshot.source.database, f"{figures.span(snapshot.window.period, zone)} {snapshot.timezone}"]
    if snapshot.previous is not None:
        lines.append(translator("output.compared_with", period=figures.span(snapshot.previous, zone)))
    as_of = formats.moment(snapshot.as_of, zone)
    return [*lines, translator("slack.shared", moment=as_of, sender=printable(sender, 100))]


def _remarks(snapshot: Snapshot, view: View, translator: Translator) -> list[str]:
    hidden = [translator("slack.user_hidden")] if view.filter.of({"user"}) else []
    return [*hidden, *(translator.notice(warning) for warning in snapshot.warnings)][:3]


def _context(lines: Sequence[str]) -> Block | None:
    return {"type": "context", "elements": [_plain(printable(line)) for line in lines]} if lines else None


def _fields(metrics: Sequence[Metric], translator: Translator) -> Block | None:
    if not metrics:
        return None
    fields = []
    for metric in metrics:
        words = figures.words(metric, translator)
        lines = [_literal(words.title), " ".join(filter(None, [f"*{_literal(words.value)}*", _literal(words.change)]))]
        basis = words.basis or (translator("common.sample", n=metric.n) if metric.n is not None else "")
        fields.append(_marked("\n".join(filter(None, [*lines, _literal(basis)]))))
    return {"type": "section", "fields": fields}


def _table(panels: Sequence[Panel], translator: Translator, zone: ZoneInfo) -> Block | None:
    """Return the first rows of the tab's table of topics, else of one that names topics, as even lines of text."""
    tables = [panel for panel in panels if isinstance(panel, Table) and panel.rows and _place_of_topic(panel) >= 0]
    if not tables:
        return None
    table = min(tables, key=lambda table: _place_of_topic(table) > 0)
    columns = [place for place, column in enumerate(table.columns) if column.unit not in _PRIVATE]
    units = [table.columns[place].unit for place in columns]
    header = [printable(translator.column(table.columns[place].id)) for place in columns]
    aligns: list[Align] = ["right" if unit in figures.NUMBERS else "left" for unit in units]
    title = _literal(translator.title(table.id), 100)
    for count in range(min(len(table.rows), _ROWS), 0, -1):
        rows = figures.cells(replace(table, rows=table.rows[:count]), columns, translator, zone)
        lines = grid(header, rows, aligns, _TABLE_CELLS)
        of = figures.shown_of(table, count, translator)
        text = f"*{title}*  {of}\n" + _fence(_escape("\n".join(lines)))
        if len(text) <= _SECTION:
            return {"type": "section", "text": _marked(text)}
    return None


def _place_of_topic(table: Table) -> int:
    return next((place for place, column in enumerate(table.columns) if column.unit == "topic"), -1)


def _link(url: str | None, translator: Translator) -> Block | None:
    if not url or not url.startswith(("https://", "http://")):
        return None
    address = quote(url, safe=":/?#[]@!$&'()*+,;=%~")
    if len(address) > _LONG:
        return None
    return {"type": "section", "text": _marked(f"<{_escape(address)}|{_literal(translator('slack.dashboard'))}>")}


def _opening(command: str, translator: Translator) -> Block:
    """Return the command to copy; where it could not be shown to the letter, that it cannot."""
    exact = is_printable(command) and "``" not in command and len(_escape(command)) <= _LONG
    if not exact:
        return {"type": "context", "elements": [_plain(translator("slack.no_command"))]}
    text = f"{_literal(translator('slack.command'))}\n{_fence(_escape(command))}"
    return {"type": "section", "text": _marked(text)}


def _command(snapshot: Snapshot, view: View) -> str:
    """Return the command line of a view, held at the snapshot's moment so that it shows the same figures."""
    if view.window.is_live:
        view = replace(view, window=replace(view.window, at=snapshot.as_of))
    return shlex.join(["aiops-tui", *view.arguments(), "--tz", snapshot.timezone])


def _without_users(shown: Filter) -> Filter:
    return Filter(tuple(replace(term, value="…") if term.key == "user" else term for term in shown.terms))
