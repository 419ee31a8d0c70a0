"""The share key: told what became of it, by a real server over a real connection, and never in anybody's way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from aiops_tui.config import Secret
from aiops_tui.model.panels import Notice
from aiops_tui.slack import Outcome
from aiops_tui.tui.screens.sheet import Sheet
from tests.fakeslack import FakeSlack

Open = Any


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
