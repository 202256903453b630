"""The registrar's right to write: a lease in the database with a number that only grows, and the number held at the ledger.

The lease says who may write; the number at the ledger stops who still believes it. A registrar that stood still (a paused
machine, a lost network) while another took over finds a higher number at the ledger, under the ledger's own lock, and
writes nothing more.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from collector.errors import FleetError, RegistrarHeld
from collector.fleet.database import Database
from evidence.files import write_whole
from evidence.ledger import FileLedger

FILE = "registrar"
"""Beside the ledger's own files: the highest number that wrote here."""
PARTS = 4
"""Times that a lease is renewed in its length."""


class Fence:
    """The number at the ledger."""

    def __init__(self, ledger: FileLedger) -> None:
        self._ledger = ledger
        self._path = ledger.folder / FILE

    @property
    def highest(self) -> int:
        """The highest number that was ever raised; 0 before the first."""
        try:
            return int(self._path.read_text("ascii"))
        except FileNotFoundError:
            return 0
        except ValueError as error:
            raise FleetError(f"{self._path} 应为一个整数，已损坏：请核对账本后删除该文件") from error

    def raise_to(self, number: int) -> None:
        """Shut out all lower numbers; raises RegistrarHeld for a number that is shut out itself."""
        with self._ledger.exclusive():
            self._check(number)
            write_whole(self._path, str(number).encode("ascii"))

    @contextmanager
    def passed(self, number: int) -> Iterator[None]:
        """Hold the ledger for the length of the block; raises RegistrarHeld where a higher number has written."""
        with self._ledger.exclusive():
            self._check(number)
            yield

    def _check(self, number: int) -> None:
        if number < self.highest:
            raise RegistrarHeld("登记权已被另一台机器接管，本机不再写入账本；已移交的结果由对方登记")


class Lease:
    """The registrar's lease; moments are the database's, so that no machine's clock matters."""

    def __init__(self, database: Database, fence: Fence, seconds: int) -> None:
        self._database = database
        self._fence = fence
        self._seconds = seconds
        self.number = 0
        self._renewed = 0.0

    def take(self) -> None:
        """Take the lease and shut out whoever had it; raises RegistrarHeld where another holds it still."""
        owner = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"  # in containers the first two repeat
        got = self._database.ask(
            "INSERT INTO quzheng_lease (one, token, owner, until)"
            " VALUES (true, %s, %s, now() + make_interval(secs => %s))"
            " ON CONFLICT (one) DO UPDATE SET token = greatest(quzheng_lease.token + 1, excluded.token),"
            " owner = excluded.owner, until = excluded.until"
            " WHERE quzheng_lease.until < now() RETURNING token",
            [self._fence.highest + 1, owner, self._seconds],
        )
        if not got:
            held = self._database.ask("SELECT owner FROM quzheng_lease")
            raise RegistrarHeld(
                f"登记权现由 {held[0][0] if held else '另一台机器'} 持有：同一账本同时只能有一台机器登记"
            )
        self.number = got[0][0]
        self._fence.raise_to(self.number)

    def renew(self) -> None:
        """Hold it on, where a part of its time has passed; raises RegistrarHeld where it was lost."""
        if time.monotonic() - self._renewed < self._seconds / PARTS:
            return
        kept = self._database.ask(
            "UPDATE quzheng_lease SET until = now() + make_interval(secs => %s) WHERE token = %s RETURNING token",
            [self._seconds, self.number],
        )
        if not kept:
            raise RegistrarHeld("登记权已被另一台机器接管，本机停止登记")
        self._renewed = time.monotonic()

    def give_back(self) -> None:
        """Let the next one have it at once."""
        self._database.ask("UPDATE quzheng_lease SET until = now() WHERE token = %s", [self.number])

    def passed(self) -> AbstractContextManager[None]:
        """Hold the ledger for the length of a block, as the registrar; raises RegistrarHeld."""
        return self._fence.passed(self.number)
