"""The message keeps Slack's rules whatever the data, says the figures, and gives away nobody."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.config import Settings
from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Column, Metric, Notice, Snapshot, Table
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.slack import preview
from aiops_tui.slack.delivery import late
from aiops_tui.slack.message import Message, Told, compose
from aiops_tui.slack.privacy import Veil
from aiops_tui.slack.validator import BUDGET, block_errors, characters
from aiops_tui.text.translations import Translator
from tests.fakeslack import FakeSlack
from tests.strategies import HOSTILE, for_snapshots, snapshots, texts, views

EN = Translator("en")
KO = Translator("ko")


def composed(
    snapshot: Snapshot, view: View | None = None, translator: Translator = EN, url: str | None = None
) -> Message:
    shown, veil = view or View(), Veil()
    told = Told("kim@box", "5ha4e", dashboard_url=url, hidden=veil.view(shown) != shown)
    return compose(veil.snapshot(snapshot, shown), veil.view(shown), translator, told)


def shown(message: Message, layout: int = 0) -> str:
    """All that a reader of the channel sees, with Slack's escapes undone."""
    text = "\n".join([message.parcel.text, *_strings(message.parcel.layouts[layout].blocks)])
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("\u200b", "")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def _marked(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            assert value["verbatim"] is True
            yield value["text"]
        for item in value.values():
            yield from _marked(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _marked(item)


@for_snapshots
@given(snapshots(), views(), st.sampled_from([EN, KO]), st.one_of(st.none(), texts.map("https://x.example/".__add__)))
def test_whatever_the_data_slack_takes_the_message(
    snapshot: Snapshot, view: View, translator: Translator, url: str | None
) -> None:
    parcel = composed(snapshot, view, translator, url).parcel
    assert 0 < len(parcel.text) <= 4000
    for each in parcel.layouts:
        assert block_errors(each.blocks) == []
        assert characters(each.blocks) <= BUDGET
        for text in (parcel.text, parcel.late, parcel.latest, *_strings(each.blocks)):
            assert "<!" not in text
            assert "<@" not in text
            assert "<#" not in text
        for markup in _marked(each.blocks):
            assert markup.count("```") in {0, 2}


@for_snapshots
@given(snapshots(), views())
def test_the_server_takes_it_too(snapshot: Snapshot, view: View) -> None:
    parcel = composed(snapshot, view).parcel
    slack = FakeSlack()
    for each in (*parcel.layouts, late(parcel).layouts[0]):
        body = {"channel": "ops", "text": parcel.text, "blocks": each.blocks}
        answer = slack.answer("/api/chat.postMessage", f"Bearer {slack.token}", json.dumps(body).encode())
        assert answer is not None
        assert json.loads(answer.body)["ok"] is True
    slack.close()


def test_sentence_and_fields_say_the_figures(snapshot: Snapshot) -> None:
    message = composed(snapshot)
    assert message.parcel.text == (
        "Overview · last 7 days, 2026-11-15 16:45:00 – 2026-11-22 17:00:00 Asia/Seoul: Conversations 12,430 ▲ 4.2%, "
        "Negative share 21.0% ▲ 2.3pp !, Answer quality 7.12 ▼ 0.08 (within noise)"
    )
    text = shown(message)
    assert "Negative share\n*21.0%* ▲ 2.3pp !\n20.3–21.7 · n 11,973" in text
    assert "as of 2026-11-22 16:50:43, shared by kim@box" in text
    assert "neon/prod" in text


def test_the_topics_are_a_table_that_says_of_how_many(snapshot: Snapshot) -> None:
    text = shown(composed(snapshot), -1)
    assert "*Topics  3 of 487*\n```" in text
    table = text.split("3 of 487*\n```")[1].split("```")[0].strip("\n").splitlines()
    assert [line.split() for line in table] == [
        ["Topic", "Conversations", "Negative", "%"],
        ["결제", "오류", "1,840", "61.0%"],
        ["환불", "1,702", "–"],
        ["other", "topics", "412", "20.0%"],
    ]


def test_nothing_that_users_wrote_and_no_user_is_shared(snapshot: Snapshot) -> None:
    overview = snapshot.tabs["overview"]
    without_topics = replace(snapshot, tabs={"overview": overview[:4]})
    for each in (snapshot, without_topics):
        assert "u-secret" not in shown(composed(each))
        assert "parcel" not in shown(composed(each))
    assert "배송" in shown(composed(without_topics))
    view = View(filter=Filter.parse("user:u-secret topic:환불"))
    message = composed(replace(snapshot, filter=str(view.filter)), view)
    assert "u-secret" not in shown(message) + message.command
    assert "topic:환불" in message.command
    assert "The filter names users" in shown(message)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_topics_stand_in_the_channel_as_plain_text(snapshot: Snapshot, name: str) -> None:
    table = Table("topics", (Column("topic", "topic"), Column("conversations", "count")), ((name, 3),) * 12, 3_000)
    message = composed(replace(snapshot, tabs={"overview": (table,)}))
    assert all(block_errors(each.blocks) == [] for each in message.parcel.layouts)
    beginning = name.replace("\u2003", " ").strip()[:20]
    row = shown(message, -1).split("3,000*\n", 1)[1].splitlines()[2]
    assert beginning in row
    for layout in (0, 1):
        assert f"\n{beginning}" in shown(message, layout).split("3,000", 1)[-1]


def test_a_table_that_grows_by_its_escapes_has_fewer_rows(snapshot: Snapshot) -> None:
    table = Table("topics", (Column("topic", "topic"),), (("<" * 80,),) * 10, 10)
    message = composed(replace(snapshot, tabs={"overview": (table,)}))
    assert all(block_errors(each.blocks) == [] for each in message.parcel.layouts)
    assert "*Topics  9 of 10*" in shown(message, -1)


def test_the_command_opens_the_same_moment(snapshot: Snapshot) -> None:
    live = composed(snapshot, View("overview", WindowSpec("7d"), Filter.parse("topic:환불")))
    assert shlex.split(live.command) == [
        "aiops-tui", "--tab", "overview", "--window", "7d", "--at", "2026-11-22T07:50:43+00:00",
        "--filter", "topic:환불", "--tz", "Asia/Seoul",
    ]  # fmt: skip
    assert f"```\n{live.command}\n```" in shown(live)
    until = datetime(2026, 11, 20, tzinfo=UTC)
    fixed = composed(snapshot, View(window=WindowSpec("custom", since=datetime(2026, 11, 1, tzinfo=UTC), until=until)))
    assert "--until 2026-11-20T00:00:00+00:00" in fixed.command
    assert "--at" not in fixed.command


def test_command_and_link_open_the_same_view(snapshot: Snapshot) -> None:
    view = View("overview", WindowSpec("7d"), Filter.parse("topic:환불"), "week", "-topic", conversation="17")
    told = composed(snapshot, view, url="https://dash.example/")
    for option in ("--compare week", "--sort -topic", "--filter 'topic:환불'", "--conversation 17"):
        assert option in told.command
    assert f"?{urlencode({'view': told.command.removeprefix('aiops-tui ')})}|" in shown(told)


def test_a_command_that_could_not_be_copied_is_not_shown(snapshot: Snapshot) -> None:
    for text in ("x" * 2000, "a```b", "a\u202eb"):
        message = composed(snapshot, View(filter=Filter.parse(json.dumps(text, ensure_ascii=False))))
        assert "The command for this view is too long" in shown(message)
        assert message.command not in shown(message)


def test_the_dashboard_is_linked_only_by_a_web_address(snapshot: Snapshot) -> None:
    linked = shown(composed(snapshot, url="https://dash.example/v?a=1&b=<x>|y z"))
    view = "&view=--tab+overview+--window+7d+--at+2026-11-22T07%3A50%3A43%2B00%3A00+--tz+Asia%2FSeoul"
    assert f"<https://dash.example/v?a=1&b=%3Cx%3E%7Cy%20z{view}|Open the dashboard>" in linked
    for url in (None, "javascript:alert(1)", "dash.example", "https://x/" + "a" * 3000):
        assert "Open the dashboard" not in shown(composed(snapshot, url=url))


def test_at_most_eight_metrics_and_the_warnings_are_said(snapshot: Snapshot) -> None:
    metrics = tuple(Metric(f"score.criterion{n}", "score", 5.0, n) for n in range(12))
    message = composed(replace(snapshot, tabs={"overview": metrics}, warnings=(Notice("slack.no_command"),)))
    fields = next(block["fields"] for block in message.parcel.layouts[0].blocks if "fields" in block)
    assert isinstance(fields, list)
    assert len(fields) == 8
    assert "too long or too odd" in shown(message)


def test_a_tab_that_the_snapshot_lacks_gives_the_one_it_has(snapshot: Snapshot) -> None:
    assert "Overview" in composed(snapshot, View("all")).parcel.text
    assert "no figures" in composed(replace(snapshot, tabs={}), View("logs")).parcel.text


def test_a_preview_is_what_would_be_posted(snapshot: Snapshot, bot: Settings, fake_slack: FakeSlack) -> None:
    body = json.loads(preview(snapshot, View(), bot, KO))
    assert set(body) == {"text", "blocks"}
    assert block_errors(body["blocks"]) == []
    assert "환불" in preview(snapshot, View(), bot, KO)
    assert fake_slack.token not in preview(snapshot, View(), bot, KO)
    assert not fake_slack.requests
