"""A Snapshot as a Slack message, in each layout that it may have to take. Pure: what is kept back is so already."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from aiops_tui import __version__
from aiops_tui.model.panels import Metric, Panel, Snapshot, Table
from aiops_tui.model.view import View
from aiops_tui.output import figures
from aiops_tui.slack.blocks import context, escape, escaped, fence, literal, marked, plain, section
from aiops_tui.slack.natives import native_charts, text_charts
from aiops_tui.slack.parcel import Block, Layout, Parcel
from aiops_tui.slack.tables import TableForm, table_block
from aiops_tui.slack.validator import BUDGET, characters
from aiops_tui.text import formats
from aiops_tui.text.printable import is_printable, printable
from aiops_tui.text.translations import Translator

Form = Literal["native", "picture", "text"]
"""How charts are shown."""

_FIELDS = 8
_LONG = 1000
_SENTENCE = 3000
_LATEST = 600
_LADDER: dict[Form, tuple[tuple[Form, TableForm], ...]] = {
    "native": (("native", "data_table"), ("picture", "table"), ("text", "table"), ("text", "text")),
    "picture": (("picture", "data_table"), ("picture", "table"), ("text", "table"), ("text", "text")),
    "text": (("text", "data_table"), ("text", "table"), ("text", "text")),
}
"""What is tried one after the other where Slack refuses a layout."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is said beside the figures: who shares, a note, a title of its own, and further tables as text.

    ``hidden`` says that the filter names what is kept back.
    """

    sender: str
    share: str
    note: str = ""
    dashboard_url: str | None = None
    form: Form = "native"
    table: bool = True
    hidden: bool = False
    source_name: str | None = None
    title: str = ""
    also: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted, with the heading that it is listed by and the command that opens the same view."""

    parcel: Parcel
    heading: str
    command: str


def compose(snapshot: Snapshot, view: View, translator: Translator, told: Told) -> Message:
    """Return the message about a snapshot and the view that it was made for, both without what is kept back.

    Each layout keeps every limit of Slack's, whatever the snapshot holds.
    """
    tab = view.tab if view.tab in snapshot.tabs else next(iter(snapshot.tabs), view.tab)
    shown = replace(view, tab=tab)
    heading = told.title or figures.heading([tab], snapshot.window.name, str(shown.filter), translator)
    if view.conversation is not None:
        heading = f"{heading} · {translator('slack.conversation', id=printable(view.conversation, 60))}"
    writer = _Writer(snapshot, shown, heading, translator, told)
    layouts = tuple(writer.layout(charts, table) for charts, table in _LADDER[told.form])
    return Message(
        Parcel(
            escaped(writer.sentence(), _SENTENCE),
            layouts,
            late=literal(writer.late(), 200),
            latest=literal(writer.latest(), _LATEST),
            picture_name=f"aiops-{tab}-{told.share or 'preview'}.png",
        ),
        heading,
        writer.command,
    )


class _Writer:
    """Writes the parts of one message."""

    def __init__(self, snapshot: Snapshot, view: View, heading: str, translator: Translator, told: Told) -> None:
        self._snapshot = snapshot
        self._heading = heading
        self._say = translator
        self._told = told
        self._zone = ZoneInfo(snapshot.timezone)
        self._panels: Sequence[Panel] = snapshot.tabs.get(view.tab, ())
        self._metrics = [panel for panel in self._panels if isinstance(panel, Metric)][:_FIELDS]
        self._arguments = _held(snapshot, view)
        self.command = shlex.join(["aiops-tui", *self._arguments])

    def layout(self, charts: Form, table: TableForm) -> Layout:
        """Return the message laid out one way, saying what is left out of the way that was wanted."""
        drawn: list[Block] = []
        if charts == "native":
            drawn = native_charts(self._panels, self._say, self._zone)
        elif charts == "text":
            drawn = text_charts(self._panels, self._say)
        tabled = table_block(self._panels, table, self._say, self._zone) if self._told.table else None
        also = [table_block((each,), "text", self._say, self._zone) for each in self._told.also]
        left_out = self._say(f"slack.instead_{charts}") if charts != self._told.form else ""
        link = self._link()
        blocks = [
            {"type": "header", "text": plain(self._heading, 150)},
            context(self._origin()),
            section(literal(self._told.note, 1000)) if self._told.note else None,
            _fields(self._metrics, self._say),
            *drawn,
            tabled,
            *also,
            *link,
            self._opening(),
            context(self._remarks(left_out)),
        ]
        spared = (link[1:], drawn[1:], also, [tabled], drawn[:1])
        return Layout(_within_budget([block for block in blocks if block is not None], spared), charts == "picture")

    def sentence(self) -> str:
        """Return all that matters in one sentence."""
        listed = self._figures(len(self._metrics))
        period = f"{figures.span(self._snapshot.window.period, self._zone)} {self._snapshot.timezone}"
        note = f"{printable(self._told.note, 500)} — " if self._told.note else ""
        if not listed:
            return note + self._say("slack.sentence_empty", view=self._heading, period=period)
        return note + self._say("slack.sentence", view=self._heading, period=period, figures=listed)

    def latest(self) -> str:
        """Return what the first message of a thread says of the latest one."""
        moment = formats.moment(self._snapshot.as_of, self._zone)
        return self._say("slack.latest", moment=moment, figures=self._figures(3) or "–")

    def late(self) -> str:
        """Return what is said if the message goes out late."""
        return self._say("slack.late", moment=formats.moment(self._snapshot.as_of, self._zone))

    def _figures(self, most: int) -> str:
        words = [figures.words(metric, self._say) for metric in self._metrics[:most]]
        return ", ".join(" ".join(filter(None, [each.title, each.value, each.change])) for each in words)

    def _origin(self) -> list[str]:
        snapshot, zone = self._snapshot, self._zone
        source = self._told.source_name or snapshot.source.database
        lines = [source, f"{figures.span(snapshot.window.period, zone)} {snapshot.timezone}"]
        if snapshot.previous is not None:
            lines.append(self._say("output.compared_with", period=figures.span(snapshot.previous, zone)))
        as_of = formats.moment(snapshot.as_of, zone)
        return [*lines, self._say("slack.shared", moment=as_of, sender=printable(self._told.sender, 100))]

    def _remarks(self, left_out: str) -> list[str]:
        hidden = self._say("slack.hidden") if self._told.hidden else ""
        warnings = [self._say.notice(warning) for warning in self._snapshot.warnings][:3]
        share = self._say("slack.share_id", share=self._told.share, version=__version__) if self._told.share else ""
        return [line for line in (left_out, hidden, *warnings, share) if line]

    def _link(self) -> list[Block]:
        """Return the link to the dashboard as text and as a button, which shows a warning of Slack's."""
        url = self._told.dashboard_url
        if not url or not url.startswith(("https://", "http://")):
            return []
        address = quote(_with_view(url, self._arguments), safe=":/?#[]@!$&'()*+,;=%~")
        if len(address) > _LONG:
            return []
        words = self._say("slack.dashboard")
        button = {
            "type": "button", "text": plain(words, 75), "url": address, "action_id": "open-dashboard",
        }  # fmt: skip
        return [section(f"<{escape(address)}|{literal(words)}>"), {"type": "actions", "elements": [button]}]

    def _opening(self) -> Block:
        """Return the command to copy; where it could not be shown to the letter, that it cannot."""
        command = self.command
        exact = is_printable(command) and "``" not in command and len(escape(command)) <= _LONG
        if not exact:
            return {"type": "context", "elements": [plain(self._say("slack.no_command"))]}
        return section(f"{literal(self._say('slack.command'))}\n{fence(escape(command))}")


def _fields(metrics: Sequence[Metric], translator: Translator) -> Block | None:
    if not metrics:
        return None
    fields = []
    for metric in metrics:
        words = figures.words(metric, translator)
        lines = [literal(words.title), " ".join(filter(None, [f"*{literal(words.value)}*", literal(words.change)]))]
        basis = words.basis or (translator("common.sample", n=metric.n) if metric.n not in {None, metric.value} else "")
        fields.append(marked("\n".join(filter(None, [*lines, literal(basis)]))))
    return {"type": "section", "fields": fields}


def _held(snapshot: Snapshot, view: View) -> list[str]:
    """Return the options of a view, held at the snapshot's moment so that it shows the same figures."""
    if view.window.is_live:
        view = replace(view, window=replace(view.window, at=snapshot.as_of))
    return [*view.arguments(), "--tz", snapshot.timezone]


def _with_view(url: str, arguments: Sequence[str]) -> str:
    base, mark, fragment = url.partition("#")
    query = urlencode({"view": shlex.join(arguments)})
    return base + ("&" if "?" in base else "?") + query + mark + fragment


def _within_budget(blocks: list[Block], spared: Sequence[Sequence[Block | None]]) -> tuple[Block, ...]:
    """Return the blocks without those that go first, as many as it takes."""
    for group in spared:
        if characters(blocks) <= BUDGET:
            break
        blocks = [block for block in blocks if not any(block is unwanted for unwanted in group)]
    return tuple(blocks)
