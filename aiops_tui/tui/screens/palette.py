"""The palette: everything that can be done, found by typing a piece of its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from aiops_tui.charts.spans import Line, Span
from aiops_tui.text.cells import width as cells
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.look import host
from aiops_tui.tui.screens.over import Over
from aiops_tui.tui.styles import STYLES
from aiops_tui.tui.widgets.rows import Rows

_MOVES = {"up": "up", "down": "down", "pageup": "page_up", "pagedown": "page_down"}


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do: an action with its argument, what it is called, and the key that does it too."""

    action: str
    argument: str
    name: str
    key: str = ""


class Commands(Rows):
    """The commands whose names have all the words typed."""

    commands: tuple[Command, ...] = ()
    found: tuple[Command, ...] = ()
    heading = ""

    @property
    def lit(self) -> bool:
        """The input has the keys, and yet the selected row is the one that Enter does."""
        return True

    def seek(self, text: str) -> None:
        """Narrow the list down."""
        words = text.casefold().split()
        self.found = tuple(c for c in self.commands if all(word in c.name.casefold() for word in words))
        self.row = self.top = 0
        self.redraw()

    def title(self) -> Line:
        """Return what this is."""
        return (Span(self.heading or self.look.words("tui.palette"), "title"),)

    def count(self) -> int:
        """Return how many commands were found."""
        return len(self.found)

    def key_of(self, row: int) -> str:
        """Return what a command does."""
        return f"{self.found[row].action} {self.found[row].argument}"

    def text_of(self, row: int) -> str:
        """Return a command's name."""
        return self.found[row].name

    def line(self, row: int, width: int) -> Line:
        """Return a command with its key at the right."""
        command = self.found[row]
        room = width - cells(command.name) - cells(command.key) - 2
        return (Span(command.name, "text"), Span(" " * max(room, 1), "text"), Span(command.key, "muted"))

    def empty(self, width: int, height: int) -> Sequence[Line]:
        """Say that nothing fits."""
        return [(Span(" " + self.look.words("tui.palette.none"), "muted"),)]


class Palette(Over[Command | None]):
    """Asks for a command, or under a ``heading`` of its own for one of some choices."""

    BINDINGS = bindings_of("everywhere", only=frozenset({"leave", "repaint"}))
    CSS_PATH = STYLES / "palette.tcss"

    def __init__(self, commands: Sequence[Command], heading: str = "") -> None:
        super().__init__()
        self._commands = tuple(commands)
        self._heading = heading

    def compose(self) -> ComposeResult:
        """Put what is typed above what it finds."""
        with Vertical(id="palette"):
            yield Input(compact=True, select_on_focus=False)
            yield Commands(id="commands")

    def on_mount(self) -> None:
        """List everything."""
        commands = self.query_one(Commands)
        commands.can_focus = False
        commands.commands, commands.heading = self._commands, self._heading
        commands.seek("")
        field = self.query_one(Input)
        field.cursor_blink = False
        field.placeholder = host(self).look.words("tui.palette.narrow" if self._heading else "tui.palette.placeholder")
        self.set_focus(field)
        host(self).opened()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list down."""
        self.query_one(Commands).seek(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do what is selected."""
        commands = self.query_one(Commands)
        self.dismiss(commands.found[commands.row] if commands.found else None)

    def on_rows_opened(self, event: Rows.Opened) -> None:
        """Do what was clicked."""
        self.dismiss(self.query_one(Commands).found[event.row])

    def on_key(self, event: events.Key) -> None:
        """Move in the list while the input has the keys; Escape closes."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key in _MOVES:
            event.stop()
            getattr(self.query_one(Commands), f"action_{_MOVES[event.key]}")()
