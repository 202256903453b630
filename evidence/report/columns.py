"""Column by column: what each fact says, whether it counted, and if not why not (逐栏事实)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from evidence.dossier import Dossier
from evidence.model import Fact
from evidence.report import words

Standing = Literal["counted", "undecided", "fine", "apart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table."""

    name: str
    path: str
    kind: str
    """Class and level (类别与层级)."""
    limit: str
    newest: str
    age: str
    seen: datetime | None
    exhibit: int | None
    """Number of the exhibit that shows it, from 1."""
    standing: Standing
    said: str
    url: str


def lines(dossier: Dossier) -> tuple[Line, ...]:
    """Return what was counted first, then what could not be told, what has no duty, and what is in order."""
    numbers = dossier.finding.numbers
    counted = {str(entry.get("label")): entry for entry in _entries(numbers, "counted")}
    excused = {str(entry.get("label")): str(entry.get("because")) for entry in _entries(numbers, "not_counted")}
    places = {exhibit.record.id: n for n, exhibit in enumerate(dossier.exhibits, 1)}
    facts = {fact.label: fact for fact in dossier.facts}
    found = [_of_fact(fact, fact.label in counted, excused.get(fact.label), places) for fact in facts.values()]
    found += [_of_entry(entry, places) for label, entry in counted.items() if label not in facts]
    order = ("counted", "undecided", "apart", "fine")
    return tuple(sorted(found, key=lambda line: order.index(line.standing)))


def _entries(numbers: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of a list in a finding's numbers; a finding may come from an office's own indicator."""
    entries = numbers.get(key)
    if isinstance(entries, list | tuple):
        yield from (entry for entry in entries if isinstance(entry, Mapping))


def _of_fact(fact: Fact, counted: bool, because: str | None, places: Mapping[str, int]) -> Line:
    standing, said = _standing(fact, counted, because)
    return Line(
        name=fact.name,
        path=fact.path,
        kind=_kind(fact.class_, fact.level),
        limit=words.limit(fact.limit),
        newest=_newest(fact),
        age="—" if fact.age_days is None else f"{fact.age_days}天",
        seen=fact.as_of,
        exhibit=places.get(fact.record or ""),
        standing=standing,
        said=said,
        url=fact.url,
    )


def _of_entry(entry: Mapping[str, Any], places: Mapping[str, int]) -> Line:
    level, age = entry.get("level"), entry.get("age_days")
    return Line(
        name=str(entry.get("name") or entry.get("label") or "—"),
        path="",
        kind=_kind(entry.get("class"), level if isinstance(level, int) else None),
        limit=words.limit(entry.get("limit") if isinstance(entry.get("limit"), str) else None),
        newest=str(entry.get("newest") or "—"),
        age=f"{age}天" if isinstance(age, int) else "—",
        seen=None,
        exhibit=places.get(str(entry.get("record"))),
        standing="counted",
        said="计入",
        url=str(entry.get("url") or ""),
    )


def _standing(fact: Fact, counted: bool, because: str | None) -> tuple[Standing, str]:
    if counted:
        return "counted", "计入"
    if because or fact.not_counted:
        return "apart", f"未计入：{because or fact.not_counted}"
    if fact.stale is None or fact.blank is None or fact.complete is not True:
        return "undecided", "未能判定" + (f"：缺{'；'.join(fact.missing)}" if fact.missing else "")
    if fact.blank or fact.stale:
        return "apart", "空白，本项不计" if fact.blank else "超期，本项不计"
    return "fine", "正常"


def _newest(fact: Fact) -> str:
    if fact.newest is not None:
        return fact.newest.isoformat()
    return "空白" if fact.blank else "未见日期"


def _kind(class_: object, level: int | None) -> str:
    said = [words.word(class_, words.CLASSES)] if class_ is not None else []
    if level is not None:
        said.append(f"{level}级")
    return " · ".join(said) or "台账未列"
