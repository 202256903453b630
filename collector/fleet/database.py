"""The fleet's tables beside those of the queue, and one connection to them that outlives a restart of the database.

Every statement may run twice: where the connection breaks in the middle, nobody knows whether it came to pass.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

import procrastinate
import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from collector.errors import FleetError
from collector.fleet_settings import FleetSettings

log = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE IF NOT EXISTS quzheng_orders (
    id text PRIMARY KEY,                    -- RUN/TARGET/ATTEMPT
    run text NOT NULL,
    n bigint GENERATED ALWAYS AS IDENTITY,
    body text NOT NULL,                     -- order/1
    queue text NOT NULL,
    ended boolean NOT NULL DEFAULT false    -- its last handover was registered
);
CREATE TABLE IF NOT EXISTS quzheng_handovers (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE,
    run text NOT NULL,
    order_id text NOT NULL,
    kind text NOT NULL,                     -- check, capture, over, ended, reading
    body text NOT NULL,
    worker text NOT NULL,
    settled boolean NOT NULL DEFAULT false, -- the registrar has made of it what it is
    given timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS quzheng_handovers_open ON quzheng_handovers (run, n) WHERE NOT settled;
CREATE TABLE IF NOT EXISTS quzheng_runs (
    run text PRIMARY KEY,
    open boolean NOT NULL DEFAULT true,
    cut_off integer NOT NULL DEFAULT 0,
    begun timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS quzheng_workers (
    name text PRIMARY KEY,
    kind text NOT NULL,
    queue text NOT NULL,
    vantage text NOT NULL,
    seen timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS quzheng_pace (
    host text PRIMARY KEY,
    next_page timestamptz NOT NULL DEFAULT '-infinity',
    paused_until timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE TABLE IF NOT EXISTS quzheng_lease (
    one boolean PRIMARY KEY CHECK (one),
    token bigint NOT NULL,
    owner text NOT NULL,
    until timestamptz NOT NULL
);
"""
_SETTING_UP = 0x717A
"""Key of the lock under which the tables are made."""
_PAUSE = 0.5


def conninfo(settings: FleetSettings) -> str:
    """Return how the database is reached; raises FleetError where that is not said, or says a password."""
    try:
        parts = conninfo_to_dict(settings.database)
    except psycopg.ProgrammingError as error:
        raise FleetError(
            f"quzheng.yaml: fleet.database 写法不对（{error}）\n例：host=db dbname=quzheng user=quzheng"
        ) from error
    if not settings.database:
        raise FleetError(
            "quzheng.yaml: executor 为 fleet 时须写 fleet.database，例：host=db dbname=quzheng user=quzheng"
        )
    if "password" in parts:
        raise FleetError("quzheng.yaml: fleet.database 里不能写口令：请用 PGPASSFILE 或 PGPASSWORD")
    return settings.database


class Database:
    """A connection that is made anew where it breaks; one statement at a time, each a transaction."""

    def __init__(self, settings: FleetSettings) -> None:
        """Raises FleetError where the settings are wrong; the database is reached when it is first asked."""
        self._conninfo = conninfo(settings)
        self._patience = settings.patience_seconds
        self._turn = threading.Lock()
        self._connection: psycopg.Connection[TupleRow] | None = None

    def ask(self, statement: str, values: Sequence[Any] = ()) -> list[TupleRow]:
        """Return the rows that a statement gives, none for one that gives none.

        A database that is away is waited for; raises FleetError where it does not come back in time, or refuses.
        """
        until = time.monotonic() + self._patience
        while True:
            try:
                with self._turn:
                    return self._asked(statement, values)
            except psycopg.OperationalError as error:
                self._broken()
                if time.monotonic() >= until:
                    raise FleetError(
                        f"协同数据库连不上（{_short(error)}）：请查看 PostgreSQL 和 fleet.database"
                    ) from error
                log.warning("the database is away: %s", _short(error))
                time.sleep(_PAUSE)
            except psycopg.Error as error:
                raise FleetError(
                    f"协同数据库拒绝了请求（{_short(error)}）：请核对 fleet.database 及其用户的权限"
                ) from error

    def set_up(self) -> None:
        """Make the tables of the queue and ours, where they are not there yet."""
        self.ask("SELECT pg_advisory_lock(%s)", [_SETTING_UP])
        try:
            if self.ask("SELECT to_regclass('procrastinate_jobs')")[0][0] is None:
                self.ask(procrastinate.schema.SchemaManager.get_schema())
            self.ask(SCHEMA)
        finally:
            self.ask("SELECT pg_advisory_unlock(%s)", [_SETTING_UP])

    def close(self) -> None:
        """Let go of the connection."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _asked(self, statement: str, values: Sequence[Any]) -> list[TupleRow]:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
        with self._connection.cursor() as cursor:
            cursor.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def _broken(self) -> None:
        with self._turn:
            if self._connection is not None:
                self._connection.close()
            self._connection = None


def queue(settings: FleetSettings) -> procrastinate.App:
    """Return the queue on the same database."""
    return procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo(settings), max_size=4))


def _short(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
