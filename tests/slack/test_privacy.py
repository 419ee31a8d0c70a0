"""What is kept back: nobody's id, no word of a conversation, and no number or address within other texts."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.config import Settings
from aiops_tui.config.shares import CONTACTS, TEXTS, USERS
from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Column, Heatmap, Notice, Snapshot, Table
from aiops_tui.model.view import View
from aiops_tui.slack import Wish, preview, share
from aiops_tui.slack.privacy import MASK, Veil, masked, pseudonym_key
from aiops_tui.text.translations import Translator
from tests.fakeslack import FakeSlack
from tests.strategies import for_snapshots, snapshots, views

EN = Translator("en")
SECRETS = (
    "010-1234-5678", "01012345678", "010 1234 5678", "+82 10-1234-5678", "02-123-4567", "031)123-4567", "1588-1234",
    "070-1234-5678", "+1 (415) 555-2671", "900101-1234567", "9001011234567", "900101 2234567",
    "4111-1111-1111-1111", "4111 1111 1111 1111", "4111111111111111", "3782 822463 10005",
    "kim.min@example.co.kr", "kim+tag@mail.example.com", "김철수@example.com",
    "xoxb-1234567890-AbCdEfGh", "sk-proj-abcdefghijklmnop1234", "ghp_abcdefghijklmnopqrstuvwxyz012345",
    "AKIAIOSFODNN7EXAMPLE", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "d41d8cd98f00b204e9800998ecf8427e",
    "０１０－１２３４－５６７８", "010\u20111234\u20115678",
)  # fmt: skip
HARMLESS = (
    "결제 오류", "환불 35,800원", "2026-11-22 16:50:43", "12,430", "v1.2.3", "error 500 in 1200 ms", "order 20261122",
    "192.168.0.12", "user@", "@here", "1/2", "100%", "19,900원", "iPhone 15 Pro", "status=404",
)  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("around", ["{}", "제 번호는 {}입니다", "tel:{},", "[{}]", "a {} b"])
def test_numbers_addresses_and_tokens_are_masked_wherever_they_stand(secret: str, around: str) -> None:
    text = masked(around.format(secret))
    assert secret not in text
    assert MASK in text
    before, _, after = around.partition("{}")
    assert text.startswith(before)
    assert text.endswith(after)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_none_of_that_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Authorization: Bearer abcdefgh12345", "Authorization: Bearer •••"),
        ("postgresql://ops:hunter2@db/chat", "postgresql://•••@db/chat"),
        ("password=hunter2 retry=3", "password=••• retry=3"),
    ],
)
def test_log_lines_lose_their_secrets(text: str, rest: str) -> None:
    assert masked(text) == rest


@given(st.text(max_size=300))
def test_any_text_can_be_masked_and_masking_is_done_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)


def test_a_pseudonym_is_stable_and_nobody_without_the_key_can_tell_whose(tmp_path: Path) -> None:
    state = tmp_path / "state"
    key = pseudonym_key(state)
    assert pseudonym_key(state) == key
    assert stat.S_IMODE((state / "pseudonyms.key").stat().st_mode) == 0o600
    veil, other = Veil(key=key), Veil(key=pseudonym_key(tmp_path / "other"))
    assert veil.user("u1832") == veil.user("u1832") != veil.user("u1833")
    assert other.user("u1832") != veil.user("u1832")
    assert "u1832" not in veil.user("u1832")
    assert key.hex() not in repr(veil)


def test_a_state_folder_that_cannot_be_written_gives_pseudonyms_of_this_process(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert pseudonym_key(tmp_path / "file" / "state") == pseudonym_key(tmp_path / "file" / "state")


def _secret_snapshot(snapshot: Snapshot) -> tuple[Snapshot, View]:
    """A snapshot and view that hold a secret in every place that a person's data can come to."""
    now = datetime(2026, 11, 22, tzinfo=UTC)
    names = ("kim-secret", "전화 010-1234-5678", "what they asked", "why they dislike it")
    columns = (Column("time", "time"), Column("user_id", "user"), Column("topic", "topic"), Column("question", "text"))
    recent = Table("recent", columns, ((now, *names[:3]),), 1, ("17",))
    users = Table(
        "users", (Column("user_id", "user"), Column("conversations", "count")), ((names[0], 3),), 1, names[:1]
    )
    reasons = Table("reasons", (Column("reason", "text"), Column("count", "count")), ((names[3], 2),), 1)
    topics = Table("topics", (Column("topic", "topic"),), ((names[1],),), 1, (names[1],))
    heat = Heatmap("topic_criterion", "score", ("clarity",), (names[1],), ((7.0,),), ((50,),))
    entries = Table(
        "entries", (Column("time", "time"), Column("message", "text")), ((now, "login of 010-1234-5678 failed"),), 1
    )
    panels = (recent, users, reasons, topics, heat, entries)
    tabs = dict.fromkeys(("overview", "users", "feedback", "sentiment", "logs"), panels)
    view = View(filter=Filter.parse('user:kim-secret "010-1234-5678"'))
    warnings = (Notice("slack.error.not_in_channel", {"channel": "010-1234-5678"}),)
    return replace(snapshot, tabs=tabs, filter=str(view.filter), warnings=warnings), view


@pytest.mark.parametrize("tab", ["overview", "users", "feedback", "sentiment", "logs"])
@pytest.mark.parametrize("form", ["native", "picture", "text"])
def test_nothing_of_it_is_in_what_is_posted_in_any_layout(
    snapshot: Snapshot, bot: Settings, fake_slack: FakeSlack, tab: str, form: str
) -> None:
    secret, view = _secret_snapshot(snapshot)
    share(secret, replace(view, tab=tab), bot, EN, Wish(form=form))  # type: ignore[arg-type]
    told = json.dumps([posted.body for posted in fake_slack.posted], ensure_ascii=False)
    kept = b"".join(path.read_bytes() for path in bot.state_dir.iterdir()).decode("utf-8", "replace")
    for word in ("kim-secret", "010-1234-5678", "what they asked", "why they dislike"):
        assert word not in told
        if word != "kim-secret":
            assert word not in kept


def test_one_share_can_show_what_is_kept_back_by_default(snapshot: Snapshot, bot: Settings) -> None:
    secret, view = _secret_snapshot(snapshot)
    users = replace(view, tab="users")
    assert "kim-secret" not in preview(secret, users, bot, EN)
    assert "kim-secret" in preview(secret, users, bot, EN, Wish(redact=frozenset({TEXTS, CONTACTS})))
    shown = Veil(frozenset({USERS}), b"k").snapshot(secret, view)
    assert "why they dislike it" in repr(shown)
    assert "kim-secret" not in repr(shown)


@for_snapshots
@given(snapshots(), views())
def test_any_snapshot_keeps_its_shape_behind_the_veil(snapshot: Snapshot, view: View) -> None:
    veil = Veil(key=b"k")
    hidden = veil.snapshot(snapshot, view)
    assert hidden.tabs.keys() == snapshot.tabs.keys()
    for tab, panels in hidden.tabs.items():
        for panel in panels:
            if isinstance(panel, Table):
                assert all(len(row) == len(panel.columns) for row in panel.rows)
                open_to_all = tab == "logs" or panel.id == "entries"
                assert open_to_all or all(column.unit != "text" for column in panel.columns[1:])
    assert set(Filter.parse(hidden.filter).terms) == set(veil.filter(view.filter).terms)


def test_a_note_is_masked_like_other_texts(snapshot: Snapshot, bot: Settings) -> None:
    note = "call 010-1234-5678"
    assert "call •••" in preview(snapshot, View(), bot, EN, Wish(note=note))
    assert note not in preview(snapshot, View(), bot, EN, Wish(note=note))
    assert note in preview(snapshot, View(), bot, EN, Wish(note=note, redact=frozenset()))


def test_only_allowed_channels_are_posted_to(snapshot: Snapshot, bot: Settings, fake_slack: FakeSlack) -> None:
    only = replace(bot, share=replace(bot.share, channels=("#elsewhere",)))
    outcome = share(snapshot, View(), only, EN)
    assert outcome.notice.id == "slack.not_allowed"
    assert fake_slack.requests == []
    also = replace(bot, share=replace(bot.share, channels=("ops",)))
    assert share(snapshot, View(), also, EN).kind == "sent"


def test_a_channel_that_others_read_is_warned_of_first(
    snapshot: Snapshot, bot: Settings, fake_slack: FakeSlack
) -> None:
    fake_slack.scopes = "chat:write,files:write,channels:read"
    partners = replace(bot, slack_channel="#partners")
    outcome = share(snapshot, View(), partners, EN)
    assert outcome.notice.id == "slack.external"
    assert fake_slack.posted == []
    assert share(snapshot, View(), partners, EN, Wish(external=True)).kind == "sent"
    assert share(snapshot, View("logs"), bot, EN).kind == "sent"


def test_the_name_of_a_host_can_be_replaced(snapshot: Snapshot, bot: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "db-7.internal")
    assert "db-7" in preview(snapshot, View(), bot, EN)
    named = replace(bot, share=replace(bot.share, source_name="production"))
    text = preview(snapshot, View(), named, EN)
    assert "production" in text
    assert "neon" not in text
    assert "db-7" not in text


@pytest.mark.parametrize(
    ("kinds", "kept"), [({TEXTS}, 1), ({USERS}, 1), ({CONTACTS}, 2), (set(), 2), ({TEXTS, USERS, CONTACTS}, 1)]
)
def test_the_stream_of_conversations_is_left_out_of_a_log_where_it_would_tell_of_them(
    kinds: set[str], kept: int
) -> None:
    columns = (Column("time", "time"), Column("level", "level"), Column("source", "text"), Column("message", "text"))
    rows = ((None, "error", "app.log", "boom"), (None, "negative", "conversations", "kim · refund · where is it?"))
    log = Table("entries", columns, rows, None, ("1", "2"))
    veiled = Veil(frozenset(kinds)).panel(log, "logs")
    assert isinstance(veiled, Table)
    assert (len(veiled.rows), veiled.keys) == (kept, ("1", "2")[:kept])
