"""Rows that no one would wish for: the whole way down, through the filter line and the command line, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aiops_tui.config import Settings
from aiops_tui.model.labels import fold_topic
from aiops_tui.text.printable import printable
from aiops_tui.tui.widgets.table import TableView
from tests.monitor.backend import Backend, Judgement, Talk
from tests.tui.test_walk import Past, all_keys, console_on, patiently

TOPICS = (
    'say "no"', "a:b [c] (d)", "[/red][@click=app.quit]x[/]", "환불\n요청", "back\\slash", "-minus:", "%_'; --",
    "\x1b[31mred\x1b]52;c;aGk=\x07", "\u202eoverride", "x" * 900 + "y", "긴 주제 " * 200, "topic:topic:환불", "  ",
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def hostile(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/local.db"
    with closing(Backend(url)) as backend:
        backend.create()
        now = datetime.now(UTC)
        longest = 1000 if backend.postgres else 2000
        topics = (*TOPICS, "z" * longest)
        talks = [
            Talk(n, user, "부정", topic[:longest], now - timedelta(minutes=n))
            for n, (topic, user) in enumerate(((t, u) for t in topics for u in (None, 'k"im:\n', t[:50])), 1)
        ]
        backend.insert(talks)
        yield backend


async def test_every_topic_leads_to_its_conversations_and_its_filter_can_be_read_again(
    hostile: Backend, settings: Settings
) -> None:
    talks = hostile.talks()
    async with console_on(Past(hostile.url), settings, "overview") as d:
        topics = d.console.desk.pane.query_one("#topics", TableView)
        await patiently(d, lambda: topics.has_focus and topics.count() > 5)
        folded = {fold_topic(printable((talk.topic or "")[:200])) for talk in talks} - {None}
        assert topics.count() == len(folded)
        for row in range(topics.count()):
            topics.select(row)
            await d.press("enter")
            found = await all_keys(d)
            (term,) = d.console.session.view.filter.terms
            spelt = fold_topic(str(term.value))
            assert found == {t.key for t in talks if fold_topic(printable((t.topic or "")[:200])) == spelt}, term
            assert len(found) >= 3
            filtered = d.console.session.view.filter
            await d.press("slash")
            field = await d.field()
            assert field.value == str(filtered)
            await d.press("enter")
            assert d.console.session.view.filter == filtered
            await d.press("escape")
            await patiently(d, lambda: not d.console.session.view.filter and topics.has_focus)
            assert topics.row == row


async def test_a_user_of_any_name_has_a_page_and_a_list(hostile: Backend, settings: Settings) -> None:
    talks = hostile.talks()
    async with console_on(Past(hostile.url), settings, "users") as d:
        users = d.console.desk.pane.query_one("#users", TableView)
        await patiently(d, lambda: users.has_focus and users.count() > 5)
        names = {printable(talk.user) for talk in talks if talk.user}
        assert users.count() == len(names), "those without a user are no user"
        for row in (0, 1, 2, users.count() - 1):
            users.select(row)
            await d.press("enter")
            await patiently(d, lambda: "╭ When they come" in d.text())
            (term,) = d.console.session.view.filter.terms
            await d.press("l")
            assert await all_keys(d) == {t.key for t in talks if t.user and printable(t.user) == term.value}
            await d.press("escape", "escape")
            await patiently(d, lambda: users.has_focus)


async def test_conversations_that_go_leave_what_is_known_of_them(hostile: Backend, settings: Settings) -> None:
    hostile.evaluate([Judgement(9999, None, "gone topic", datetime.now(UTC), 0.0, 0.0)], replace=False)
    async with console_on(Past(hostile.url), settings, "evaluation") as d:
        worst = d.console.desk.pane.query_one("#worst", TableView)
        await patiently(d, lambda: worst.has_focus and worst.count() == 1)
        await d.press("enter")
        await patiently(d, lambda: "This conversation is not there (any more)." in d.text())
        await d.sees("gone topic")
        await d.press("escape", "1", "l")
        await all_keys(d)
        await d.press("enter")
        last = max(talk.key for talk in hostile.talks())
        await patiently(d, lambda: f"answer {last}" in d.text())
        assert d.text().count("z") == 200 + 50, "of topic and user all that is read"
        hostile.run("DELETE FROM conversation_log WHERE id = ?", [[last]])
        hostile.commit()
        monitor = d.console.session.monitor
        assert monitor is not None
        monitor.refresh()
        await patiently(d, lambda: "It has been deleted meanwhile" in d.text())
        await d.sees(f"answer {last}")
