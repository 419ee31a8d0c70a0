"""The one command that writes: the backend's tables in an empty database."""

from __future__ import annotations

from aiops_tui.cli.invocation import Invocation
from aiops_tui.cli.problems import DONE, Stop
from aiops_tui.cli.screen import check_database_url
from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable


def init(run: Invocation) -> int:
    """Make the tables and say which."""
    check_database_url(run)
    settings = run.settings
    run.tell_settings()
    from aiops_tui.demo import NotEmptyError, NotMadeError, create_tables
    from aiops_tui.source.database import PostgreSQL, open_database

    database = open_database(settings)
    target = printable(database.target, 200)
    if isinstance(database, PostgreSQL):
        # To tell what is wrong with a connection is known there.
        database.connect()
        database.close()
    try:
        names = create_tables(settings.database_url.reveal().strip())
    except NotEmptyError as error:
        values = {"tables": ", ".join(error.names), "target": target}
        raise Stop(Notice("cli.init.not_empty", values)) from None
    except NotMadeError as error:
        values = {"reason": printable(error.reason, 200), "target": target}
        raise Stop(Notice("cli.init.failed", values)) from None
    print(run.translator("cli.init.made", tables=", ".join(names), target=target))  # noqa: T201
    return DONE
