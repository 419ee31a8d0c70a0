"""The backend's tables as it creates them: no index but the primary keys, and evaluations as pandas writes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    URL,
    BigInteger,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    inspect,
    make_url,
)
from sqlalchemy.pool import NullPool

from aiops_tui.demo.errors import NotEmptyError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

METADATA = MetaData()

DEMO_ID = 0x41494F70
"""What tells an SQLite file of a demo from one with real conversations: its application_id."""

_DEMO_COMMENT = "aiops-tui demo"

CONVERSATIONS = Table(
    "conversation_log",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", String(50)),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("sentiment", String(2000)),
    Column("topic", String(1000)),
    Column("created_at", DateTime(timezone=True), server_default=func.now()),
)

FEEDBACK = Table(
    "feedback_log",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", Integer, ForeignKey("conversation_log.id")),
    Column("feedback", String(10)),
    Column("reason", String(255)),
    Column("created_at", DateTime(timezone=True), server_default=func.now()),
)

EVALUATIONS = Table(
    "conversation_evaluation",
    METADATA,
    Column("conversation_id", BigInteger),
    Column("user_id", Text),
    Column("question", Text),
    Column("answer", Text),
    Column("sentiment", Text),
    Column("topic", Text),
    Column("created_at", DateTime(timezone=True)),
    Column("relevance", Float(53)),
    Column("clarity", Float(53)),
    Column("emotion", Float(53)),
    Column("comment", Text),
)


def open_engine(target: str | Path) -> Engine:
    """Return an engine for an SQLite file or a URL, of which each transaction writes; it pools no connections.

    Raises:
        ValueError: if the URL is of a database that is neither PostgreSQL nor SQLite.
    """
    url = make_url(target) if isinstance(target, str) else URL.create("sqlite", database=str(target))
    kind = url.get_backend_name()
    if kind in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg2")
        return create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 10})
    if kind != "sqlite":
        raise ValueError(kind)
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": 0.25, "check_same_thread": False})
    event.listen(engine, "connect", _leave_transactions_alone)
    event.listen(engine, "begin", _begin)
    return engine


def _leave_transactions_alone(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Keep the driver from opening transactions by itself, so that a change of tables is inside one."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Take the write lock at once: a reader that turns writer later could fail without being able to wait."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def mark(connection: Connection) -> None:
    """Set down that the database is make-believe."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA application_id = {DEMO_ID}")
    else:
        connection.exec_driver_sql(f"COMMENT ON TABLE conversation_log IS '{_DEMO_COMMENT}'")


def is_marked(connection: Connection) -> bool:
    """Tell whether the database is make-believe."""
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql("PRAGMA application_id").scalar() == DEMO_ID
    query = "SELECT obj_description(to_regclass('conversation_log'), 'pg_class')"
    return connection.exec_driver_sql(query).scalar() == _DEMO_COMMENT


def make_tables(connection: Connection) -> list[str]:
    """Make the tables within the caller's transaction and return their names.

    Raises:
        NotEmptyError: if any of them exists, naming those.
    """
    there = inspect(connection)
    existing = [name for name in METADATA.tables if there.has_table(name)]
    if existing:
        raise NotEmptyError(*existing)
    METADATA.create_all(connection, checkfirst=False)
    return list(METADATA.tables)
