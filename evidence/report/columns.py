"""Column by column: what each fact says, whether it counted, and if not why not (逐栏事实)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from evidence import words
from evidence.dossier import Dossier
from evidence.model import Fact

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
    places = {exhibit.record.id: n for n, exhibit in enumerate(dossier.exhibits, 1)}
    told = {key: _by_label(numbers, key) for key in ("counted", "undecided", "not_counted")}
    labels = {fact.label for fact in dossier.facts}
    found = [_of_fact(fact, *_standing(fact, told), places) for fact in dossier.facts]
    for key, standing in (("counted", "counted"), ("undecided", "undecided"), ("not_counted", "apart")):
        others = (entry for label, entries in told[key].items() if label not in labels for entry in entries)
        found += [_of_entry(entry, cast(Standing, standing), places) for entry in others]
    order = ("counted", "undecided", "apart", "fine")
    return tuple(sorted(found, key=lambda line: order.index(line.standing)))


def _by_label(numbers: Mapping[str, Any], key: str) -> dict[str, list[Mapping[str, Any]]]:
    """Return the entries of a list in a finding's numbers by their column's label; one may have several."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for entry in _entries(numbers, key):
        found.setdefault(str(entry.get("label")), []).append(entry)
    return found


def _entries(numbers: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of a list in a finding's numbers; a finding may come from an office's own indicator."""
    entries = numbers.get(key)
    if isinstance(entries, list | tuple):
        yield from (entry for entry in entries if isinstance(entry, Mapping))


def _of_fact(fact: Fact, standing: Standing, said: str, places: Mapping[str, int]) -> Line:
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


def _of_entry(entry: Mapping[str, Any], standing: Standing, places: Mapping[str, int]) -> Line:
    level, age = entry.get("level"), entry.get("age_days")
    return Line(
        name=str(entry.get("name") or entry.get("heading") or entry.get("label") or "—"),
        path="",
        kind=_kind(entry.get("class"), level if isinstance(level, int) else None),
        limit=words.limit(entry.get("limit") if isinstance(entry.get("limit"), str) else None),
        newest=str(entry.get("newest") or "—"),
        age=f"{age}天" if isinstance(age, int) else "—",
        seen=None,
        exhibit=places.get(str(entry.get("record"))),
        standing=standing,
        said=_told(standing, [entry]),
        url=str(entry.get("url") or ""),
    )


def _standing(fact: Fact, told: Mapping[str, Mapping[str, list[Mapping[str, Any]]]]) -> tuple[Standing, str]:
    """Return how a column stands to the finding: as the indicator said, else as the fact itself says."""
    said: tuple[tuple[str, Standing], ...] = (
        ("counted", "counted"),
        ("undecided", "undecided"),
        ("not_counted", "apart"),
    )
    for key, standing in said:
        if entries := told[key].get(fact.label):
            return standing, _told(standing, entries)
    if fact.not_counted:
        return "apart", f"未计入：{fact.not_counted}"
    if fact.stale is None or fact.blank is None or fact.complete is not True:
        return "undecided", "未能判定" + (f"：缺{'；'.join(fact.missing)}" if fact.missing else "")
    if fact.blank or fact.stale:
        return "apart", "空白，本项不计" if fact.blank else "超期，本项不计"
    return "fine", "正常"


def _told(standing: Standing, entries: list[Mapping[str, Any]]) -> str:
    """Return what an indicator said of one column."""
    word = {"counted": "计入", "undecided": "未能判定", "apart": "未计入", "fine": "正常"}[standing]
    reasons = "；".join(filter(None, map(_because, entries)))
    return f"{word}：{reasons}" if reasons else word


def _because(entry: Mapping[str, Any]) -> str:
    if "heading" in entry:
        place = f"第{entry['index'] + 1}列" if isinstance(entry.get("index"), int) else ""
        return f"{place}“{entry['heading']}”有标题而无内容"
    return str(entry.get("because") or "")


def _newest(fact: Fact) -> str:
    if fact.newest is not None:
        return fact.newest.isoformat()
    return "空白" if fact.blank else "未见日期"


def _kind(class_: object, level: int | None) -> str:
    said = [words.word(class_, words.CLASSES)] if class_ is not None else []
    if level is not None:
        said.append(words.level(level))
    return " · ".join(said) or "台账未列"
