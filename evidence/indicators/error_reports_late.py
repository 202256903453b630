"""WD-4.4b 找错答复: entries of 我为政府网站找错 answered later than three working days after they were passed on, a point each,
three at most (国办秘函〔2019〕19号, 扣分项). Only what is printed counts: no reply shown is not that there is none.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).count
3
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from evidence import timeliness
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.ruleset import RuleSet
from evidence.series import Series

indicator = Indicator(__name__, clause="WD-4.4b", scope="site", reviewers=1)

POINTS, MOST = 10, 30
"""Tenths of a point: for one entry, and in all."""


@indicator.judge
def error_reports_late(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the target; none where it has no such entries."""
    if not any(timeliness.is_error_reports(one) for one in facts.observed):
        return
    found = timeliness.answer(
        facts,
        series,
        rules,
        rules.of(indicator.name),
        noun="找错留言答复超过期限",
        points=POINTS,
        of=timeliness.is_error_reports,
    )
    yield replace(found, numbers={**found.numbers, "tenths": min(MOST, found.numbers.get("tenths", 0))})
