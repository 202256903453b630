"""One night at a time for a workspace: a lock that says who holds it, and since when there was a sign of life.

The system's own lock tells for certain whether a process of this machine still holds it, whatever its number and in
whatever container. Of another machine only its signs of life tell, so its lock is taken over when they have stopped.
"""

from __future__ import annotations

import fcntl
import getpass
import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from collector.clock import Clock
from collector.errors import NightHeld
from evidence import plain
from evidence.errors import ShapeError
from evidence.files import make_folder
from evidence.span import local_text

log = logging.getLogger(__name__)

BEAT = 30.0
"""Seconds between two signs of life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who holds the lock."""

    owner: str
    host: str
    pid: int
    since: datetime
    alive: datetime
    """The last sign of life."""

    def told(self, now: datetime) -> str:
        """Return who it is, for people."""
        minutes = int((now - self.alive).total_seconds() // 60)
        since = local_text(self.since)
        return f"{self.owner}@{self.host}（进程 {self.pid}，{since} 起，{max(0, minutes)} 分钟前仍在运行）"


@contextmanager
def held(path: Path, clock: Clock, *, stale: timedelta, beat: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock for the length of the block; raises NightHeld where somebody else does.

    What a process of this machine left behind is taken over at once, what another machine left after `stale` without a
    sign of life; the log says so. `beat` is called, in a thread of its own, with each sign of life.
    """
    make_folder(path.parent)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        found = _read(handle)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NightHeld(_refusal(found, clock.now())) from None
        found = _read(handle)
        _take_over(found, clock.now(), stale)
        mine = _mine(clock.now())
        _write(handle, mine)
        stop = threading.Event()
        beating = threading.Thread(target=_beat, args=(handle, mine, clock, stop, beat), daemon=True, name="night-lock")
        beating.start()
        try:
            yield
        finally:
            stop.set()
            beating.join()
            with suppress(OSError):
                os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def holder(path: Path) -> Owner | None:
    """Return who holds the lock, or left it behind; None where it is free."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return _read(handle)
    finally:
        os.close(handle)


def _take_over(found: Owner | None, now: datetime, stale: timedelta) -> None:
    """Say whose lock is taken over; raises NightHeld where another machine gave a sign of life lately."""
    if found is None:
        return
    if found.host != socket.gethostname() and abs(now - found.alive) < stale:
        raise NightHeld(_refusal(found, now))
    log.warning("the lock of %s is taken over: nobody holds it any more", found.told(now))


def _refusal(found: Owner | None, now: datetime) -> str:
    who = found.told(now) if found else "另一个进程"
    return f"这个工作区的夜间任务正由 {who} 进行，同一时间只能有一个；没有改动任何内容"


def _mine(now: datetime) -> Owner:
    return Owner(owner=_user(), host=socket.gethostname(), pid=os.getpid(), since=now, alive=now)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())  # a container's user without a name


def _beat(handle: int, mine: Owner, clock: Clock, stop: threading.Event, beat: Callable[[], None]) -> None:
    while not stop.wait(BEAT):
        try:
            _write(handle, replace(mine, alive=clock.now()))
            beat()
        except OSError as error:
            log.warning("the lock cannot be written: %s", error)


def _read(handle: int) -> Owner | None:
    try:
        return plain.load(Owner, json.loads(os.pread(handle, 10_000, 0)))
    except (ValueError, ShapeError):
        return None


def _write(handle: int, owner: Owner) -> None:
    body = json.dumps(plain.dump(owner), ensure_ascii=False).encode() + b"\n"
    os.pwrite(handle, body, 0)
    os.ftruncate(handle, len(body))
