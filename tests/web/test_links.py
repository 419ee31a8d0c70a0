"""A link opens a view, and nothing else can be asked for by it."""

from __future__ import annotations

import shlex
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.model.reopening import OPTIONS, options_of, view_of
from aiops_tui.model.view import View
from aiops_tui.slack.message import _with_view
from aiops_tui.text.printable import is_printable
from aiops_tui.web.links import LinkError, read_link
from tests.strategies import views


@given(views(), st.sampled_from(["Asia/Seoul", "UTC", None]))
def test_the_button_of_a_share_opens_exactly_the_view_that_was_shared(view: View, zone: str | None) -> None:
    arguments = [*view.arguments(), *(["--tz", zone] if zone else [])]
    address = _with_view("https://ops.example/console/?a=b", arguments)
    (text,) = parse_qs(urlsplit(address).query, keep_blank_values=True)["view"]
    try:
        link = read_link(text)
    except LinkError:
        assert not is_printable(text) or len(text) > 4000 or not view.conversation or not view.sort
        return
    # Moments lose their fractions of a second, as on the command line.
    assert dict(link.options) == options_of(view_of(options_of(view)))
    assert link.timezone == zone


@pytest.mark.parametrize(
    "text",
    [
        "--db postgresql://evil/x", "--log-file /etc/passwd", "--log-command id", "--lang ko", "--view saved",
        "--resume", "--tab=logs", "logs", "--tab", "--tab nowhere", "--window 7d --window 30d", "--list --list",
        "--tz ../../etc/passwd", "--tz /etc/localtime", "--tz Mars/Base", "--filter 'a", "--filter score<x",
        "--since 2020-01-02 --until 2020-01-01", "--window 7d\x00", "--filter \x1b[2J", "-w 7d", "-- --db x",
        "--filter " + "x" * 4000, "--theme light", "--profile x", "--interval 1", "--output /tmp/x", "\ud800",
    ],
)  # fmt: skip
def test_what_is_no_view_is_refused(text: str) -> None:
    with pytest.raises(LinkError):
        read_link(text)


@given(st.lists(st.one_of(st.sampled_from([f"--{name}" for name in OPTIONS]), st.text(max_size=20)), max_size=8))
def test_whatever_comes_is_a_view_or_refused(words: list[str]) -> None:
    try:
        link = read_link(shlex.join(words))
    except LinkError:
        return
    assert set(link.options) <= set(OPTIONS)


def test_an_empty_link_is_the_usual_view() -> None:
    assert dict(read_link("").options) == options_of(View())
