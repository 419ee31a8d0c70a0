from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from aiops_tui.charts.colours import Depth
from aiops_tui.charts.spans import ROLES, Span
from aiops_tui.config import crash
from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Snapshot, Status
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.text.cells import width
from aiops_tui.text.printable import is_printable
from aiops_tui.text.translations import Translator
from aiops_tui.tui import drill, moves
from aiops_tui.tui.filters import PrintableOnly
from aiops_tui.tui.header import Heading, path, state_text
from aiops_tui.tui.look import Look
from aiops_tui.tui.panes import NUMBERED, make_pane
from aiops_tui.tui.panes.arrange import visible
from aiops_tui.tui.themes import palettes
from aiops_tui.tui.widgets.drawn import changes, strip_of
from aiops_tui.tui.widgets.lines import fit_line, highlighted, line_width

BLACK = Color(0, 0, 0)
PANES = [make_pane(tab) for _, tab in NUMBERED]


@given(st.text())
def test_nothing_unprintable_leaves_and_no_cell_moves(text: str) -> None:
    segments = [Segment(text, Style(link="http://evil"))]
    safe = PrintableOnly().apply(segments, BLACK)
    assert all(is_printable(segment.text) and not (segment.style and segment.style.link) for segment in safe)
    assert sum(width(segment.text) for segment in safe) == width(text)


def test_a_harmless_line_passes_untouched() -> None:
    segments = [Segment("결제 오류 12%", Style())]
    assert PrintableOnly().apply(segments, BLACK) is segments


@given(st.lists(st.text(st.sampled_from("ab 결제…"), max_size=9), max_size=5), st.integers(0, 20))
def test_a_fitted_line_has_exactly_its_cells(texts: list[str], cells: int) -> None:
    assert line_width(fit_line((Span(text, "text") for text in texts), cells)) == cells


def test_only_what_differs_is_repainted(look: Look) -> None:
    old = strip_of((Span("data 2 s old" + " " * 30 + "16:50:43", "text"),), look, stale=False)
    new = strip_of((Span("data 3 s old" + " " * 30 + "16:50:44", "text"),), look, stale=False)
    assert list(changes(old, new)) == [(5, 6), (49, 50)]
    assert list(changes(old, old)) == []
    assert list(changes(None, new)) == [(0, 50)]


def test_both_halves_of_a_wide_character_are_repainted(look: Look) -> None:
    old, new = (strip_of((Span(text, "text"),), look, stale=False) for text in ("결제", "결과"))
    assert list(changes(old, new)) == [(2, 4)]


def test_no_wide_character_is_halved_where_a_line_moves_by_a_cell(look: Look) -> None:
    old, new = (strip_of((Span(text, "text"),), look, stale=False) for text in (" ㅋㅋㅋㅋㅋㅋㅋ", "ㅋㅋㅋㅋㅋㅋㅋ "))
    assert list(changes(old, new)) == [(0, 15)]


def test_hits_are_marked_whatever_their_case() -> None:
    line = highlighted((Span("Refund and REFUND", "text"),), "refund")
    assert [span.text for span in line if span.role == "hit"] == ["Refund", "REFUND"]
    assert "".join(span.text for span in line) == "Refund and REFUND"


def test_every_role_has_a_colour_in_every_palette() -> None:
    depths: tuple[Depth, ...] = ("full", "sixteen", "grey")
    for depth in depths:
        for palette in palettes(depth).values():
            known = {palette.colour(role) for role in ("positive", "neutral", "negative", "other", "unanalysed")}
            assert len(known) >= 4
            for role in (*ROLES, "selected", "hit", "bar", "critical", "title"):
                assert palette.style(role).color is not None


def test_a_crash_leaves_a_private_file_without_locals_or_secrets(tmp_path: Path) -> None:
    def fail() -> None:
        local_password = "swordfish-local"
        raise ValueError(f"cannot reach postgresql://u:hunter2@db/prod with xoxb-1 {len(local_password)}")

    try:
        fail()
    except ValueError as error:
        path = crash.write_report(error, tmp_path / "state", ["xoxb-1", ""])
    assert path is not None
    text = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "ValueError" in text
    assert "in fail" in text
    assert not any(secret in text for secret in ("hunter2", "xoxb-1", "swordfish-local = "))


def test_a_crash_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert crash.write_report(ValueError(), tmp_path / "file", []) is None


def test_going_later_ends_at_now(now: datetime, figures: Callable[[View], Snapshot]) -> None:
    view = View()
    shown = figures(view)
    assert moves.stepped(view, shown, 1, now) is None, "it is now already"
    earlier = moves.stepped(view, shown, -1, now)
    assert earlier is not None
    assert earlier.window.at is not None
    assert earlier.window.at < now - timedelta(days=3)
    back = moves.stepped(earlier, figures(earlier), 1, now)
    assert back == view
    assert moves.present(earlier) == view


def test_a_bucket_becomes_a_window_and_now_leaves_it(now: datetime) -> None:
    inside = drill.within(View(filter=Filter.parse("topic:환불")), now - timedelta(hours=1), None)
    assert inside.window == WindowSpec("custom", since=now - timedelta(hours=1))
    assert moves.present(inside) == View(filter=Filter.parse("topic:환불"), listed=True)


def test_comparisons_come_round() -> None:
    view = View()
    for expected in ("week", "off", "previous"):
        view = moves.compared(view)
        assert view.compare == expected
    assert view == replace(View(), compare="previous")


@given(st.integers(20, 260), st.integers(3, 90))
def test_every_size_has_an_arrangement_that_fills_the_width(cells: int, lines: int) -> None:
    for pane in PANES:
        for row in pane.plan.rows(cells, lines):
            assert sum(cell.twelfths for cell in row.cells) == 12
        seen = visible(pane.plan.rows(cells, lines), {})
        assert len(seen.keys() - {"tiles"}) >= 1


def test_panels_stand_in_one_order_in_every_arrangement() -> None:
    """A grid places its children in their order: an arrangement that needs another one would mix them up."""
    for pane in PANES:
        order = [widget.id for widget in pane.panels()]
        for rows in (pane.plan.wide, pane.plan.vast):
            places = [order.index(panel) for row in rows for cell in row.cells for panel in cell.panels]
            if places:
                assert places == sorted(places), pane.tab


def test_the_header_says_how_much_is_read_and_of_what_the_figures_are_meanwhile() -> None:
    words, now = Translator("en"), datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
    loading = Status("loading", done=34, steps=100)
    assert state_text(loading, now, words) == "loading 34 %"
    look = Look(words, ZoneInfo("Asia/Seoul"), palettes("full")["dark"])
    heading = Heading(View(window=WindowSpec("90d")), loading, now, shown=WindowSpec("24h").resolve(now, None))
    assert path(heading, look)["window"] == "last 90 days (so far last 24 hours)"
    assert path(replace(heading, status=Status("live")), look)["window"] == "last 90 days"
