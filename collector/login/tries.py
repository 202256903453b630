"""Counts the failed tries to log in, by account and day, over runs and processes: a locked account is a disaster.

A try is counted before it is made and taken back when it succeeds, so that a kill in between counts as a failure. The
file names no account: only a short keyed digest, which tells nobody whose it is.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collector.errors import LoginError
from evidence.files import Exclusive, write_whole

HERE = ZoneInfo("Asia/Shanghai")
"""Where a new day begins."""
SALT_BYTES = 16
_MARK_BYTES = 6


@dataclass(frozen=True, slots=True)
class Tries:
    """The tries of one workspace, `most` failed ones an account and day."""

    path: Path
    most: int
    _turns: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def turn(self, host: str, account: str) -> asyncio.Lock:
        """Return the lock that lets one visit of this process at a time log in to an account."""
        return self._turns[f"{host}\n{account}"]

    def begin(self, host: str, account: str, now: datetime) -> None:
        """Count a try; raises LoginError where the account had as many failed ones today as it may have."""
        with self._locked() as book:
            mark, day = book.mark(host, account), _day(now)
            if book.count(mark, day) >= self.most:
                raise LoginError("attempts_used_up", self._said(now))
            book.add(mark, day, 1)

    def succeeded(self, host: str, account: str, now: datetime) -> None:
        """Take a try back: it was none of the failed ones."""
        with self._locked() as book:
            book.add(book.mark(host, account), _day(now), -1)

    def exhaust(self, host: str, account: str, now: datetime) -> None:
        """Let an account rest for the day: the other side says that it is locked."""
        with self._locked() as book:
            mark, day = book.mark(host, account), _day(now)
            book.add(mark, day, max(0, self.most - book.count(mark, day)))

    def _said(self, now: datetime) -> str:
        tomorrow = (now.astimezone(HERE) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return (
            f"此账号今天登录失败已达 {self.most} 次，为免账号被锁定不再尝试；"
            f"{tomorrow:%Y-%m-%d %H:%M}（北京时间）后可再试，请先核对口令"
        )

    def _locked(self) -> _Open:
        return _Open(self.path)


class _Book:
    """What the file says: counts by day and account."""

    def __init__(self, written: dict[str, Any]) -> None:
        self.salt = bytes.fromhex(written["salt"])
        self.days: dict[str, dict[str, int]] = written["days"]

    def mark(self, host: str, account: str) -> str:
        """Return what stands for an account."""
        told = f"{host}\n{account}".encode()
        return hashlib.blake2b(told, key=self.salt, digest_size=_MARK_BYTES).hexdigest()

    def count(self, mark: str, day: str) -> int:
        """Return the tries of an account on a day that did not succeed."""
        return self.days.get(day, {}).get(mark, 0)

    def add(self, mark: str, day: str, number: int) -> None:
        """Count so many more; days before are forgotten."""
        left = max(0, self.count(mark, day) + number)
        self.days = {day: {**self.days.get(day, {}), mark: left}}

    def plain(self) -> dict[str, Any]:
        """Return the file's JSON."""
        return {"salt": self.salt.hex(), "days": self.days}


class _Open:
    """The book, locked for the length of a block, written back where the block ends well."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held = Exclusive(path.with_suffix(".lock")).held()

    def __enter__(self) -> _Book:
        self._held.__enter__()
        try:
            self._book = _Book(self._read())
        except BaseException:
            self._held.__exit__(None, None, None)
            raise
        return self._book

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                write_whole(self._path, json.dumps(self._book.plain()).encode(), mode=0o600)
        finally:
            self._held.__exit__(None, None, None)

    def _read(self) -> dict[str, Any]:
        """Return what is written; where it cannot be read, nothing may be tried: it might be one too many."""
        try:
            written: dict[str, Any] = json.loads(self._path.read_bytes())
            _Book(written).count("", "")
        except FileNotFoundError:
            return {"salt": secrets.token_bytes(SALT_BYTES).hex(), "days": {}}
        except (ValueError, KeyError, TypeError, AttributeError):
            said = f"{self._path} 不能读取，无法知道今天失败过几次，没有登录；核对后可删除此文件"
            raise LoginError("tries_unknown", said) from None
        return written


def _day(now: datetime) -> str:
    return now.astimezone(HERE).date().isoformat()
