"""Signs on pages: what one look shows is there (a hidden link, a missing tag, a late answer), gathered over a target's labels.

A sign is something seen, not something missing from a series. It accuses only from the latest complete look, not older
at T than the rules allow; another visit close by that shows the page without it leaves it open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evidence import showing
from evidence.facts import Facts
from evidence.indicator import Answer
from evidence.look import Look
from evidence.model import SecondLook, State
from evidence.observed import Observed
from evidence.parts import part_of
from evidence.quoting import plainly
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.span import local_text

MOST = 40
"""Signs listed one by one in a finding; the count tells the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One thing seen on one page."""

    key: str
    """What it is known by, to find it again on another look."""
    said: str
    """What was seen, in Chinese, ready to be printed."""
    points: int = 0
    """Deduction in tenths of a point, for a rule that counts points."""
    told: tuple[tuple[str, Any], ...] = ()
    """What else a table of signs prints."""
    open: str = ""
    """Why this sign by itself decides nothing, such as that it may have been misread; empty where it counts."""
    records: tuple[str, ...] = ()
    """Earlier looks that show it, too: what was there before."""


Find = Callable[[Look], tuple[Sign, ...]]
Agrees = Callable[[Look, set[str]], bool | None]
"""Tells whether another look close by bears out the signs of these keys; None where it cannot tell."""


@dataclass(slots=True)
class _Tally:
    asked: int = 0
    found: list[tuple[Observed, Look, Sign]] = field(default_factory=list)
    open: list[tuple[str, str]] = field(default_factory=list)
    seconds: list[SecondLook] = field(default_factory=list)
    records: list[str] = field(default_factory=list)


def answer(
    facts: Facts,
    series: Mapping[str, Series],
    rules: RuleSet,
    rule: Rule,
    find: Find,
    *,
    noun: str,
    of: Callable[[Observed], bool] = lambda _: True,
    agrees: Agrees | None = None,
    once: bool = False,
) -> Answer:
    """Return the answer of an indicator that counts signs over the labels that `of` picks; `noun` names them, in Chinese.

    With `once` a sign of one key counts once, however many pages of the site show it.
    """
    tally = _Tally()
    asked = {one.fact.label: one for one in facts.observed if of(one)}
    parts = {label: part.column for label in sorted(series) if (part := part_of(label)) and part.column in asked}
    for label, column in {**{label: label for label in asked}, **parts}.items():
        _look_at(asked[column], series[label], rules, find, agrees or _finds_again(find), tally)
    if once:
        tally.found = list({sign.key: (one, look, sign) for one, look, sign in reversed(tally.found)}.values())[::-1]
    return _answer(facts, rule, tally, noun)


def _look_at(one: Observed, own: Series, rules: RuleSet, find: Find, agrees: Agrees, tally: _Tally) -> None:
    look = own.look(own.latest) if own.latest else None
    if look is None or look.reading is None or not look.shows_column:
        return
    tally.asked += 1
    seen = find(look)
    tally.open += [(one.fact.name, f"{sign.said}；{sign.open}") for sign in seen if sign.open]
    if any(sign.open for sign in seen):
        tally.records.append(look.row.record)
    tally.records += [record for sign in seen for record in sign.records]
    found = tuple(sign for sign in seen if not sign.open)
    if not found:
        return
    keys = {sign.key for sign in found}
    reason = showing.unfit(own, rules)
    second, records = showing.second_look(own, rules, lambda other: agrees(other, keys))
    tally.records += [look.row.record, *records]
    if reason or second == "disagrees":
        tally.open.append((one.fact.name, reason or "前后两次查看结果不一致"))
        return
    tally.seconds.append(second)
    tally.found += [(one, look, sign) for sign in found]


def _finds_again(find: Find) -> Agrees:
    return lambda other, keys: bool({sign.key for sign in find(other)} & keys) if other.whole else None


def _answer(facts: Facts, rule: Rule, tally: _Tally, noun: str) -> Answer:
    count = len(tally.found)
    state: State
    if rule.reached(count):
        state = "hit"
    elif rule.reached(count + len(tally.open)) or not tally.asked:
        state = "undecided"
    else:
        state = "clear"
    needed = f"，标准为{'超过（含）' if rule.comparator == '>=' else '超过'}{rule.count}处" if rule.count else ""
    tail = {"hit": "，须人工核对" if rule.effect == "proposal" else "", "undecided": "，不作认定", "clear": ""}[state]
    return Answer(
        state=state,
        message=f"截至{local_text(facts.at)}，{facts.subject.name}有{count}处{noun}{needed}{tail}。",
        as_of=min((look.row.started for _, look, _ in tally.found), default=None),
        numbers=_numbers(rule, tally),
        against=tuple(f"{one.fact.name}：{sign.said}" for one, _, sign in tally.found[:MOST]),
        missing=_missing(tally, state),
        exhibits=tuple(dict.fromkeys(tally.records)),
        second_look=_second(tally.seconds) if state == "hit" else "not needed",
    )


def _numbers(rule: Rule, tally: _Tally) -> dict[str, Any]:
    counted = [
        {
            "label": look.row.label,
            "name": one.fact.name,
            "url": look.reading.url if look.reading else one.fact.url,
            "said": sign.said,
            **dict(sign.told),
        }
        for one, look, sign in tally.found[:MOST]
    ]
    numbers: dict[str, Any] = {
        "count": len(tally.found),
        "open": len(tally.open),
        "asked": tally.asked,
        "limit": rule.count or 1,
        "comparator": rule.comparator,
        "signs": counted,
    }
    if rule.effect == "points":
        numbers["tenths"] = sum(sign.points for _, _, sign in tally.found)
    return numbers


def _missing(tally: _Tally, state: State) -> tuple[str, ...]:
    named = tuple(f"{plainly(name)}：{reason}" for name, reason in tally.open)
    if state == "undecided" and not named:
        return ("时点前没有可供判读的完整访问记录",)
    return named


def _second(seconds: Sequence[SecondLook]) -> SecondLook:
    return "agrees" if seconds and all(one == "agrees" for one in seconds) else "missing"
