"""WV-2 站点无法访问: over a week of 20 spaced visits a day or more, 5 % or more fail (国办秘函〔2019〕19号, 单项否决).

A visit fails only if a browser fails too while a control answers; what targets of one address share, and what our own
network spoiled, accuses nobody. A day without enough visits leaves it open: its missing visits count as successes in the
rate, so that leaving records out never makes a hit.

>>> from evidence.ruleset import load
>>> rule = load("national-2019").of(indicator.name)
>>> rule.share, rule.visits
(50, 20)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from evidence import availability
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.span import Span, local_day, local_text

indicator = Indicator(__name__, clause="WV-2", scope="site")


@indicator.judge
def site_unreachable(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site; none where nobody ever probed it."""
    own = series.get(availability.LABEL)
    if own is None or not own.rows:
        return
    rule = rules.of(indicator.name)
    length = Span.parse(rule.limit or "7d").amount
    last = local_day(facts.at) - timedelta(days=1)
    first = last - timedelta(days=length - 1)
    held = availability.days_of(own, first, last)
    records = (*held, *(id for day in held.values() for id in day.browser))
    yield _answer(facts, rule, availability.week(held.values(), first, last), length, records)


def _answer(facts: Facts, rule: Rule, sums: dict[str, Any], length: int, records: tuple[str, ...]) -> Answer:
    least, share = rule.visits or 20, rule.share or 50
    visits = max(sums["visits"], least * length)
    missing = tuple(_missing(sums, length, least))
    sure = _reaches(rule, sums["failed"], visits, share)
    possible = _reaches(rule, sums["failed"] + sums["shared"] + sums["ours"], visits, share) or bool(missing)
    state = "hit" if sure and not missing else "undecided" if sure or possible else "clear"
    rate = f"{sums['failed']}/{visits}"
    tail = {"hit": "达到标准", "clear": "未达到标准", "undecided": "依据不足，不作认定"}[state]
    return Answer(
        state=state,  # type: ignore[arg-type]
        message=f"截至{local_text(facts.at)}前{length}天，{facts.subject.name}共访问{sums['visits']}次，打不开{sums['failed']}次"
        f"（{rate}，标准为{share / 10:g}%），{tail}。",
        as_of=facts.at,
        numbers={"count": sums["failed"], "limit": share, "of": visits, "counted": [], "not_counted": [], **sums},
        for_the_unit=tuple(_for_the_unit(sums)),
        against=(f"打不开{sums['failed']}次：{'、'.join(sums['reasons'])}",) if sums["failed"] else (),
        missing=missing or (("有失败归因未定的访问",) if state == "undecided" else ()),
        exhibits=records,
    )


def _reaches(rule: Rule, failed: int, visits: int, share: int) -> bool:
    return failed * 1000 >= share * visits if rule.comparator == ">=" else failed * 1000 > share * visits


def _missing(sums: dict[str, Any], length: int, least: int) -> Iterator[str]:
    if sums["days"] < length:
        yield f"{length}天中只有{sums['days']}天有访问记录"
    if sums["least"] < least:
        yield f"有一天只访问{sums['least']}次，不足{least}次"
    if not sums["controlled"]:
        yield "有失败没有同一分钟的对照访问，不能排除本方网络原因"


def _for_the_unit(sums: dict[str, Any]) -> Iterator[str]:
    if sums["guarded"]:
        yield f"{sums['guarded']}次得到防护系统的应答，按能访问计"
    if sums["shared"]:
        yield f"{sums['shared']}次与同一地址的其他网站同时失败，属平台事件，未计入"
    if sums["ours"]:
        yield f"{sums['ours']}次因本方网络原因，未计入"
