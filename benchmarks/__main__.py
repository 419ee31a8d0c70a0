"""The command line: ``data`` makes data sets, ``run`` measures and prints a table."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cases import CASES
from benchmarks.dataset import Shape
from benchmarks.report import Figure, machine, table
from benchmarks.setting import Setting
from benchmarks.stores import PostgreSQL, SQLite, Store

_STORES = {"postgresql": PostgreSQL, "sqlite": SQLite}


def main(arguments: Sequence[str]) -> int:
    """Run a command line; the status is 1 where a bar was missed."""
    options = _parser().parse_args(arguments)
    # What is killed by a patience other than ours stops its server all the same.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    store: Store = _STORES[options.database](Path(options.folder).absolute())
    try:
        setting = Setting(store, Shape(options.rows, options.days), options.rounds, options.minutes)
        return (
            _data(setting, options.topics, dense=options.equal_density)
            if options.command == "data"
            else _run(setting, options)
        )
    finally:
        store.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    data = commands.add_parser("data", help="make a data set; run makes those that it needs")
    data.add_argument("--equal-density", action="store_true", help="the set of 100,000 rows that is as dense in time")
    data.add_argument("--topics", type=int, default=0, help="so many distinct topics, up to half of the rows")
    run = commands.add_parser("run", help="measure, and print a table")
    run.add_argument("--only", nargs="+", choices=CASES, default=list(CASES), metavar="NAME", help=", ".join(CASES))
    run.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    for command in (data, run):
        command.add_argument("--rows", type=int, default=200_000, help="conversations (%(default)s)")
        command.add_argument("--days", type=float, default=90, help="days that they spread over (%(default)s)")
        command.add_argument("--database", choices=_STORES, default="postgresql", help="%(default)s")
        command.add_argument("--folder", default="benchmark-data", help="where the data lie (%(default)s)")
        command.add_argument("--minutes", type=float, help="how long exact (10) and soak (60, simulated) write")
        command.add_argument("--rounds", type=int, default=3, help="repetitions of long ones (%(default)s)")
    return parser


def _data(setting: Setting, topics: int, *, dense: bool) -> int:
    started = time.monotonic()
    shape = setting.small() if dense else setting.crowded(topics) if topics else setting.whole()
    print(f"{shape.name}: {shape.rows:,} conversations, {time.monotonic() - started:.1f} s\n{setting.store.url(shape)}")
    return 0


def _run(setting: Setting, options: argparse.Namespace) -> int:
    figures: list[Figure] = []
    for name, case in CASES.items():
        if name in options.only:
            print(f"{name} …", file=sys.stderr)
            for figure in case(setting):
                figures.append(figure)
                print(table([figure], markdown=False).partition("\n")[2], file=sys.stderr)
    print(f"{machine(setting.store.version)}; {setting.shape.rows:,} conversations over {setting.shape.days:g} days\n")
    print(table(figures, markdown=options.markdown))
    return int(any(figure.verdict == "MISSED" for figure in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
