"""What is kept back of a Snapshot before it leaves: who users are, what was said, numbers and addresses in texts.

Pure but for the key of the pseudonyms, which a state folder keeps: the same user has the same pseudonym there, and
nobody without the key can find out whose it is by trying all ids.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from aiops_tui.config.shares import CONTACTS, REDACTIONS, TEXTS, USERS
from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import REST
from aiops_tui.model.panels import Cell, Column, Heatmap, Notice, Panel, Snapshot, Table
from aiops_tui.model.records import STREAMS
from aiops_tui.model.view import View

MASK = "•••"
_LOG_TABLES = frozenset({"entries"})
_LOG_TAB = "logs"
_KEY_BYTES = 32

_MASKED = re.compile(
    r"""
    (?<![A-Za-z0-9])(?:
        (?:xox[a-z]-|xapp-|sk-|pk-|gh[opsur]_|glpat-|github_pat_|AKIA|AIza|hf_)[\w\-./+=]{8,}
        |eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?
        |(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{32,}(?![A-Za-z0-9])
    )
    |(?<=bearer\s)[\w\-./+=~]{8,}
    |(?<=://)[^\s/@:]*:[^\s@]+(?=@)
    |(?:(?<=password=)|(?<=passwd=)|(?<=secret=)|(?<=token=)|(?<=api_key=)|(?<=apikey=)|(?<=key=))[^\s&,;"'•]{4,}
    |[^\s@,;:()<>\[\]"'=/•]+@[\w-]+(?:\.[\w-]+)+
    |(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[-\s]?\d{7}(?!\d)   # resident registration
    |(?<![\d.])\d(?:[-\s]?\d){12,18}(?![\d.])                               # cards
    |(?<!\d)(?:\+?82[-\s.)]*(?:\(0\))?0?|0)1[016789](?:[-\s.)]*\d){7,8}(?!\d)
    |(?<!\d)(?:\(0(?:2|[3-6]\d|70|50\d|80)\)|0(?:2|[3-6]\d|70|50\d|80)\)?)[-\s.]*\d{3,4}[-\s.]+\d{4}(?!\d)
    |(?<!\d)1[568]\d\d-\d{4}(?!\d)
    |(?<![\d+])\+\d{1,3}(?:[-\s.()]*\d){6,13}(?!\d)
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


def masked(text: str) -> str:
    """Return the text with phone, resident registration and card numbers, e-mail addresses and tokens hidden.

    Full-width digits and any kind of hyphen count as the plain ones.
    """
    if not any(character.isdigit() or character in "@._" for character in text) and len(text) < 12:
        return text
    plain = "".join(map(_plain, text))
    return "".join(_pieces(text, plain))


def _pieces(text: str, plain: str) -> list[str]:
    pieces, last = [], 0
    for found in _MASKED.finditer(plain):
        pieces += [text[last : found.start()], MASK]
        last = found.end()
    return [*pieces, text[last:]]


def _plain(character: str) -> str:
    """Return the character that stands for one of its kind; never more than one, so that places stay."""
    if character.isascii():
        return character
    kind = unicodedata.category(character)
    if kind in {"Pd", "Zs"}:
        return "-" if kind == "Pd" else " "
    form = unicodedata.normalize("NFKC", character)
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return form if len(form) == 1 else character


@dataclass(frozen=True, slots=True)
class Veil:
    """What is kept back: some of `config.shares.REDACTIONS`; ``key`` is that of the pseudonyms."""

    kinds: frozenset[str] = frozenset(REDACTIONS)
    key: bytes = field(default=b"", repr=False)

    def user(self, user: str) -> str:
        """Return who a user is shown as: the same pseudonym each time."""
        if USERS not in self.kinds:
            return self.text(user)
        digest = hmac.new(self.key, user.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
        return f"~{digest[:6]}"

    def text(self, text: str) -> str:
        """Return a text that is not kept back as a whole."""
        return masked(text) if CONTACTS in self.kinds else text

    def filter(self, shown: Filter) -> Filter:
        """Return a filter as it may be read by others."""

        def hidden(key: str, value: str | float) -> str | float:
            if not isinstance(value, str):
                return value
            if key == "reason" and TEXTS in self.kinds:
                return MASK
            return self.user(value) if key == "user" else self.text(value)

        return Filter(tuple(replace(term, value=hidden(term.key, term.value)) for term in shown.terms))

    def view(self, view: View) -> View:
        """Return a view as it may be read by others."""
        return replace(view, filter=self.filter(view.filter))

    def notice(self, notice: Notice) -> Notice:
        """Return a notice, which may cite the data."""
        values = {name: self.text(value) if isinstance(value, str) else value for name, value in notice.values.items()}
        return Notice(notice.id, values)

    def panel(self, panel: Panel, tab: str = "") -> Panel:
        """Return a panel without what is kept back."""
        if isinstance(panel, Table):
            return self._table(panel, tab)
        if isinstance(panel, Heatmap):
            return replace(panel, y=tuple(name if name == REST else self.text(name) for name in panel.y))
        return panel

    def snapshot(self, snapshot: Snapshot, view: View) -> Snapshot:
        """Return a Snapshot, made for this view, without what is kept back."""
        tabs: Mapping[str, tuple[Panel, ...]] = {
            tab: tuple(self.panel(panel, tab) for panel in panels) for tab, panels in snapshot.tabs.items()
        }
        warnings = tuple(map(self.notice, snapshot.warnings))
        return replace(snapshot, tabs=tabs, warnings=warnings, filter=str(self.filter(view.filter)))

    def _table(self, table: Table, tab: str) -> Table:
        cells: list[tuple[int, Column, Callable[[Cell], Cell]]] = []
        for place, column in enumerate(table.columns):
            of_log = tab == _LOG_TAB or table.id in _LOG_TABLES
            if column.unit == "text" and TEXTS in self.kinds and not of_log:
                if place == 0:  # what the row is about: its figures stay
                    cells.append((place, column, _hide))
                continue
            cells.append((place, column, self._user if column.unit == "user" else self._text))
        shown = [place for place, row in enumerate(table.rows) if not self._tells(table, row)]
        rows = tuple(
            tuple(write(row[place]) for place, _, write in cells if place < len(row))
            for row in (table.rows[place] for place in shown)
        )
        by_user = bool(table.columns) and table.columns[0].unit == "user"
        keys = tuple(map(self.user, table.keys)) if by_user else table.keys
        if keys:
            keys = tuple(keys[place] for place in shown)
        return replace(table, columns=tuple(column for _, column, _ in cells), rows=rows, keys=keys)

    def _tells(self, table: Table, row: Sequence[Cell]) -> bool:
        """Return whether a row of the log is of a conversation, whose text says what is kept back."""
        if table.id not in _LOG_TABLES or not self.kinds & {TEXTS, USERS}:
            return False
        return any(column.id == "source" and row[place] in STREAMS for place, column in enumerate(table.columns))

    def _user(self, cell: Cell) -> Cell:
        return self.user(cell) if isinstance(cell, str) else cell

    def _text(self, cell: Cell) -> Cell:
        return self.text(cell) if isinstance(cell, str) else cell


def _hide(cell: Cell) -> Cell:
    return cell if cell is None else MASK


def pseudonym_key(folder: Path) -> bytes:
    """Return the key of the pseudonyms that a folder keeps, made when it is first asked for.

    Where the folder cannot be written, the pseudonyms hold for this process only.
    """
    path = folder / "pseudonyms.key"
    with suppress(OSError):
        known = path.read_bytes()
        if len(known) >= _KEY_BYTES:
            return known
    key = secrets.token_bytes(_KEY_BYTES)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Whole or not there, and the first of two processes wins.
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
        try:
            os.link(draft, path)
        finally:
            draft.unlink()
    except FileExistsError:
        with suppress(OSError):
            return path.read_bytes()
    except OSError:
        return _OF_THIS_PROCESS
    return key


_OF_THIS_PROCESS = secrets.token_bytes(_KEY_BYTES)
