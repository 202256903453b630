"""Compares registers with each other and with the targets: what one has and another lacks, in rows for people.

Pure: registers, subjects and what was last seen of each go in, rows come out. A row proposes, asks or tells; none
accuses. Whether an account is unregistered (漏报) is judged by the indicator, by the same rules as here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from evidence import plain
from evidence.columns import Subject
from evidence.registers import government, lifecycle, platforms
from evidence.registers.government import System
from evidence.registers.register import FIELDS, KINDS, Entry, Kind, Register
from evidence.registers.standing import Standing, key_of, kind_of, registration, standings
from evidence.span import Span, local_text

Matter = Literal[
    "unregistered",
    "apart",
    "contradiction",
    "not_listed",
    "differs",
    "gone",
    "under_way",
    "repeated",
    "namesake",
    "unusable",
]
Weight = Literal["proposed", "undecided", "told"]

MATTERS: dict[Matter, str] = {
    "unregistered": "未在登记表中找到（漏报待核）",
    "apart": "不属政府系统，另列",
    "contradiction": "登记表之间一有一无",
    "not_listed": "登记表有而对象清单没有",
    "differs": "登记信息不一致（变更未报备待核）",
    "gone": "登记为正常运行而打不开",
    "under_way": "办理中的状态（不作问题）",
    "repeated": "同一单位在同一平台重复开设",
    "namesake": "疑似同名，不作匹配",
    "unusable": "登记表中无法核对的行",
}
WEIGHTS: dict[Weight, str] = {"proposed": "建议核实", "undecided": "不能确定", "told": "告知"}
COMPARED = ("name", "url", "unit", "certified_as")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the records of a target say of whether it can be reached."""

    opened: datetime | None
    """When it was last captured."""
    failed: tuple[date, ...]
    """The days since on which it could not be reached, for reasons that are not ours."""
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One difference."""

    matter: Matter
    weight: Weight
    kind: Kind
    key: str | None
    name: str
    unit: str | None
    system: System | None
    said: str
    target: str | None = None
    has: tuple[str, ...] = ()
    """Names of the registers that have it."""
    lacks: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    exhibits: tuple[str, ...] = ()
    """Record ids: registers and captures it rests on."""

    def plain(self) -> dict[str, Any]:
        """Return the row as `targets reconcile --json` prints it."""
        return plain.dump(self)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is compared, and what was made of it on the way."""

    registers: Sequence[Register]
    subjects: Sequence[Subject]
    seen: dict[str, Seen]
    """By target id; what is not in it was never looked at."""
    at: datetime
    max_age: Span

    @property
    def keys(self) -> frozenset[str]:
        """What our own targets are matched by."""
        return frozenset(filter(None, map(key_of, self.subjects)))


def reconcile(compared: Comparison) -> tuple[Row, ...]:
    """Return all differences, matter by matter."""
    ours = compared.keys
    rows: list[Row] = []
    for subject in compared.subjects:
        found = standings(subject, compared.registers, ours)
        if found:
            rows += _of_subject(subject, found, compared)
    rows += _contradictions(compared.registers)
    rows += _not_listed(compared.registers, ours)
    rows += _under_way(compared.registers)
    rows += _repeated(compared)
    rows += _namesakes(compared)
    rows += _unusable(compared.registers)
    order = list(MATTERS)
    return tuple(sorted(rows, key=lambda row: order.index(row.matter)))


def not_looked_at(compared: Comparison) -> int:
    """Return how many entries that are said to run were never looked at, so that nothing can be said of them."""
    running = {e.key for register in compared.registers for e in register.entries if e.state == "running"}
    return sum(key_of(subject) in running and subject.id not in compared.seen for subject in compared.subjects)


def _of_subject(subject: Subject, found: Sequence[Standing], compared: Comparison) -> Iterator[Row]:
    yield from _registration(subject, found, compared)
    for one in found:
        if one.entry:
            yield from _differs(subject, one.register, one.entry)
            yield from _gone(subject, one.register, one.entry, compared.seen.get(subject.id))


def _registration(subject: Subject, found: Sequence[Standing], compared: Comparison) -> Iterator[Row]:
    if any(one.entry for one in found):
        return  # two registers that contradict each other are told once, as such
    seen = compared.seen.get(subject.id)
    said = registration(subject, found, at=compared.at, max_age=compared.max_age, seen=bool(seen and seen.opened))
    apart = said.state == "clear"
    yield Row(
        matter="apart" if apart else "unregistered",
        weight="told" if apart else "proposed" if said.state == "hit" and subject.is_account else "undecided",
        kind=kind_of(subject),
        key=key_of(subject),
        name=subject.name,
        unit=subject.unit,
        system=said.system,
        said=said.because,
        target=subject.id,
        lacks=tuple(one.register.name for one in found),
        places=tuple(str(doubt.place) for one in found for doubt in one.doubts),
        missing=said.missing,
        exhibits=(*_records(one.register for one in found), *(seen.records if seen else ())),
    )


def _differs(subject: Subject, register: Register, entry: Entry) -> Iterator[Row]:
    for said in differences(subject, Standing(register=register, entry=entry, doubts=())):
        weight: Weight = "told" if entry.state == "changing" else "undecided"
        yield _row("differs", weight, entry, said + _filing(entry), (register,), target=subject.id)


def differences(subject: Subject, standing: Standing) -> Iterator[str]:
    """Yield how a target differs from its entry in a register, a sentence a field."""
    ours = {
        "name": subject.name,
        "url": subject.url,
        "unit": subject.unit,
        "certified_as": subject.certified_as,
    }
    for field in COMPARED:
        mine, theirs = ours[field], getattr(standing.entry, field)
        if mine and theirs and not alike(field, mine, theirs):
            yield f"{FIELDS[field]}：对象清单为“{mine}”，{standing.register.name}为“{theirs}”"


def _filing(entry: Entry) -> str:
    return "（已报变更，办理中）" if entry.state == "changing" else ""


def _gone(subject: Subject, register: Register, entry: Entry, seen: Seen | None) -> Iterator[Row]:
    if entry.state != "running" or seen is None or not seen.failed:
        return
    last = f"，上次打开为{local_text(seen.opened)}" if seen.opened else "，从未打开过"
    days = "、".join(map(str, seen.failed[-5:]))
    said = f"{register.name}登记为{entry.state_said}，{len(seen.failed)}天未能打开（{days}）{last}"
    weight: Weight = "proposed" if len(seen.failed) >= 2 else "undecided"
    yield _row("gone", weight, entry, said, (register,), target=subject.id, exhibits=seen.records)


def _contradictions(registers: Sequence[Register]) -> Iterator[Row]:
    """Yield what one register has and another lacks, and where two say different things of the same entry."""
    for kind in KINDS:
        telling = [register for register in registers if kind in register.kinds]
        by_key: dict[str, dict[str, Entry]] = defaultdict(dict)
        for register in telling:
            for entry in register.of(kind):
                if entry.key:
                    by_key[entry.key].setdefault(register.name, entry)
        for found in by_key.values():
            yield from _one_of_two(found, telling)
            yield from _two_words(found, telling)


def _one_of_two(found: dict[str, Entry], telling: Sequence[Register]) -> Iterator[Row]:
    lacking = [register for register in telling if register.name not in found]
    first = next(iter(found.values()))
    if not lacking or all(entry.state == "closed" for entry in found.values()):
        return
    parts = [register.name for register in lacking if not register.whole]
    missing = (f"{'、'.join(parts)}是否为完整的登记表没有声明",) if parts else ()
    having = [register for register in telling if register.name in found]
    yield Row(
        matter="contradiction",
        weight="undecided" if parts else "proposed",
        kind=first.kind,
        key=first.key,
        name=first.name,
        unit=first.unit,
        system=government.standing(first.unit, first.certified_as).system,
        said=f"{'、'.join(found)}有，{'、'.join(register.name for register in lacking)}没有",
        has=tuple(found),
        lacks=tuple(register.name for register in lacking),
        places=tuple(str(entry.place) for entry in found.values()),
        missing=missing,
        exhibits=_records((*having, *lacking)),
    )


def _two_words(found: dict[str, Entry], telling: Sequence[Register]) -> Iterator[Row]:
    (first_name, first), *others = found.items()
    for name, other in others:
        for field in (*COMPARED, "state"):
            one, two = getattr(first, field), getattr(other, field)
            if one and two and not alike(field, one, two):
                said = f"{FIELDS[field]}：{first_name}为“{_shown(first, field)}”，{name}为“{_shown(other, field)}”"
                involved = [register for register in telling if register.name in (first_name, name)]
                yield _row("differs", "undecided", first, said, involved, places=(str(first.place), str(other.place)))


def _shown(entry: Entry, field: str) -> str:
    return entry.state_said if field == "state" else str(getattr(entry, field))


def _not_listed(registers: Sequence[Register], ours: frozenset[str]) -> Iterator[Row]:
    for register in registers:
        for entry in register.entries:
            if entry.key and entry.key not in ours and entry.state != "closed":
                said = f"{register.name}登记为{entry.state_said or '（状态未填）'}，对象清单没有"
                yield _row("not_listed", "told", entry, said, (register,))


def _under_way(registers: Sequence[Register]) -> Iterator[Row]:
    for register in registers:
        for entry in register.entries:
            if entry.state not in ("running", "closed", "unknown"):
                since = f"，{entry.state_on}" if entry.state_on else "，日期未填"
                yield _row(
                    "under_way",
                    "told",
                    entry,
                    f"{register.name}：{lifecycle.NAMES[entry.state]}（{entry.state_said}{since}）",
                    (register,),
                )


def _repeated(compared: Comparison) -> Iterator[Row]:
    by_place: dict[tuple[str, str], dict[str, Entry]] = defaultdict(dict)
    for register in compared.registers:
        for entry in register.of("account"):
            if entry.unit and entry.platform and entry.key and entry.state not in ("closed", "closing", "merging"):
                by_place[entry.platform, entry.unit].setdefault(entry.key, entry)
    for (platform, unit), entries in by_place.items():
        if len(entries) > 1:
            names = "、".join(f"“{entry.name}”（{entry.platform_id}）" for entry in entries.values())
            said = f"{unit}在{platforms.name(platform)}有{len(entries)}个账号：{names}"
            first, *_ = entries.values()
            places = tuple(str(entry.place) for entry in entries.values())
            yield _row("repeated", "told", first, said, (), places=places)


def _namesakes(compared: Comparison) -> Iterator[Row]:
    named: dict[tuple[str, str], dict[str, tuple[str, str | None]]] = defaultdict(dict)
    for register in compared.registers:
        for entry in register.of("account"):
            if entry.platform and entry.key:
                named[entry.platform, entry.name].setdefault(entry.key, (str(entry.place), entry.unit))
    for subject in compared.subjects:
        if subject.is_account and subject.platform and (key := key_of(subject)):
            named[subject.platform, subject.name].setdefault(key, (f"对象清单 {subject.id}", subject.unit))
    for (platform, name), found in named.items():
        if len(found) > 1:
            listed = "；".join(
                f"{key.partition('/')[2]}（{unit or '单位未填'}，{place}）" for key, (place, unit) in found.items()
            )
            yield Row(
                matter="namesake",
                weight="told",
                kind="account",
                key=None,
                name=name,
                unit=None,
                system=None,
                said=f"{platforms.name(platform)}上有{len(found)}个账号同名，平台ID不同：{listed}",
                places=tuple(place for place, _ in found.values()),
            )


def _unusable(registers: Sequence[Register]) -> Iterator[Row]:
    for register in registers:
        for entry in register.loose:
            said = "；".join(
                fault.said
                for fault in register.faults
                if fault.place.row == entry.place.row and fault.place.sheet == entry.place.sheet
            )
            yield _row("unusable", "undecided", entry, said, (register,))


def _row(
    matter: Matter,
    weight: Weight,
    entry: Entry,
    said: str,
    registers: Sequence[Register],
    *,
    target: str | None = None,
    places: tuple[str, ...] = (),
    exhibits: tuple[str, ...] = (),
) -> Row:
    return Row(
        matter=matter,
        weight=weight,
        kind=entry.kind,
        key=entry.key,
        name=entry.name,
        unit=entry.unit,
        system=government.standing(entry.unit, entry.certified_as).system if entry.kind == "account" else None,
        said=said,
        target=target,
        has=tuple(register.name for register in registers),
        places=places or (str(entry.place),),
        exhibits=(*_records(registers), *exhibits),
    )


def _records(registers: Iterable[Register]) -> tuple[str, ...]:
    return tuple(register.record for register in registers if register.record)


def alike(field: str, one: Any, two: Any) -> bool:
    """Tell whether two values of a field say the same; addresses are compared by host, as a change of page is no news."""
    if field != "url":
        return bool(one == two)
    hosts = [(urlsplit(str(url)).hostname or str(url)).removeprefix("www.") for url in (one, two)]
    return hosts[0] == hosts[1] or not all(str(url).startswith("http") for url in (one, two))
