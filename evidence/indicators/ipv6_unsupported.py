"""WD-4.9 IPv6 支持: on none of the days before T could the site be reached over IPv6; one point (国办秘函〔2019〕19号, 扣分项).

Either its name had no AAAA records on any of the days, or it had, and each attempt over IPv6 failed while the page opened over
IPv4 and a control answered over IPv6. One attempt that came through clears it. What nobody asked, or asked without a
control, accuses nobody; nor do days of both kinds mixed, which may be a change under way.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).limit
'7d'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from evidence import availability
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.model import ProbeDay, State
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.span import Span, local_day, local_text

indicator = Indicator(__name__, clause="WD-4.9", scope="site")

POINTS = 10
"""Deduction in tenths of a point."""


@indicator.judge
def ipv6_unsupported(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site; none where nobody ever probed it."""
    own = series.get(availability.LABEL)
    if own is None or not own.rows:
        return
    length = Span.parse(rules.of(indicator.name).limit or "7d").amount
    last = local_day(facts.at) - timedelta(days=1)
    held = availability.days_of(own, last - timedelta(days=length - 1), last)
    yield _answer(facts, tuple(held.values()), length, tuple(held))


def _answer(facts: Facts, days: Sequence[ProbeDay], length: int, records: tuple[str, ...]) -> Answer:
    came = sum(day.visits6 - day.failed6 for day in days)
    missing = () if came else tuple(_missing(days, length))
    state: State = "clear" if came else "undecided" if missing else "hit"
    failed, visits = sum(day.failed6 for day in days), sum(day.visits6 for day in days)
    without = sum(day.aaaa is False for day in days)
    seen = f"IPv6访问{visits}次，打不开{failed}次；{without}天没有AAAA记录"
    tail = {"hit": "，不支持IPv6访问", "clear": "，支持IPv6访问", "undecided": "，依据不足，不作认定"}[state]
    return Answer(
        state=state,
        message=f"截至{local_text(facts.at)}前{length}天，{facts.subject.name}{seen}{tail}。",
        as_of=facts.at,
        numbers={
            "count": int(state == "hit"),
            "limit": 1,
            "days": len(days),
            "without_aaaa": without,
            "visits6": visits,
            "failed6": failed,
            "tenths": POINTS if state == "hit" else 0,
            "counted": [],
            "not_counted": [],
        },
        for_the_unit=(f"{came}次以IPv6打得开",) if came else (),
        against=(seen,) if state == "hit" else (),
        missing=missing,
        exhibits=records,
    )


def _missing(days: Sequence[ProbeDay], length: int) -> Iterator[str]:
    """Yield what keeps the days, none of which came through, from showing that IPv6 is not supported."""
    if len({day.day for day in days}) < length:
        yield f"{length}天中只有{len({day.day for day in days})}天有访问记录"
    if any(day.aaaa is None for day in days):
        yield "有的日子没有可信的AAAA查询结果（未开启IPv6探测，或域名服务未能答复，或对照网址的AAAA记录也查不到）"
    if any(day.aaaa and not day.visits6 for day in days):
        yield "有的日子没有可用的IPv6访问：IPv6对照网址打不开或未填写，或网站以IPv4同样打不开，不能排除本方网络原因"
    if not all(day.controlled6 for day in days):
        yield "有IPv6访问失败而没有同一分钟的IPv6对照访问，不能排除本方网络原因"
    if len({day.aaaa for day in days} - {None}) > 1:
        yield "有的日子有AAAA记录，有的日子没有，可能正在调整"
