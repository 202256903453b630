"""The access log of the desk: who looked at what, when and from where; each line names the one before it.

    desk/access-YYYY-MM-DD.jsonl    a canonical JSON line a request: {"address", "at", "method", "path", "previous", "role",
                                    "said", "status", "user"}; `previous` is the SHA-256 of the line before, without its line
                                    feed, over the days; 64 zeros of the first

A line is on the disk before its page is sent, so that a kill loses none; a line without its line feed was never
acknowledged and is cut. At the first line of a new day and when the desk stops, the ledger takes a leaf of kind `access`, key
DAY/LINES, digest the SHA-256 of the last line: what was logged until then cannot be changed without its being seen.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from evidence import canonical, digest, plain
from evidence.errors import DeskError, EvidenceError, ShapeError
from evidence.files import Exclusive, make_folder, sync_folder, write_synced
from evidence.ledger import Leaf
from evidence.proof import ACCESS
from evidence.span import local_day

log = logging.getLogger(__name__)

FIRST = "0" * 64
"""What the first line of all names as the one before it."""
LONGEST = 500
"""Characters of a path or a remark that are kept."""
_PREFIX, _SUFFIX = "access-", ".jsonl"
Anchor = Callable[[str, str], object]
"""Enters a leaf of kind `access` with a key and a digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line."""

    at: datetime
    user: str
    """Empty: somebody who is not logged in."""
    role: str
    address: str
    method: str
    path: str
    status: int
    said: str = ""
    """What was done, where the path does not tell; never a secret."""
    previous: str = FIRST


@dataclass(slots=True)
class _End:
    """Where the log ends."""

    day: str
    size: int
    lines: int
    last: str


class AccessLog:
    """Writes the log; processes take turns."""

    def __init__(self, folder: Path, anchor: Anchor) -> None:
        self._folder, self._anchor = folder, anchor
        self._lock = Exclusive(folder / "access.lock")
        self._end: _End | None = None

    def write(self, entry: Entry) -> None:
        """Add a line; it is on the disk when this returns. Raises DeskError where the disk does not take it."""
        try:
            with self._lock.held():
                end = self._found_end()
                day = max(local_day(entry.at).isoformat(), end.day if end else "")
                if end is not None and day != end.day:
                    self._enter(end)
                self._append(day, end, entry)
        except OSError as error:
            raise DeskError("访问日志写不下，页面不予显示：请联系管理员") from error

    def settle(self) -> None:
        """Enter in the ledger how far the log has come; done twice is no change."""
        with self._lock.held():
            if (end := self._found_end()) is not None:
                self._enter(end)

    def _append(self, day: str, end: _End | None, entry: Entry) -> None:
        fields = plain.dump(entry) | {
            "path": entry.path[:LONGEST],
            "said": entry.said[:LONGEST],
            "previous": end.last if end else FIRST,
        }
        line = canonical.encode(fields)
        path, new = _file(self._folder, day), end is None or day != end.day
        make_folder(self._folder)
        size = 0 if end is None or new else end.size
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            write_synced(handle, size, line + b"\n")
        finally:
            os.close(handle)
        if new:
            sync_folder(self._folder)
        lines = 1 if end is None or new else end.lines + 1
        self._end = _End(day, size + len(line) + 1, lines, digest.sha256(line))

    def _found_end(self) -> _End | None:
        """Return where the log ends now: another process may have written, or a kill left half a line."""
        days = days_of(self._folder)
        if not days:
            return None
        path, kept = _file(self._folder, days[-1]), self._end
        if kept is not None and kept.day == days[-1] and path.stat().st_size == kept.size:
            return kept
        *whole, _torn = path.read_bytes().split(b"\n")
        size = sum(len(line) + 1 for line in whole)
        if whole:
            self._end = _End(days[-1], size, len(whole), digest.sha256(whole[-1]))
        else:  # killed within its first line
            self._end = _End(days[-1], 0, 0, self._last_before(days[-1]))
        return self._end

    def _last_before(self, day: str) -> str:
        for earlier in reversed([one for one in days_of(self._folder) if one < day]):
            if lines := _lines(_file(self._folder, earlier)):
                return digest.sha256(lines[-1])
        return FIRST

    def _enter(self, end: _End) -> None:
        """Anchor the log; where the ledger does not take it now, the next day's anchor holds it too: lines name those before."""
        if not end.lines:
            return
        try:
            self._anchor(f"{end.day}/{end.lines}", end.last)
        except EvidenceError:
            log.exception("the access log of %s could not be entered in the ledger", end.day)


def days_of(folder: Path) -> list[str]:
    """Return the days that have a log, as ISO days, the earliest first."""
    names = (path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX) for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"))
    return sorted(name for name in names if _is_day(name))


def of_day(folder: Path, day: str) -> tuple[Entry, ...]:
    """Return the lines of a day, the earliest first; raises DeskError for a day without a log, or a line that is none."""
    if day not in days_of(folder):
        raise DeskError("这一天没有访问日志")
    return tuple(_load(line, day, n) for n, line in enumerate(_lines(_file(folder, day)), 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Some lines of a day."""

    lines: tuple[tuple[int, Entry], ...]
    """With their numbers, the latest first."""
    count: int
    """How many there are of those asked for."""
    users: tuple[str, ...]
    """All who stand in the day."""


def excerpt(folder: Path, day: str, user: str, *, skip: int, most: int) -> Excerpt:
    """Return lines of a day, of one user or (with "") of all, the latest first; a day of many thousands is read quickly.

    Raises DeskError for a day without a log, or a line that is none.
    """
    if day not in days_of(folder):
        raise DeskError("这一天没有访问日志")
    numbered = list(enumerate(_lines(_file(folder, day)), 1))
    who = [(n, line, _user(line, day, n)) for n, line in numbered]
    wanted = [(n, line) for n, line, name in reversed(who) if user in ("", name)]
    return Excerpt(
        lines=tuple((n, _load(line, day, n)) for n, line in wanted[skip : skip + most]),
        count=len(wanted),
        users=tuple(sorted({name for *_, name in who if name})),
    )


def _user(line: bytes, day: str, n: int) -> str:
    try:
        return str(json.loads(line)["user"])
    except (ValueError, TypeError, KeyError) as error:
        raise _no_line(day, n) from error


def _no_line(day: str, n: int) -> DeskError:
    return DeskError(f"{day} 第{n}行不是访问日志")


def faults(folder: Path, leaves: Iterable[Leaf]) -> Iterator[str]:
    """Yield where the log does not hang together, or is not what the ledger has of it; a sentence each, in Chinese."""
    anchored: dict[str, dict[int, str]] = {}
    for leaf in leaves:
        if leaf.kind == ACCESS:
            day, _, count = leaf.key.partition("/")
            anchored.setdefault(day, {})[int(count)] = leaf.digest
    previous = FIRST
    days = days_of(folder)
    for day in days:
        found = []
        for n, line in enumerate(_lines(_file(folder, day)), 1):
            try:
                entry = _load(line, day, n)
            except DeskError as error:
                yield str(error)
            else:
                if entry.previous != previous and previous == FIRST:
                    yield f"{day} 之前的访问日志不在了"
                elif entry.previous != previous:
                    yield f"{day} 第{n}行与它前面的一行接不上：有行被改动、增加或删去"
            previous = digest.sha256(line)
            found.append(previous)
        for lines, head in sorted(anchored.get(day, {}).items()):
            if lines > len(found) or found[lines - 1] != head:
                yield f"{day} 的前{lines}行与台账所记不符"
    missing = sorted(set(anchored) - set(days))
    yield from (f"台账记有 {day} 的访问日志，文件不在了" for day in missing)


def _load(line: bytes, day: str, n: int) -> Entry:
    try:
        return plain.load(Entry, canonical.decode(line))
    except (EvidenceError, ShapeError) as error:
        raise _no_line(day, n) from error


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().split(b"\n")[:-1]


def _file(folder: Path, day: str) -> Path:
    return folder / f"{_PREFIX}{day}{_SUFFIX}"


def _is_day(name: str) -> bool:
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False
