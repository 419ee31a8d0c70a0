"""What is found in the message of a log entry."""

from __future__ import annotations

import time

import pytest

from aiops_tui.text.fields import fields_of, load_of


@pytest.mark.parametrize(
    ("origin", "message", "expected"),
    [
        ("app.api", "POST /chat user=u1 ms=12.", {"logger": "app.api", "user": "u1", "ms": "12."}),
        ("app chat.py:42 ask()", "boom", {"logger": "app", "file": "chat.py:42", "function": "ask()"}),
        ("", "request_id: 3f2a9c11 failed", {"request id": "3f2a9c11"}),
        ("", 'name="환불 요청" x', {"name": "환불 요청"}),
        ("", "CPU:12.3% | MEM:45.6% | DISK:70.1%", {"CPU": "12.3%", "MEM": "45.6%", "DISK": "70.1%"}),
        ("", "nothing here", {}),
    ],
)
def test_fields(origin: str, message: str, expected: dict[str, str]) -> None:
    assert dict(fields_of(origin, message)) == expected


def test_load() -> None:
    assert load_of("CPU:12.5% | MEM:250% | DISK:70%") == {"CPU": 0.125, "MEM": 1.0, "DISK": 0.7}


@pytest.mark.parametrize("text", ["a=" * 20_000, "request" * 10_000, "x" * 50_000, 'a="' * 20_000])
def test_no_message_takes_quadratic_time(text: str) -> None:
    start = time.thread_time()
    fields_of(text, text)
    assert time.thread_time() - start < 1
