"""WD-2.4 办事指南: key elements that guides lack, half a point each, eight at most (国办秘函〔2019〕19号, 扣分项).

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).effect
'points'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from evidence import guiding, signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign

indicator = Indicator(__name__, clause="WD-2.4", scope="site")

MOST = 80
"""Tenths of a point that this item is worth."""


@indicator.judge
def guide_elements(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    found = signs.answer(facts, series, rules, rules.of(indicator.name), _find, noun="办事指南缺少要素", once=True)
    yield replace(found, numbers={**found.numbers, "tenths": min(MOST, found.numbers.get("tenths", 0))})


def _find(look: Look) -> tuple[Sign, ...]:
    lacking = guiding.lacking(look)
    if not lacking:
        return ()
    return (Sign(key=guiding.name_of(look), said=f"缺少{'、'.join(lacking)}", points=5 * len(lacking)),)
