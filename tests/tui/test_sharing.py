"""The share key: told what became of it, by a real server over a real connection, and never in anybody's way."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from aiops_tui.config import Secret
from aiops_tui.model.panels import Notice
from aiops_tui.model.view import View
from aiops_tui.slack import Outcome
from aiops_tui.slack.privacy import Veil
from aiops_tui.text.cells import width
from aiops_tui.tui.picture import screen_lines
from aiops_tui.tui.screens.sheet import Sheet
from tests.fakeslack import FakeSlack

Open = Any
_PATIENCE = 30.0


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as server:
        yield server


def by_bot(slack: FakeSlack, channel: str = "#ops") -> dict[str, object]:
    """The settings of a console that shares to this server."""
    return {"slack_bot_token": Secret(slack.token), "slack_channel": channel, "slack_api_url": slack.api_url}


async def test_what_was_shared_is_there_and_its_address_is_told(desk: Open, slack: FakeSlack) -> None:
    async with desk(**by_bot(slack)) as d:
        await d.press("s")
        await d.sees("shared to #ops · https://acme.slack.com/archives/C0PS000001/p")
        assert len(slack.posted) == 1
        assert "12,430" in slack.posted[0].text


async def test_a_refusal_says_what_to_do(desk: Open, slack: FakeSlack) -> None:
    async with desk(**by_bot(slack, "#elsewhere")) as d:
        await d.press("s")
        await d.sees("not shared — the bot is not in #elsewhere: type /invite @the-bot there, then share again")
        assert slack.posted == []


async def test_what_the_last_line_cannot_hold_stands_on_a_sheet(desk: Open, slack: FakeSlack) -> None:
    slack.mode = "drop_after"
    async with desk(**by_bot(slack), size=(80, 24)) as d:
        await d.press("s")
        await d.until(lambda: isinstance(d.console.screen, Sheet))
        await d.sees("may have been shared — Slack gave no clear answer", "before you share", "again.")
        assert len(slack.posted) == 1
        await d.press("escape")
        assert d.console.screen is d.console.desk


async def test_a_second_press_while_one_is_under_way_shares_nothing(desk: Open) -> None:
    gate, calls = threading.Event(), []

    def send(*given: object) -> Outcome:
        calls.append(given)
        gate.wait(3)
        return Outcome("sent", Notice("slack.sent", {"channel": "#ops"}))

    async with desk() as d:
        d.console.sharing._send = send
        await d.press("s")
        await d.sees("sharing …")
        await d.press("s")
        gate.set()
        await d.sees("shared to #ops")
        assert len(calls) == 1
        assert calls[0][0] is d.console.session.snapshot


async def test_without_settings_it_says_what_to_set(desk: Open) -> None:
    async with desk() as d:
        await d.press("s")
        await d.until(lambda: isinstance(d.console.screen, Sheet))
        await d.sees("SLACK_BOT_TOKEN=", "SLACK_CHANNEL=", "SLACK_WEBHOOK_URL=")


async def test_one_under_way_does_not_keep_the_console_open(desk: Open) -> None:
    gate = threading.Event()
    async with desk() as d:
        d.console.sharing._send = lambda *given: gate.wait(5) and Outcome("sent", Notice("slack.sent"))
        await d.press("s")
        await d.press("ctrl+c")
        await asyncio.wait_for(d.until(lambda: d.console.return_value == 0), 2)
    gate.set()


async def test_one_that_was_just_begun_is_kept_when_the_console_is_left(desk: Open, slack: FakeSlack) -> None:
    async with desk(**by_bot(slack)) as d:
        d.console.desk.action_share()
        d.console.leave()
    d.console.sharing.stop(_PATIENCE)
    assert len(slack.posted) == 1


async def test_the_same_view_again_is_told_and_not_posted(desk: Open, slack: FakeSlack) -> None:
    async with desk(**by_bot(slack)) as d:
        await d.press("s")
        await d.sees("shared to #ops")
        await d.press("s")
        await d.sees("just shared to #ops")
        assert len(slack.posted) == 1


async def test_the_address_is_copied_and_the_share_taken_back(desk: Open, slack: FakeSlack) -> None:
    async with desk(**by_bot(slack), size=(160, 40)) as d:
        await d.press("s")
        await d.sees("y copies, u takes back")
        await d.press("y")
        assert d.console.clipboard.startswith("https://acme.slack.com/archives/")
        await d.press("u")
        await d.sees("taken back from #ops")
        assert slack.posted == []
        await d.press("u")
        await d.sees("nothing to take back")


async def test_after_a_minute_nothing_is_taken_back(desk: Open, slack: FakeSlack) -> None:
    async with desk(**by_bot(slack)) as d:
        await d.press("s")
        await d.sees("shared to #ops")
        moment = d.console.sharing._clock()
        d.console.sharing._clock = lambda: moment + 61
        await d.press("u")
        await d.sees("nothing to take back")
        assert len(slack.posted) == 1


async def test_channels_of_before_are_completed(desk: Open, slack: FakeSlack) -> None:
    slack.channels["reports"] = replace(slack.channels["ops"], id="C0REP00001", name="reports")
    async with desk(**by_bot(slack, "#reports")) as d:
        await d.press("s")
        await d.sees("shared to #reports")
    async with desk(**by_bot(slack), size=(120, 50)) as d:
        await d.press("S", "shift+tab", "shift+tab")
        field = await d.field()
        assert field.value == "#ops"
        field.value = ""
        await d.press(*"#r")
        await d.until(lambda: field._suggestion == "#reports")
        await d.press("right", "enter")
        await d.sees("shared to #reports")
        assert [posted.channel for posted in slack.posted] == ["C0REP00001"] * 2


async def test_a_channel_that_others_read_is_warned_of_before_it_is_chosen_too(desk: Open, slack: FakeSlack) -> None:
    slack.scopes += ",channels:read"
    async with desk(**by_bot(slack), size=(160, 50)) as d:

        async def share() -> None:
            await d.press("S", "shift+tab", "shift+tab")
            (await d.field()).value = "#partners"
            await d.press("enter")

        await share()
        await d.sees("#partners is read by another organisation")
        assert slack.posted == []
        await d.press("escape")
        await share()
        await d.sees("shared to #partners")


async def test_what_is_shared_is_in_the_order_that_one_sees(desk: Open, slack: FakeSlack) -> None:
    async with desk(View(sort="topic"), **by_bot(slack)) as d:
        await d.press("s")
        await d.sees("shared to #ops")
        told = str(slack.posted[0].body)
        assert 0 < told.index("'login'") < told.index("'결제 오류'")


async def test_what_cannot_be_sent_waits_and_goes_out_by_itself(desk: Open, slack: FakeSlack) -> None:
    nowhere = {**by_bot(slack), "slack_api_url": "http://127.0.0.1:9/"}
    async with desk(**nowhere, size=(160, 40)) as d:
        await d.press("s")
        await d.sees("waiting to be sent — cannot connect to 127.0.0.1")
        (outbox,) = d.console.settings.state_dir.glob("outbox.db")
        with closing(sqlite3.connect(outbox)) as file:
            file.execute("update shares set next_at = 0")
            file.commit()
    async with desk(**by_bot(slack), size=(160, 40)) as d:
        await d.sees("shared to #ops")
        assert len(slack.posted) == 1


async def test_the_preview_shows_and_chooses(desk: Open, slack: FakeSlack) -> None:
    async with desk(**by_bot(slack), size=(120, 50)) as d:
        await d.press("S")
        await d.sees("What will be posted", "Slack's own", "User ids", "kept back", "12,430")
        await d.press("right")
        await d.sees("a picture")
        await d.press("shift+tab", *"look")
        await d.sees("look")
        await d.press("enter")
        await d.sees("shared to #ops")
        await d.until(lambda: len(slack.posted) == 2, "a picture in the thread")
        message, picture = slack.posted
        assert message.text.startswith("look — Overview")
        assert picture.thread == message.ts
        assert (picture.file or b"").startswith(b"\x89PNG")


async def test_the_preview_of_a_picture_keeps_back_what_the_picture_does(desk: Open, slack: FakeSlack) -> None:
    async with desk(View(tab="users"), **by_bot(slack), size=(120, 50)) as d:
        await d.press("S", "right")
        await d.sees("a picture")

        def previewed() -> str:
            return "\n".join("".join(span.text for span in line) for line in d.console.screen._write(100))

        assert "Users" in previewed()
        assert "u0001" not in previewed()
        await d.press("down", "down", "down", "right")
        await d.until(lambda: "u0001" in previewed(), "those of the users that were asked for")


async def test_on_a_small_screen_choices_and_preview_take_turns(desk: Open, slack: FakeSlack) -> None:
    async with desk(**by_bot(slack), size=(40, 12)) as d:
        await d.press("S")
        await d.sees("Slack's own", "Numbers and add", "↵ shares · Tab preview · Esc")
        assert "What will be posted" not in d.text()
        await d.press("tab")
        await d.sees("What will be posted", "Overview · last 7 days")
        assert "Slack's own" not in d.text()
        await d.press("G")
        await d.sees("100%")
        await d.press("shift+tab", "right")
        await d.sees("a picture")
        await d.press("enter")
        await d.sees("shared to #ops")


async def test_on_a_narrow_screen_the_keys_matter_more_than_the_address(desk: Open, slack: FakeSlack) -> None:
    async with desk(**by_bot(slack), size=(80, 24)) as d:
        await d.press("s")
        await d.sees("shared to #ops · y copies, u takes back")
        await d.press("s")
        await d.sees("S shares it once more.")
        assert "…" not in d.text().splitlines()[-1]


async def test_by_webhook_there_is_no_channel_to_choose_and_no_picture(desk: Open, slack: FakeSlack) -> None:
    async with desk(slack_webhook_url=Secret(slack.webhook_url), size=(120, 50)) as d:
        await d.press("S")
        await d.sees("What will be posted", "Slack's own")
        assert "#ops" not in d.text()
        await d.press("enter")
        await d.sees("shared by the webhook")
        assert len(slack.posted) == 1


async def test_the_whole_screen_can_be_the_picture(desk: Open, slack: FakeSlack) -> None:
    async with desk(**by_bot(slack), size=(120, 50)) as d:
        await d.press("S")
        await d.sees("What will be posted")
        await d.press("left")
        await d.sees("a picture of the whole screen")
        await d.press("enter")
        await d.until(lambda: len(slack.posted) == 2, "a picture in the thread")
        assert len(slack.posted[1].file or b"") > 20_000  # an empty one is a tenth of that


async def test_leaving_the_preview_shares_nothing(desk: Open, slack: FakeSlack) -> None:
    async with desk(**by_bot(slack)) as d:
        await d.press("S")
        await d.sees("What will be posted")
        await d.press("escape")
        assert d.console.screen is d.console.desk
        assert slack.requests == []


async def test_a_picture_of_the_screen_has_its_cells_and_keeps_back_who_and_what(desk: Open) -> None:
    async with desk(size=(120, 40)) as d:
        await d.sees("u0001", "카드가 두 번")
        lines = screen_lines(d.console.desk, d.console.session.view, d.console.look, Veil(key=b"k"), "the database")
        shown = "\n".join("".join(span.text for span in line) for line in lines)
        assert {sum(width(span.text) for span in line) for line in lines} == {120}
        assert "12,430" in shown
        assert "the database" in shown
        assert "결제 오류" in shown
        assert "u0001" not in shown
        assert "카드가" not in shown
        assert "neon" not in shown
        await d.sees("u0001", "카드가 두 번")  # the screen itself is as it was
        open_lines = screen_lines(
            d.console.desk, d.console.session.view, d.console.look, Veil(frozenset()), "the database"
        )
        assert "u0001" in "\n".join("".join(span.text for span in line) for line in open_lines)


async def test_the_list_tells_and_asks_before_it_sends_again(desk: Open, slack: FakeSlack) -> None:
    slack.mode = "drop_after"
    async with desk(**by_bot(slack), size=(160, 40)) as d:
        await d.press("s")
        await d.sees("may have been shared")
        slack.mode = "well"
        d.console.desk.action_shares()
        await d.sees("? unknown", "#ops", "Overview")
        await d.press("r")
        await d.sees("press r again")
        assert len(slack.posted) == 1
        await d.press("r")
        await d.sees("● sent")
        assert len(slack.posted) == 2
        await d.press("escape")
        assert d.console.screen is d.console.desk


async def test_one_that_may_be_there_is_asked_for_though_it_was_dropped(desk: Open, slack: FakeSlack) -> None:
    slack.mode = "drop_after"
    async with desk(**by_bot(slack), size=(160, 40)) as d:
        await d.press("s")
        await d.sees("may have been shared")
        slack.mode = "well"
        d.console.desk.action_shares()
        await d.sees("? unknown")
        await d.press("d")
        await d.sees("✖ dropped", "may have been posted all the same")
        await d.press("r")
        await d.sees("press r again")
        assert len(slack.posted) == 1


async def test_what_waits_can_be_dropped(desk: Open, slack: FakeSlack) -> None:
    async with desk(**{**by_bot(slack), "slack_api_url": "http://127.0.0.1:9/"}, size=(160, 40)) as d:
        await d.press("s")
        await d.sees("waiting to be sent")
        d.console.desk.action_shares()
        await d.sees("◐ waits")
        await d.press("d")
        await d.sees("✖ dropped")
