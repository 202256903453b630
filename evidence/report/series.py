"""The timeline of an exhibit's series: one cell a visit, grouped by day in Beijing time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from evidence import words
from evidence.catalog import Row

Kind = Literal["whole", "partial", "open", "ours", "theirs", "unknown", "aside"]

KINDS: dict[Kind, tuple[str, str]] = {
    "whole": ("●", "完整"),
    "partial": ("◐", "不完整"),
    "open": ("◇", "完整性未能确认"),
    "theirs": ("✕", "对方原因"),
    "ours": ("○", "我方原因"),
    "unknown": ("？", "原因未明"),
    "aside": ("▨", "已隔离"),
}
"""Each kind of visit with its sign (told apart without colour too) and its word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One visit."""

    kind: Kind
    sign: str
    said: str
    here: bool
    """Whether it is the exhibit itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The visits of one day."""

    day: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All visits of one target and label in the window."""

    days: tuple[Day, ...]
    legend: tuple[tuple[Kind, str, str, int], ...]
    """Kind, sign, word and how many."""
    visits: int
    whole: int


def timeline(rows: Iterable[Row], record: str) -> Timeline:
    """Return the timeline of a series with the exhibit `record` marked."""
    ordered = sorted(rows, key=lambda row: (row.started, row.key))
    days = tuple(
        Day(day=day, cells=tuple(_cell(row, record) for row in visits))
        for day, visits in groupby(ordered, key=lambda row: words.moment(row.started)[:10])
    )
    kinds = [_kind(row) for row in ordered]
    legend = tuple((kind, *KINDS[kind], kinds.count(kind)) for kind in KINDS if kind in kinds)
    return Timeline(days=days, legend=legend, visits=len(kinds), whole=kinds.count("whole"))


def _cell(row: Row, record: str) -> Cell:
    kind = _kind(row)
    said = f"{words.moment(row.started)} {KINDS[kind][1]}：{words.reason(row.outcome, row.reason)}"
    return Cell(kind=kind, sign=KINDS[kind][0], said=said, here=row.record == record)


def _kind(row: Row) -> Kind:
    if row.quarantined:
        return "aside"
    if row.complete:
        return "whole"
    if row.outcome == "captured":
        return "partial" if row.complete is False else "open"
    faults: dict[str, Kind] = {"ours": "ours", "theirs": "theirs"}
    return faults.get(row.fault, "unknown")
