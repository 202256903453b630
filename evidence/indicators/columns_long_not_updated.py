"""WV-4.2 栏目不更新: columns that should be updated but were not for long, 10 or more
(国办秘函〔2019〕19号, 单项否决).

"Should be updated" is a duty stated in the column ledger; "for long" is the limit of the column's class and level, or
the longer cycle its ledger agrees. A class without a limit and without an agreed cycle never counts.

>>> from evidence.ruleset import load
>>> rule = load("national-2019").of(indicator.name)
>>> rule.reached(9), rule.reached(10)
(False, True)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence import tally
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.ruleset import RuleSet
from evidence.series import Series

indicator = Indicator(__name__, clause="WV-4.2", scope="site")


@indicator.judge
def columns_long_not_updated(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    rule = rules.of(indicator.name)
    cases = [tally.stale_case(observed, rule) for observed in facts.columns]
    yield tally.answer(facts, rule, cases, noun="应更新栏目长期未更新")
