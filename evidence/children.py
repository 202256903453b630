"""Parent columns (父栏目): as fresh as their freshest child, and blank only if all their children are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from evidence.columns import Column
from evidence.model import SecondLook
from evidence.observed import Observed
from evidence.showing import Shown

_BETWEEN = " > "


def with_children(observed: Sequence[Observed], listed: Mapping[str, Column]) -> Iterator[Observed]:
    """Yield what was observed, that of the columns which the ledger calls parents corrected by their children.

    A child is a listed column whose path goes on from its parent's. A parent that shows something new is fresh by
    itself; without children in the ledger nothing is said of one that shows nothing.
    """
    for one in observed:
        column = listed.get(one.fact.label)
        yield one if column is None or column.kind != "parent" else _corrected(one, _children(column, observed))


def _children(parent: Column, observed: Sequence[Observed]) -> list[Observed]:
    if not parent.path:
        return []
    return [one for one in observed if one.fact.path.startswith(parent.path + _BETWEEN)]


def _corrected(one: Observed, children: Sequence[Observed]) -> Observed:
    blank = _together(one.blank, [child.blank for child in children], one.fact.name)
    stale = _together(one.stale, [child.stale for child in children], one.fact.name)
    newest = max((each.fact.newest for each in (one, *children) if each.fact.newest), default=None)
    missing = tuple(dict.fromkeys((*stale.missing, *blank.missing)))
    fact = replace(one.fact, newest=newest, blank=blank.value, stale=stale.value, missing=missing)
    if newest != one.fact.newest and newest is not None and one.fact.newest is not None and fact.age_days is not None:
        fact = replace(fact, age_days=fact.age_days - (newest - one.fact.newest).days)
    return replace(one, fact=fact, blank=blank, stale=stale)


def _together(own: Shown, children: Sequence[Shown], name: str) -> Shown:
    """Return the answer of a parent: that of its own page where it speaks for the unit, else what all children say."""
    if own.value is False and not children:
        return own
    if not children:
        return Shown(value=None, missing=(f"“{name}”是父栏目，台账未列其下级栏目，不能断定",))
    records = tuple(dict.fromkeys(id for each in (own, *children) for id in each.records))
    if own.value is False or any(child.value is False for child in children):
        return Shown(value=False, records=records)
    if any(child.value is None for child in children):
        return Shown(value=None, missing=("有下级栏目未能判定",), records=records)
    weakest: SecondLook = "missing" if any(each.second_look == "missing" for each in children) else "agrees"
    return Shown(value=True, basis=(f"下级栏目{len(children)}个均如此",), records=records, second_look=weakest)
