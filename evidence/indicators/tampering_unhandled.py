"""WV-1.4 安全攻击处置不力: signs of tampering that every complete look has shown for days, so that nobody dealt with them
(国办秘函〔2019〕19号, 单项否决 for a serious incident that is not handled in time; here a proposal for two reviewers).

Whether an incident is serious, and when it was reported, no page tells.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).limit, indicator.reviewers
('3d', 2)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from evidence import signs, tampering
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign
from evidence.span import Span, local_text

indicator = Indicator(__name__, clause="WV-1.4", scope="site", reviewers=2)


@indicator.judge
def tampering_unhandled(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    rule = rules.of(indicator.name)
    least = Span.parse(rule.limit or "3d")

    def find(look: Look) -> tuple[Sign, ...]:
        seen = tampering.find(look)
        return tuple(lasting for sign in seen if (lasting := _lasting(sign, look, series[look.row.label], least)))

    def agrees(other: Look, keys: set[str]) -> bool | None:
        return bool({sign.key for sign in tampering.find(other)} & keys) if other.whole else None

    noun = "暗链、不良外链或标题劫持迹象多日未处置"
    yield signs.answer(facts, series, rules, rule, find, noun=noun, agrees=agrees, once=True)


def _lasting(sign: Sign, look: Look, own: Series, least: Span) -> Sign | None:
    """Return a sign with since when every whole look shows it; None where that is not long enough."""
    first, looks = look, 1
    for earlier in own.looks((row for row in own.complete if row.started < look.row.started), newest_first=True):
        if not earlier.whole:
            continue
        if all(one.key != sign.key for one in tampering.find(earlier)):
            break
        first, looks = earlier, looks + 1
    if first is look or first.day > least.before(look.day):
        return None
    since = f"；自{local_text(first.row.started)}起{looks}次完整访问均见"
    return replace(
        sign,
        said=sign.said + since,
        told=(*sign.told, ("first_seen", first.day.isoformat()), ("looks", looks)),
        records=(first.row.record,),
    )
