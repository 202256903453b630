"""WD-1.6 政策解读: none of the first-level interpretation columns has anything of the last six months, five points
(国办秘函〔2019〕19号, 扣分项).

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).effect
'points'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence import deductions
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.ruleset import RuleSet
from evidence.series import Series

indicator = Indicator(__name__, clause="WD-1.6", scope="site")


@indicator.judge
def interpretation_points(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    yield deductions.of_class(facts, rules.of(indicator.name), "interpretation", noun="一级政策解读栏目")
