"""WD-4.3 链接可用性: dead links on the home page, two tenths of a point each, one point at most (国办秘函〔2019〕19号, 扣分项).

A link counts only if it is still on the home page as last seen, and was dead on each of the last days (two looks a day, a
control beside each). What a guard answers, what is slow, what failed on one day only and what nobody could tell is an open
question, named for a person to try.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).limit
'2d'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urldefrag

from evidence import link_checks, showing
from evidence.columns import HOME
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.model import LinkDay, LinkFault, State
from evidence.quoting import plainly
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.span import Span, local_text
from evidence.words import link_reason

indicator = Indicator(__name__, clause="WD-4.3", scope="site")

EACH, MOST = 2, 10
"""Deduction in tenths of a point: for one link, and in all."""
LISTED = 40
"""Links listed one by one; the count tells the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    dead: tuple[LinkFault, ...]
    open: tuple[LinkFault, ...]
    missing: tuple[str, ...]
    """What keeps the checks from being held against the site at all."""
    records: tuple[str, ...]
    left: int = 0
    asked: int = 0
    as_of: datetime | None = None


@indicator.judge
def dead_links(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site; none where nobody ever asked its links."""
    own, home = series.get(link_checks.LABEL), series.get(HOME)
    if own is None or not any(row.key.startswith(link_checks.PREFIX) for row in own.rows):
        return
    rule = rules.of(indicator.name)
    yield _answer(facts, rule, _found(own, home, rule, rules))


def _found(own: Series, home: Series | None, rule: Rule, rules: RuleSet) -> _Found:
    """Return which links were dead on each of the last days and which are open, of those the home page still shows."""
    held = link_checks.days_of(own)
    if home is None or home.latest is None:
        return _nothing("时点前没有首页的完整访问记录")
    if missing := _unfit(own, held, rules) or showing.unfit(home, rules):
        return _nothing(missing)
    by_day = {day.day: day for day in held.values()}
    latest, shown = by_day[max(by_day)], _shown(home)
    if not latest.asked:
        return _nothing("首页没有读到可核对的链接")
    length = Span.parse(rule.limit or "2d").amount
    days = [by_day.get(latest.day - timedelta(days=n)) for n in range(length)]
    now_dead = [one for one in latest.dead if one.url in shown]
    dead = tuple(one for one in now_dead if all(day and one.url in _urls(day) for day in days))
    return _Found(
        dead=dead,
        open=(*(one for one in now_dead if one not in dead), *(one for one in latest.unsure if one.url in shown)),
        missing=(),
        records=(*(record for record, day in held.items() if day in days), home.latest.record),
        left=latest.left,
        asked=latest.asked,
        as_of=_last(own, held),
    )


def _nothing(missing: str) -> _Found:
    return _Found(dead=(), open=(), missing=(missing,), records=())


def _unfit(own: Series, held: Mapping[str, LinkDay], rules: RuleSet) -> str | None:
    """Return why the checks say nothing of T; None where they do."""
    if not held:
        return "时点前没有可用的链接核对记录"
    asked, age = _last(own, held), Span.parse(rules.max_evidence_age)
    return f"末次链接核对为{local_text(asked)}，距时点超过{age.chinese}" if own.at - asked > age.length else None


def _last(own: Series, held: Mapping[str, LinkDay]) -> datetime:
    return max(row.started for row in own.rows if row.record in held)


def _shown(home: Series) -> set[str]:
    """Return the addresses of the links that a visitor sees on the home page as it was last seen."""
    reading = home.reading(home.latest) if home.latest else None
    return {urldefrag(link.href).url for link in reading.links if not link.hidden} if reading else set()


def _urls(day: LinkDay) -> set[str]:
    return {one.url for one in day.dead}


def _answer(facts: Facts, rule: Rule, found: _Found) -> Answer:
    count = len(found.dead)
    state: State = "hit" if rule.reached(count) else "undecided" if found.missing or found.open else "clear"
    also = f"，另有{len(found.open)}个未能确定" if found.open else ""
    return Answer(
        state=state,
        message=f"截至{local_text(facts.at)}，{facts.subject.name}首页核对{found.asked}个链接，{count}个打不开{also}。",
        as_of=found.as_of,
        numbers=_numbers(found, rule),
        for_the_unit=(f"首页还有{found.left}个链接未核对，未计入",) if found.left else (),
        against=tuple(_said(one) for one in found.dead[:LISTED]),
        missing=(*found.missing, *(f"{_said(one)}，须人工点开核对" for one in found.open[:LISTED])),
        exhibits=found.records,
        second_look="agrees" if state == "hit" else "not needed",
    )


def _numbers(found: _Found, rule: Rule) -> dict[str, Any]:
    return {
        "count": len(found.dead),
        "open": len(found.open),
        "asked": found.asked,
        "left": found.left,
        "limit": rule.count or 1,
        "tenths": min(EACH * len(found.dead), MOST),
        "links": [{"url": one.url, "text": plainly(one.text), "said": _said(one)} for one in found.dead[:LISTED]],
    }


def _said(one: LinkFault) -> str:
    reasons = "、".join(dict.fromkeys(map(link_reason, one.reasons)))
    return f"“{plainly(one.text, 60)}”（{plainly(one.url, 200)}）：{reasons}"
