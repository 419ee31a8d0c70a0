"""The make-believe backend's log files, in its formats and in UTC, as its server's clock runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from aiops_tui.demo.content import pick
from aiops_tui.demo.errors import NotEmptyError
from aiops_tui.demo.rhythm import BAD_NIGHT, OUTAGE, SEOUL, Condition, busyness
from aiops_tui.demo.service import Conversation

APP = "app.log"
MONITOR = "system_monitor.log"

_MARK = "aiops_tui.demo"
_LARGEST = 10_000_000
_KEPT = 5
_MONITORED = timedelta(days=7)
_MONITOR_STEP = timedelta(minutes=10)

_TRACEBACKS = (
    (
        "app.services.llm",
        "answer failed, giving up after 3 attempts",
        """Traceback (most recent call last):
  File "/app/app/services/llm.py", line 88, in complete
    response = await self.client.post(self.url, json=payload, timeout=30)
  File "/usr/local/lib/python3.11/site-packages/httpx/_client.py", line 1859, in post
    return await self.request("POST", url, json=json, timeout=timeout)
httpx.ReadTimeout: timed out

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/app/api/chat.py", line 41, in chat
    answer = await llm.complete(question)
app.errors.AnswerError: no answer within 30 s""",
    ),
    (
        "app.services.sentiment",
        "감정 분석 실패: 응답이 JSON이 아님",
        """Traceback (most recent call last):
  File "/app/app/services/sentiment.py", line 57, in analyse
    label = json.loads(text)["sentiment"]
  File "/usr/local/lib/python3.11/json/decoder.py", line 355, in raw_decode
    raise JSONDecodeError("Expecting value", s, err.value) from None
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)""",
    ),
    (
        "app.db.session",
        "commit failed, transaction rolled back",
        """Traceback (most recent call last):
  File "/app/app/db/session.py", line 33, in commit
    self.session.commit()
psycopg2.OperationalError: SSL connection has been closed unexpectedly""",
    ),
)


def line(moment: datetime, level: str, name: str, message: str) -> str:
    """Return a line of app.log."""
    return f"{moment:%Y-%m-%d %H:%M:%S} [{level:>8}] {name} - {message}"


def chat_lines(row: Conversation, condition: Condition, rng: Random) -> list[str]:
    """Return what the backend logs while it answers one conversation: a line, and seldom a warning or an error."""
    moment, seconds = row.created_at, 0.6 + rng.expovariate(0.7)
    message = f"POST /chat 200 {seconds * 1000:.0f}ms user={row.user_id or '-'} conversation={row.id}"
    lines = [line(moment, "INFO", "app.api.chat", message)]
    chance = rng.random()
    if seconds > 6:
        lines.append(line(moment, "WARNING", "app.services.llm", f"slow answer: {seconds:.1f}s, limit 6s"))
    if condition is OUTAGE and chance < 0.15:
        text = f"결제 승인 응답 시간 초과 (PG-408) gateway=pg-2 attempt={1 + int(chance * 20)}"
        lines.append(line(moment, "ERROR", "app.services.payment", text))
    elif condition is BAD_NIGHT and chance < 0.4:
        text = "search index unavailable, answering without documents"
        lines.append(line(moment, "WARNING", "app.services.retriever", text))
    elif chance < 0.0015:
        name, text, traceback = pick(rng, _TRACEBACKS)
        lines += [line(moment, "ERROR", name, text), *traceback.split("\n")]
    elif chance < 0.008:
        lines.append(line(moment, "WARNING", "app.services.topic", f"토픽이 비어 있음 conversation={row.id}"))
    elif chance < 0.03:
        lines.append(line(moment, "INFO", "app.services.sentiment", f"감정 분석 완료 batch={8 + int(chance * 900)}"))
    return lines


def monitor_line(moment: datetime, rng: Random) -> str:
    """Return a line of system_monitor.log: the busier the service, the busier the machine."""
    load = busyness(moment.astimezone(SEOUL))
    cpu = min(99.0, max(2.0, 12 + 38 * load + rng.gauss(0, 6)))
    memory = min(97.0, 41 + 9 * load + 4 * math.sin(moment.timestamp() / 40_000) + rng.gauss(0, 1))
    disk = 58 + moment.timestamp() / 3600 % 720 / 60
    level = "WARNING" if cpu > 80 else "INFO"
    return f"[{moment:%Y-%m-%d %H:%M:%S}] {level} - CPU:{cpu:.1f}% | MEM:{memory:.1f}% | DISK:{disk:.1f}%"


def monitor_lines(days: int, now: datetime, rng: Random) -> Iterator[str]:
    """Return the lines of the days before ``now``, a week at the most."""
    moment = now - min(timedelta(days=days), _MONITORED)
    while moment < now:
        yield monitor_line(moment, rng)
        moment += _MONITOR_STEP


def claim(folder: Path) -> None:
    """See to it that no log file but an earlier demo's would be written over.

    Raises:
        NotEmptyError: naming the files that are somebody's.
    """
    taken = [str(path) for path in (folder / APP, folder / MONITOR) if path.exists() and not _is_ours(path)]
    if taken:
        raise NotEmptyError(*taken)


def start(folder: Path, now: datetime, app: Iterable[str], monitor: Iterable[str]) -> None:
    """Write both files anew."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in ((APP, app), (MONITOR, monitor)):
        (folder / name).write_text("\n".join((_header(name, now), *lines)) + "\n", "utf-8")


def append(path: Path, moment: datetime, lines: list[str]) -> None:
    """Add lines to a log file that is a demo's or not there yet; a full one is rotated as the backend does."""
    if not lines:
        return
    if path.exists() and path.stat().st_size > _LARGEST:
        for number in range(_KEPT - 1, 0, -1):
            older = path.with_name(f"{path.name}.{number}")
            if older.exists():
                older.replace(path.with_name(f"{path.name}.{number + 1}"))
        path.replace(path.with_name(f"{path.name}.1"))
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [_header(path.name, moment), *lines]
    with path.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _header(name: str, moment: datetime) -> str:
    if name == APP:
        return line(moment, "INFO", _MARK, "make-believe log")
    return f"[{moment:%Y-%m-%d %H:%M:%S}] INFO - {_MARK}"


def _is_ours(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return _MARK in file.readline(500)
