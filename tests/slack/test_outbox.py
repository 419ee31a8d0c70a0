"""Nothing is lost, nothing is posted twice: whatever Slack, the network, the disk or the process does."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice, Snapshot
from aiops_tui.model.view import View
from aiops_tui.slack import Outcome, Wish, calls, share
from aiops_tui.slack.delivery import Courier
from aiops_tui.slack.listing import deliver
from aiops_tui.slack.outbox import Draft, Entry, Outbox, OutboxError
from aiops_tui.slack.parcel import Layout, Parcel
from aiops_tui.text.translations import Translator
from tests.fakeslack import FakeSlack, Posted

EN = Translator("en")
DAY = 86_400.0
BLOCK = {"type": "section", "text": {"type": "plain_text", "text": "Hello"}}
NOTE = {"type": "context", "elements": [{"type": "plain_text", "text": "who"}]}


class Clock:
    """A clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox(bot: Settings) -> Outbox:
    return Outbox(bot.state_dir)


def courier(settings: Settings, clock: Clock) -> Courier:
    return Courier(settings, Outbox(settings.state_dir), clock=clock, sleep=clock.sleep, timeout=0.5)


def draft(text: str = "one", key: str = "view", picture: bytes | None = None, threaded: bool = True) -> Draft:
    layouts = (Layout((BLOCK, NOTE), picture=picture is not None),)
    parcel = Parcel(text, layouts, late="delivered late, as of 16:50:", latest=f"latest {text}")
    return Draft(key, "2026-11-22", "#ops", "kim@box", "Overview", parcel.to_json(), picture, threaded)


def put(outbox: Outbox, clock: Clock, text: str = "one", **more: object) -> Entry:
    return outbox.put(draft(text, **more), clock(), again=True)[0]  # type: ignore[arg-type]


def texts(slack: FakeSlack) -> list[str]:
    return [posted.text for posted in slack.posted]


def first_blocks(posted: Posted) -> list[dict[str, object]]:
    blocks = posted.body["blocks"]
    assert isinstance(blocks, list)
    return blocks


def test_the_outbox_is_for_its_owner_alone(bot: Settings, outbox: Outbox, clock: Clock) -> None:
    put(outbox, clock)
    assert stat.S_IMODE(bot.state_dir.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in bot.state_dir.iterdir()} == {0o600}


def test_what_could_not_be_sent_goes_out_late_and_says_so(
    bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack
) -> None:
    entry = put(outbox, clock)
    courier(replace(bot, slack_api_url="http://127.0.0.1:9/"), clock).deliver()
    assert outbox.get(entry.id).state == "waiting"
    clock.sleep(2)
    courier(bot, clock).deliver()
    assert texts(fake_slack) == []  # not yet due
    clock.sleep(600)
    courier(bot, clock).deliver()
    assert texts(fake_slack) == ["delivered late, as of 16:50: one"]
    assert "delivered late" in str(first_blocks(fake_slack.posted[0])[1])
    assert outbox.get(entry.id).state == "sent"


def test_after_a_day_it_is_given_up(bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack) -> None:
    entry = put(outbox, clock)
    courier(replace(bot, slack_api_url="http://127.0.0.1:9/"), clock).deliver()
    clock.sleep(25 * 3600)
    courier(bot, clock).deliver()
    assert outbox.get(entry.id).state == "expired"
    assert texts(fake_slack) == []


def test_the_pause_that_slack_wants_is_kept(bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack) -> None:
    fake_slack.mode = "limited"
    first, second = put(outbox, clock), put(outbox, clock, "two", key="other")
    courier(bot, clock).deliver()
    assert fake_slack.requests.count("/api/chat.postMessage") == 1  # the channel rests, for the second one too
    fake_slack.mode = "well"
    clock.sleep(25)
    courier(bot, clock).deliver()
    assert texts(fake_slack) == []
    clock.sleep(10)
    courier(bot, clock).deliver()
    assert {outbox.get(each.id).state for each in (first, second)} == {"sent"}


def test_one_message_a_second_goes_to_a_channel(
    bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack
) -> None:
    begun = clock()
    for number in range(4):
        put(outbox, clock, str(number), key=str(number))
    courier(bot, clock).deliver()
    assert texts(fake_slack) == ["0", "1", "2", "3"]
    assert clock() - begun >= 3


def test_what_may_have_been_posted_is_never_sent_again(
    bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack
) -> None:
    fake_slack.mode = "drop_after"
    entry = put(outbox, clock)
    courier(bot, clock).deliver()
    fake_slack.mode = "well"
    clock.sleep(3600)
    courier(bot, clock).deliver()
    assert outbox.get(entry.id).state == "unknown"
    assert texts(fake_slack) == ["one"]


def test_one_that_was_cut_off_while_it_was_sent_says_so(
    bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack
) -> None:
    entry = put(outbox, clock)
    outbox.claim(clock())
    courier(bot, clock).deliver()
    found = outbox.get(entry.id)
    assert found.state == "unknown"
    assert "ended while it was sending" in EN.notice(found.notice)
    assert fake_slack.requests == []


def test_two_senders_at_once_send_each_once(bot: Settings, outbox: Outbox, fake_slack: FakeSlack) -> None:
    for number in range(6):
        outbox.put(replace(draft(str(number), key=str(number)), channel=f"#ops{number}"), time.time(), again=True)
        fake_slack.channels[f"ops{number}"] = replace(fake_slack.channels["ops"], id=f"C0PS10000{number}")
    senders = [threading.Thread(target=Courier(bot, Outbox(bot.state_dir)).deliver) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(texts(fake_slack)) == [str(number) for number in range(6)]


def test_a_second_share_of_a_day_goes_below_the_first_which_tells_the_latest(
    bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack
) -> None:
    for text in ("one", "two", "three"):
        put(outbox, clock, text)
        courier(bot, clock).deliver()
    first, second, third = fake_slack.posted
    assert (second.thread, third.thread) == (first.ts, first.ts)
    assert "latest three" in str(first_blocks(first)[2])
    assert "latest two" not in str(first.body)
    assert f"p{third.ts.replace('.', '')}|latest three" in str(first.body)


def test_another_day_view_or_wish_begins_anew(
    bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack
) -> None:
    put(outbox, clock)
    put(outbox, clock, "two", key="other")
    put(outbox, clock, "three", threaded=False)
    outbox.put(replace(draft("four"), day="2026-11-23"), clock(), again=True)
    courier(bot, clock).deliver()
    assert [posted.thread for posted in fake_slack.posted] == [None] * 4


def test_a_thread_whose_first_message_was_deleted_begins_anew(
    bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack
) -> None:
    put(outbox, clock)
    courier(bot, clock).deliver()
    fake_slack.posted.clear()
    put(outbox, clock, "two")
    courier(bot, clock).deliver()
    assert [(posted.text, posted.thread) for posted in fake_slack.posted] == [("two", None)]


def test_taking_back_deletes_and_the_thread_tells_the_one_before(
    bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack
) -> None:
    put(outbox, clock)
    put(outbox, clock, "two")
    last = put(outbox, clock, "three", picture=b"png")
    sender = courier(bot, clock)
    sender.deliver()
    assert len(fake_slack.posted) == 4
    assert sender.take_back(last.id).kind == "sent"
    assert texts(fake_slack) == ["one", "two"]
    assert "latest two" in str(fake_slack.posted[0].body)
    assert outbox.get(last.id).state == "taken_back"
    assert sender.take_back(last.id).kind == "rejected"


def test_what_waits_is_dropped_by_taking_it_back(bot: Settings, outbox: Outbox, clock: Clock) -> None:
    entry = put(outbox, clock)
    assert courier(bot, clock).take_back(entry.id).kind == "sent"
    assert outbox.claim(clock()) is None


def test_a_picture_stands_in_the_thread(bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack) -> None:
    put(outbox, clock, picture=b"\x89PNG")
    courier(bot, clock).deliver()
    message, picture = fake_slack.posted
    assert (picture.file, picture.thread, picture.text) == (b"\x89PNG", message.ts, "Overview")


@pytest.mark.parametrize("trouble", ["refused", "scope"])
def test_a_picture_that_fails_never_fails_the_share(
    bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack, trouble: str
) -> None:
    if trouble == "refused":
        fake_slack.uploads = "refused"
    else:
        fake_slack.scopes = "chat:write"
    entry = put(outbox, clock, picture=b"\x89PNG")
    courier(bot, clock).deliver()
    found = outbox.get(entry.id)
    assert (found.state, found.notice.id) == ("sent", "slack.sent_without_picture")
    assert "files:write" in EN.notice(found.notice)
    assert len(fake_slack.posted) == 1


def test_a_picture_goes_to_a_safe_address_alone(
    bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack
) -> None:
    with FakeSlack() as other:
        fake_slack.uploads_to = other.url.replace("127.0.0.1", "0.0.0.0")
        entry = put(outbox, clock, picture=b"\x89PNG")
        courier(bot, clock).deliver()
        assert other.requests == []
    assert outbox.get(entry.id).notice.id == "slack.sent_without_picture"


@pytest.mark.parametrize("taken", [False, True], ids=["before", "after"])
def test_a_picture_whose_sender_was_killed_is_put_there_once(
    bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    upload = calls.upload

    def killed(*given: object) -> Outcome:
        if taken:
            upload(*given)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    entry = put(outbox, clock, picture=b"\x89PNG")
    monkeypatch.setattr(calls, "upload", killed)
    with pytest.raises(KeyboardInterrupt):
        courier(bot, clock).deliver()
    monkeypatch.undo()
    for _ in range(2):
        courier(bot, clock).deliver()
    assert [posted.file for posted in fake_slack.posted] == [None, b"\x89PNG"]
    assert outbox.get(entry.id).state == "sent"


def test_a_picture_cut_off_between_noting_and_showing_it_is_told(
    bot: Settings, outbox: Outbox, clock: Clock, fake_slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = put(outbox, clock, picture=b"\x89PNG")
    show = calls._call

    def killed(method: str, *given: Any) -> Any:
        if method == "files.completeUploadExternal":
            raise KeyboardInterrupt
        return show(method, *given)

    monkeypatch.setattr(calls, "_call", killed)
    with pytest.raises(KeyboardInterrupt):
        courier(bot, clock).deliver()
    monkeypatch.undo()
    courier(bot, clock).deliver()
    assert [posted.file for posted in fake_slack.posted] == [None]
    assert "may be missing" in EN.notice(outbox.get(entry.id).notice)
    other = put(outbox, clock, key="other", picture=b"\x89PNG")
    courier(bot, clock).deliver()
    assert outbox.get(other.id).notice.id == "slack.sent"


def test_a_broken_outbox_is_put_aside_and_a_new_one_begun(bot: Settings, outbox: Outbox, clock: Clock) -> None:
    put(outbox, clock)
    outbox.path.write_bytes(b"this is no database at all" * 100)
    again = Outbox(bot.state_dir)
    put(again, clock)
    assert again.set_aside is not None
    assert again.set_aside.read_bytes().startswith(b"this is no")
    outbox.path.write_bytes(b"nor is this" * 1000)
    with pytest.raises(OutboxError, match="outbox_broken"):
        put(again, clock)
    put(again, clock)


def test_an_outbox_that_cannot_be_written_says_so_and_nothing_is_posted(
    snapshot: Snapshot, bot: Settings, fake_slack: FakeSlack, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    outcome = share(snapshot, View(), replace(bot, state_dir=blocked / "state"), EN)
    assert outcome.kind == "not_sent"
    assert "AIOPS_STATE_DIR" in EN.notice(outcome.notice)
    assert texts(fake_slack) == []


def test_an_outbox_that_somebody_holds_says_so(
    snapshot: Snapshot, bot: Settings, monkeypatch: pytest.MonkeyPatch, outbox: Outbox, clock: Clock
) -> None:
    monkeypatch.setattr("aiops_tui.slack.outbox._BUSY_SECONDS", 0.01)
    put(outbox, clock)
    with closing(sqlite3.connect(outbox.path)) as db:
        db.execute("begin exclusive")
        outcome = share(snapshot, View(), bot, EN)
    assert "in use" in EN.notice(outcome.notice)


def test_a_full_disk_says_so(outbox: Outbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    put(outbox, clock)
    connect = outbox._connect

    def small() -> sqlite3.Connection:
        db = connect()
        pages = db.execute("pragma page_count").fetchone()[0]
        db.execute(f"pragma max_page_count = {pages}")
        return db

    monkeypatch.setattr(outbox, "_connect", small)
    with pytest.raises(OutboxError) as told:
        put(outbox, clock, "x" * 100_000)
    assert "No room" in EN.notice(told.value.notice) or "no room" in EN.notice(told.value.notice)


def test_an_outbox_that_fails_after_the_message_left_says_that_it_may_be_there(
    snapshot: Snapshot, bot: Settings, fake_slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object, **more: object) -> None:
        raise OutboxError(Notice("slack.outbox_full", {"path": "there", "reason": "disk full"}))

    monkeypatch.setattr(Outbox, "finish", fail)
    outcome = share(snapshot, View(), bot, EN)
    assert (outcome.kind, len(fake_slack.posted)) == ("unknown", 1)
    assert "may have been posted" in EN.notice(outcome.notice)
    monkeypatch.undo()
    Courier(bot, Outbox(bot.state_dir)).deliver()
    assert [entry.state for entry in Outbox(bot.state_dir).entries()] == ["unknown"]
    assert len(fake_slack.posted) == 1


def test_old_shares_are_forgotten_with_their_pictures(outbox: Outbox, clock: Clock) -> None:
    entry = put(outbox, clock, picture=b"png")
    waiting = put(outbox, clock, "two")
    outbox.mark(entry.id, "dropped", entry.notice, clock(), only=("waiting",))
    outbox.purge(clock() + 1)
    assert [each.id for each in outbox.entries()] == [waiting.id]
    assert outbox.picture(entry.id) is None
    outbox.purge(clock() + 2 * DAY)
    assert outbox.entries() == []


@pytest.mark.parametrize("way", ["share", "deliver"])
def test_what_people_said_is_not_kept_longer_than_it_was_wished(
    snapshot: Snapshot, bot: Settings, outbox: Outbox, way: str
) -> None:
    now = time.time()
    for days in (3.1, 2.9):
        entry, _ = outbox.put(draft(f"text of {days}", key=str(days)), now - days * DAY, again=True)
        outbox.mark(entry.id, "dropped", entry.notice, now - days * DAY, only=("waiting",))
    settings = replace(bot, share=replace(bot.share, keep_days=3))
    if way == "share":
        share(snapshot, View(), settings, EN)
    else:
        deliver(settings)
    assert "2.9" in {entry.key for entry in outbox.entries()}
    kept = b"".join(path.read_bytes() for path in bot.state_dir.iterdir())
    assert b"text of 2.9" in kept
    assert b"text of 3.1" not in kept


def outcome_twice(snapshot: Snapshot, settings: Settings, wish: Wish) -> tuple[Outcome, Outcome]:
    return share(snapshot, View(), settings, EN), share(snapshot, View(), settings, EN, wish)


def test_the_same_view_is_not_posted_again_at_once_unless_it_is_wished(
    snapshot: Snapshot, bot: Settings, fake_slack: FakeSlack
) -> None:
    first, second = outcome_twice(snapshot, bot, Wish())
    assert second.notice.id == "slack.already"
    assert second.permalink == first.permalink
    assert len(fake_slack.posted) == 1
    assert share(snapshot, View("sentiment"), bot, EN).notice.id == "slack.sent"
    outcome_twice(snapshot, bot, Wish(again=True))
    assert len(fake_slack.posted) == 3


def test_the_same_view_is_posted_again_after_half_a_minute(outbox: Outbox, clock: Clock) -> None:
    first, _ = outbox.put(draft(), clock())
    clock.sleep(29)
    assert outbox.put(draft(), clock()) == (first, False)
    clock.sleep(2)
    assert outbox.put(draft(), clock())[1]


_CHILD = """
import sys, time
from pathlib import Path
from dataclasses import replace
from aiops_tui.config import Secret, load_settings
from aiops_tui.slack.delivery import Courier
from aiops_tui.slack.outbox import Draft, Outbox
from aiops_tui.slack.parcel import Layout, Parcel
state, api, token, first, count = sys.argv[1:]
settings = replace(
    load_settings({"state_dir": Path(state)}, {}, Path(state)),
    slack_bot_token=Secret(token), slack_channel="#ops", slack_api_url=api,
)
outbox = Outbox(Path(state))
courier = Courier(settings, outbox, sleep=lambda seconds: time.sleep(0.001))
import aiops_tui.slack.delivery as delivery
delivery.GAP = 0.001
print("ready", flush=True)
for number in range(int(first), int(first) + int(count)):
    parcel = Parcel(f"share {number}", (Layout(({"type": "divider"},)),))
    print(number, flush=True)
    outbox.put(Draft(str(number), "day", "#ops", "kim", "title", parcel.to_json(), threaded=False), time.time())
    print(f"put {number}", flush=True)
    courier.deliver()
courier.deliver()
print("done", flush=True)
"""


def test_killed_at_any_point_it_loses_nothing_and_doubles_nothing(
    bot: Settings, fake_slack: FakeSlack, outbox: Outbox
) -> None:
    rounds, each, chance = 5, 6, random.Random(5)
    written: set[int] = set()
    for turn in range(rounds + 1):
        count = 0 if turn == rounds else each
        command = [
            sys.executable, "-c", _CHILD, str(bot.state_dir), fake_slack.api_url, fake_slack.token,
            str(turn * each), str(count),
        ]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            if turn < rounds:
                time.sleep(chance.uniform(0.0, 0.15))
                child.send_signal(signal.SIGKILL)
            written |= {int(line.split()[1]) for line in child.stdout if line.startswith("put ")}
    posted = texts(fake_slack)
    assert len(set(posted)) == len(posted)
    states = {entry.key: entry.state for entry in outbox.entries()}
    assert written <= {int(key) for key in states}
    assert set(states.values()) <= {"sent", "unknown"}
    for key, state in states.items():
        assert state == "unknown" or f"share {key}" in posted
    assert all(states[text.removeprefix("share ")] in {"sent", "unknown"} for text in posted)


@pytest.mark.parametrize("lose", [lambda slack: setattr(slack, "mode", "no_native")])
def test_what_slack_refuses_is_told_another_way(
    snapshot: Snapshot, bot: Settings, fake_slack: FakeSlack, lose: Callable[[FakeSlack], None]
) -> None:
    lose(fake_slack)
    assert share(snapshot, View(), bot, EN).kind == "sent"
    assert {block["type"] for block in first_blocks(fake_slack.posted[0])} >= {"table"}
    assert "Slack refused" in str(fake_slack.posted[0].body)
    fake_slack.mode = "no_blocks"
    outcome = share(snapshot, View("logs"), bot, EN)
    assert outcome.notice.id == "slack.sent_plain"
