"""Who is inspected in a period: the entries of the registers' exports, joined with the targets they are of.

An entry that two registers have is one member. A row that can be matched to nothing is a member all the same, so that it
is undecided and not lost; who is closed already is not inspected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evidence.columns import Subject
from evidence.registers import lifecycle, platforms
from evidence.registers.lifecycle import State
from evidence.registers.register import Entry, Kind, Register
from evidence.registers.standing import key_of

UNFILLED = "（未填）"
SITE_CLASSES = {
    "portal": "门户网站",
    "service": "政务服务网",
    "credit": "信用类网站",
    "department": "部门网站",
    "site": "其他网站",
}
"""Classes of sites, each with the words of its bulletins; read from the register's class, else from the target's kind."""
_CLASS_WORDS = (("portal", "门户"), ("service", "政务服务"), ("credit", "信用"), ("department", "部门"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """One finding as it stood at the freeze."""

    finding: str
    said: str
    """SHA-256 of the finding as it stood, which is kept in the store."""
    number: str | None
    """Its exhibit number (证据编号); None for one that found nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One site or account of the frame."""

    id: str
    """The target's id; where there is none, what registers match it by, or the row."""
    kind: Kind
    name: str
    unit: str | None
    place: str
    """地区或部门: the register's region, else the supervisor, else the unit."""
    group: str
    """Class of a site (portal, department …) or platform of an account."""
    code: str | None
    """网站标识码 or platform id."""
    url: str | None
    target: str | None
    certified_as: str | None
    states: tuple[State, ...]
    """What the registers that have it say of its state, each once."""
    rows: tuple[str, ...]
    """Where it stands in them, with what is written there."""
    fault: str = ""
    """Why it can be matched to nothing; empty where it can."""
    findings: tuple[Cited, ...] = ()

    @property
    def group_name(self) -> str:
        """Class or platform in Chinese."""
        return platforms.name(self.group) if self.kind == "account" else SITE_CLASSES.get(self.group, self.group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The members in fixed order, and what the registers have that is not inspected."""

    members: tuple[Member, ...]
    closed: int
    """Entries that every register that has them says are closed."""


def frame(registers: Sequence[Register], subjects: Iterable[Subject]) -> Frame:
    """Return the frame that registers give; sites before accounts, by place, class and name."""
    ours = {key: subject for subject in subjects if (key := key_of(subject))}
    together: dict[tuple[Kind, str], list[tuple[Register, Entry]]] = {}
    for register in registers:
        for entry in register.entries:
            together.setdefault((entry.kind, entry.key or f"{register.name} {entry.place}"), []).append(
                (register, entry)
            )
    every = [_member(key, found, ours.get(key)) for (_, key), found in together.items()]
    every += [one for register in registers for one in _loose(register)]
    running = [one for one in every if set(one.states) != {"closed"}]
    order = sorted(running, key=lambda one: (one.kind != "site", one.place, one.group, one.name, one.id))
    return Frame(members=tuple(order), closed=len(every) - len(running))


def outside(framed: Frame, subjects: Iterable[Subject]) -> tuple[Member, ...]:
    """Return the accounts of our list that the frame does not have, by unit and name."""
    inside = {member.target for member in framed.members}
    found = [
        Member(
            id=one.id,
            kind="account",
            name=one.name,
            unit=one.unit,
            place=one.unit or UNFILLED,
            group=one.platform or UNFILLED,
            code=one.platform_id,
            url=one.url,
            target=one.id,
            certified_as=one.certified_as,
            states=(),
            rows=(),
        )
        for one in subjects
        if one.is_account and one.id not in inside
    ]
    return tuple(sorted(found, key=lambda one: (one.place, one.name, one.id)))


def site_class(said: str | None, kind: str | None) -> str:
    """Return the class of a site by a register's words, else by the target's kind.

    >>> site_class("县级门户网站", None), site_class(None, "department_site"), site_class(None, "site")
    ('portal', 'department', 'site')
    """
    written = next((name for name, word in _CLASS_WORDS if word in (said or "")), None)
    listed = next((name for name, _ in _CLASS_WORDS if (kind or "").removesuffix("_site") == name), None)
    return written or listed or "site"


def _member(key: str, found: Sequence[tuple[Register, Entry]], subject: Subject | None) -> Member:
    entries = [entry for _, entry in found]
    first = entries[0]
    account = first.kind == "account"
    unit = _first(entries, "unit") or (subject.unit if subject else None)
    said_class = _first(entries, "class_")
    return Member(
        id=subject.id if subject else key,
        kind=first.kind,
        name=first.name or key,
        unit=unit,
        place=_first(entries, "region") or _first(entries, "supervisor") or unit or UNFILLED,
        group=(first.platform or UNFILLED) if account else site_class(said_class, subject.kind if subject else None),
        code=first.platform_id if account else first.code,
        url=_first(entries, "url") or (subject.url if subject else None),
        target=subject.id if subject else None,
        certified_as=_first(entries, "certified_as") or (subject.certified_as if subject else None),
        states=tuple(dict.fromkeys(entry.state for entry in entries)),
        rows=tuple(f"{register.name}（{_written(entry)}，第{entry.place.row}行）" for register, entry in found),
    )


def _loose(register: Register) -> Iterator[Member]:
    """Yield the rows that can be matched to nothing."""
    by_row: dict[tuple[str, int], list[str]] = {}
    for fault in register.faults:
        by_row.setdefault((fault.place.sheet, fault.place.row), []).append(fault.said)
    for entry in register.loose:
        account = entry.kind == "account"
        yield Member(
            id=f"{register.name} {entry.place} {register.sha256[:8]}",
            kind=entry.kind,
            name=entry.name or "（名称未填）",
            unit=entry.unit,
            place=entry.region or entry.supervisor or entry.unit or UNFILLED,
            group=(entry.platform or UNFILLED) if account else site_class(entry.class_, None),
            code=entry.platform_id if account else entry.code,
            url=entry.url,
            target=None,
            certified_as=entry.certified_as,
            states=(entry.state,),
            rows=(f"{register.name}（{_written(entry)}，第{entry.place.row}行）",),
            fault="；".join(by_row.get((entry.place.sheet, entry.place.row), ["登记表该行无法核对"])),
        )


def _written(entry: Entry) -> str:
    since = f"，{entry.state_on}" if entry.state_on else ""
    return f"{entry.state_said or lifecycle.NAMES[entry.state]}{since}"


def _first(entries: Sequence[Entry], field: str) -> str | None:
    """Return what the first entry that fills a field says."""
    return next((found for entry in entries if (found := getattr(entry, field))), None)
