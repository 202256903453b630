"""One register: the entries of a registry's export, and what is wrong with the rows that are none.

Sites go by their code (网站标识码), accounts by platform and platform id; a name or nickname is a label and matches
nothing. A row that cannot be used is told with file, sheet, row, column, what it holds and what was expected; it is
kept as a loose row, because it may be the very entry that somebody seems to lack.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from evidence.registers.lifecycle import State

Kind = Literal["site", "account"]
KINDS: tuple[Kind, ...] = ("site", "account")

FIELDS = {
    "name": "名称",
    "code": "网站标识码",
    "url": "网址",
    "unit": "主办单位",
    "supervisor": "主管单位",
    "platform": "平台类型",
    "platform_id": "平台ID",
    "certified_as": "认证主体",
    "state": "状态",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a file something stands."""

    file: str
    sheet: str
    row: int
    """Counts from 1, as spreadsheet programs show it."""
    column: str | None = None

    def __str__(self) -> str:
        cell = f"第{self.row}行" + (f"{self.column}列" if self.column else "")
        return f"{self.file} {cell}" if self.sheet == self.file else f"{self.file}〔{self.sheet}〕{cell}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something told of a row: a fault that keeps it out, or a repair that was made."""

    place: Place
    field: str
    got: str
    said: str

    def __str__(self) -> str:
        return f"{self.place}（{FIELDS.get(self.field, self.field)}）：{self.said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a register."""

    kind: Kind
    name: str
    place: Place
    code: str | None = None
    url: str | None = None
    unit: str | None = None
    supervisor: str | None = None
    region: str | None = None
    class_: str | None = None
    platform: str | None = None
    platform_id: str | None = None
    certified_as: str | None = None
    state: State = "unknown"
    state_said: str = ""
    state_on: date | None = None

    @property
    def key(self) -> str | None:
        """What it is matched by: the site code, or platform and platform id; None where it can be matched by nothing."""
        if self.kind == "site":
            return self.code
        return account_key(self.platform, self.platform_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What one file registers."""

    name: str
    """What people call it: 国家, 省, or the file's name."""
    sha256: str
    entries: tuple[Entry, ...]
    loose: tuple[Entry, ...]
    """Rows that name somebody but cannot be matched, as far as they could be read."""
    faults: tuple[Remark, ...]
    repairs: tuple[Remark, ...]
    unread: tuple[str, ...]
    """Sheets without headings, headings that are none of ours: one sentence each."""
    kinds: frozenset[Kind]
    """What it has tables of; a register of sites says nothing of accounts."""
    whole: bool = False
    """Whether who fetched it says that it is the whole register; without that, absence shows nothing."""
    fetched: datetime | None = None
    record: str | None = None
    """The record in which the file stands as an exhibit."""

    def of(self, kind: Kind) -> tuple[Entry, ...]:
        """Return the entries of one kind."""
        return tuple(entry for entry in self.entries if entry.kind == kind)


def account_key(platform: str | None, id: str | None) -> str | None:
    """Return what accounts are matched by; the platforms' numbers and names are told apart by case."""
    return f"{platform}/{id}" if platform and id else None


def each_remark(register: Register) -> Iterator[str]:
    """Yield all that is to be told of a register's reading, one sentence each."""
    yield from (f"未导入　{fault}" for fault in register.faults)
    yield from (f"已修正　{repair}" for repair in register.repairs)
    yield from (f"未读　　{sentence}" for sentence in register.unread)
