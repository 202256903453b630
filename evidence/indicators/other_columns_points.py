"""WD-1.9 其他栏目: two points for each blank column and one for each that is not updated in its time, no column twice, four
at most (国办秘函〔2019〕19号, 扣分项).

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).reached(1)
True
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence import deductions
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.ruleset import RuleSet
from evidence.series import Series

indicator = Indicator(__name__, clause="WD-1.9", scope="site")


@indicator.judge
def other_columns_points(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    yield deductions.other_columns(facts, rules.of(indicator.name), ("news", "policy", "interpretation"))
