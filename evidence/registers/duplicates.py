"""Accounts of one owner on one platform (重复开设): told by the unit and by whom the platform certified, never by the nickname.

Where both accounts name whom the platform certified (认证主体), these must agree; where one does not, it cannot be told. An
account may stand twice in registers under two forms of its id, so that a row of the same name may be the account itself.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from evidence.columns import Subject
from evidence.registers.register import Entry, Register
from evidence.registers.standing import key_of
from evidence.spreadsheet import folded

Owner = tuple[str, str]
"""Platform, and a unit or certified owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """Another target on the same platform that may be of the same owner."""

    target: str
    name: str
    key: str
    platform: str
    unit: str | None
    certified_as: str | None


def by_owner(subjects: Iterable[Subject]) -> Mapping[Owner, tuple[Sibling, ...]]:
    """Return the accounts of a list of targets by platform and each name of an owner."""
    found: dict[Owner, list[Sibling]] = defaultdict(list)
    for one in subjects:
        key = key_of(one)
        if not one.is_account or key is None or one.platform is None:
            continue
        sibling = Sibling(
            target=one.id,
            name=one.name,
            key=key,
            platform=one.platform,
            unit=one.unit,
            certified_as=one.certified_as,
        )
        for owner in _owners(one):
            found[owner].append(sibling)
    return {owner: tuple(each) for owner, each in found.items()}


def siblings(subject: Subject, owners: Mapping[Owner, tuple[Sibling, ...]]) -> tuple[Sibling, ...]:
    """Return the other targets that may be accounts of the same owner on the same platform."""
    if not subject.is_account:
        return ()
    found = (one for owner in _owners(subject) for one in owners.get(owner, ()))
    others = (one for one in found if one.key != key_of(subject) and same_owner(subject, one) is not False)
    return tuple({one.key: one for one in others}.values())


def twins(subject: Subject, register: Register) -> Iterator[Entry]:
    """Yield the other rows of a register that may be accounts of the same owner on the same platform, running or not."""
    key = key_of(subject)
    for entry in register.of("account"):
        if entry.platform == subject.platform and entry.key != key and same_owner(subject, entry) is not False:
            yield entry


def same_owner(one: Subject, other: Entry | Sibling) -> bool | None:
    """Tell whether two accounts have one owner; None where whom the platform certified is not known of both."""
    unit = _is_same(one.unit, other.unit)
    certified = _is_same(one.certified_as, other.certified_as)
    if certified is not None:
        return certified and unit is not False
    return None if unit else False


def is_namesake(one: Subject, other: Entry | Sibling) -> bool:
    """Tell whether two accounts go by one name, and so may be one account under two forms of its id."""
    return _plainly(one.name) == _plainly(other.name)


def _is_same(one: str | None, other: str | None) -> bool | None:
    """Tell whether two names are one; None where either is not known."""
    names = [_plainly(name) for name in (one, other) if name and name.strip()]
    return names[0] == names[1] if len(names) == 2 else None


def _owners(subject: Subject) -> Iterator[Owner]:
    for name in dict.fromkeys(_plainly(each) for each in (subject.unit, subject.certified_as) if each):
        yield subject.platform or "", name


@functools.lru_cache(maxsize=8192)
def _plainly(name: str) -> str:
    return folded(name).replace(" ", "").lower()
