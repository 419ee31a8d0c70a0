"""A program that logs so many lines a second: ``python -m benchmarks.writer PATH LINES``, until it is ended."""

from __future__ import annotations

import signal
import sys
import time
from datetime import UTC, datetime

_BATCH = 0.01


def main(path: str, a_second: int) -> None:
    """Write lines with their numbers, and at last say how many."""
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: ended.append(number))
    n, started = 0, time.monotonic()
    with open(path, "a", encoding="utf-8", buffering=1 << 20) as file:  # noqa: PTH123
        while not ended:
            due = int((time.monotonic() - started) * a_second)
            stamp = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S,%f}"[:-3]
            for i in range(n, due):
                level = "   ERROR" if i % 50 == 0 else "    INFO"
                file.write(f"{stamp} [{level}] app.chat - #{i:09} user u{i % 5000} answered in {i * 31 % 3000} ms\n")
            file.flush()
            n = max(n, due)
            time.sleep(_BATCH)
    print(n)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
