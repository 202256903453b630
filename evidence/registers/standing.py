"""What the registers say of one target: where it stands, where it does not, and whether its absence shows anything.

Matching is by site code, or by platform and platform id. A nickname matches nothing, but a row that bears the same name
or unit under another id may be the same account filed otherwise; such a row is a doubt, and a doubt keeps us from
saying that an account is unregistered (漏报).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence import plain
from evidence.columns import Subject
from evidence.model import State
from evidence.registers import government, lifecycle
from evidence.registers.government import System
from evidence.registers.register import Entry, Kind, Register, account_key
from evidence.span import Span, local_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One register and one target."""

    register: Register
    entry: Entry | None
    """The row that matches; None where there is none."""
    doubts: tuple[Entry, ...]
    """Rows that match nobody else and may be this target all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Whether a target is registered, with the reasons."""

    state: State
    """hit: in none of the registers, and that means something."""
    because: str
    system: System
    missing: tuple[str, ...] = ()
    for_the_unit: tuple[str, ...] = ()


def kind_of(subject: Subject) -> Kind:
    """Return which kind of entry a target would have."""
    return "account" if subject.is_account else "site"


def key_of(subject: Subject) -> str | None:
    """Return what registers match a target by; None where nothing can."""
    if subject.is_account:
        return account_key(subject.platform, subject.platform_id)
    return subject.site_code


def standings(subject: Subject, registers: Iterable[Register], ours: frozenset[str]) -> tuple[Standing, ...]:
    """Return how a target stands in every register that lists its kind; `ours` are the keys of all targets."""
    kind = kind_of(subject)
    return tuple(_standing(subject, register, ours) for register in registers if kind in register.kinds)


def registration(
    subject: Subject, found: Sequence[Standing], *, at: datetime, max_age: Span, seen: bool
) -> Registration:
    """Return whether a target is registered at T; `seen` says whether it was ever captured by then.

    Absence counts only from registers stated to be whole, fetched at most `max_age` before T, without a doubtful row,
    for a unit that is surely of the government system.
    """
    own = government.standing(subject.unit, subject.certified_as)
    has = [one for one in found if one.entry]
    lacks = [one for one in found if one.entry is None]
    if has:
        return _somewhere(has, lacks, own.system)
    if own.system not in ("government", "undecided"):
        because = f"属{government.NAMES[own.system]}（{own.because}），不列入漏报"
        return Registration(state="clear", because=because, system=own.system, for_the_unit=(because,))
    missing = tuple(_lacking(subject, lacks, at=at, max_age=max_age, seen=seen))
    if own.system == "undecided":
        missing = (f"主办单位是否属政府系统需人工认定：{own.because}", *missing)
    names = "、".join(one.register.name for one in lacks)
    if missing:
        return Registration(
            state="undecided", because=f"未在{names}中找到，尚不能认定漏报", system=own.system, missing=missing
        )
    return Registration(state="hit", because=f"{names}均无此平台ID（{own.because}）", system=own.system)


def cited(standings: Iterable[Standing]) -> list[dict[str, object]]:
    """Return how a finding cites the registers it rests on: by record and digest, with the row, never with their contents."""
    return [
        {
            "name": one.register.name,
            "record": one.register.record,
            "sha256": one.register.sha256,
            "fetched": plain.dump(one.register.fetched),
            "whole": one.register.whole,
            "row": str(one.entry.place) if one.entry else None,
            "state": one.entry.state if one.entry else None,
            "state_on": plain.dump(one.entry.state_on) if one.entry else None,
        }
        for one in standings
    ]


def kept_from_counting(register: Register, *, at: datetime, max_age: Span) -> Iterator[str]:
    """Yield why an export may say nothing of the state at T: nobody said when it was fetched, or not in time."""
    name, fetched = register.name, register.fetched
    if fetched is None:
        yield f"{name}何时取得没有写明（导入时用 --fetched）"
    elif fetched > at:
        yield f"{name}取得于时点之后（{local_text(fetched)}），只能用于排除"
    elif at - fetched > max_age.length:
        yield f"{name}取得于{local_text(fetched)}，距时点超过{max_age.chinese}"


def _standing(subject: Subject, register: Register, ours: frozenset[str]) -> Standing:
    key, kind = key_of(subject), kind_of(subject)
    entry = next((one for one in register.of(kind) if key and one.key == key), None)
    doubts = () if entry else tuple(_doubts(subject, register, ours))
    return Standing(register=register, entry=entry, doubts=doubts)


def _doubts(subject: Subject, register: Register, ours: frozenset[str]) -> Iterator[Entry]:
    kind = kind_of(subject)
    free = [one for one in register.of(kind) if one.key not in ours]
    for one in (*free, *(loose for loose in register.loose if loose.kind == kind)):
        same_place = one.platform in (subject.platform, None)
        names = {subject.name} & {one.name}
        units = {subject.unit, subject.certified_as} & {one.unit, one.certified_as} - {None}
        if same_place and (names or units):
            yield one


def _somewhere(has: Sequence[Standing], lacks: Sequence[Standing], system: System) -> Registration:
    said = "、".join(f"{one.register.name}（{_state(one.entry)}）" for one in has)
    telling = [one.register.name for one in lacks if one.register.whole]
    if telling:
        return Registration(
            state="undecided",
            because=f"各登记表不一致：{said}有，{'、'.join(telling)}没有",
            system=system,
            missing=(f"{'、'.join(telling)}为何没有，需核对",),
        )
    return Registration(state="clear", because=f"已登记：{said}", system=system)


def _state(entry: Entry | None) -> str:
    if entry is None:
        return "—"
    on = f"，{entry.state_on}" if entry.state_on else ""
    return f"{lifecycle.NAMES[entry.state]}{on}，第{entry.place.row}行"


def _lacking(subject: Subject, lacks: Sequence[Standing], *, at: datetime, max_age: Span, seen: bool) -> Iterator[str]:
    """Yield what keeps absence from showing anything."""
    if key_of(subject) is None:
        yield "对象清单没有写平台ID，不能核对" if subject.is_account else "对象清单没有写网站标识码，不能核对"
    if not seen:
        yield "时点前没有看到该对象内容的近期完整记录，不能确定其存在"
    for one in lacks:
        if not one.register.whole:
            yield f"{one.register.name}是否为完整的登记表没有声明（导入时用 --whole）"
        yield from kept_from_counting(one.register, at=at, max_age=max_age)
        yield from (f"{doubt.place}“{doubt.name}”可能就是该对象（名称或单位相同，ID不同或缺）" for doubt in one.doubts)
