"""WV-4.1 栏目不更新: news columns with nothing in 2 weeks plus first-level notice and policy columns with nothing in
6 months, together 5 or more (国办秘函〔2019〕19号, 单项否决).

Counts only columns whose class, level and duty the column ledger states, and whose newest item a complete look not
older than a day at T shows to be too old. A blank column is not stale as well. Which columns, limits and numbers: the
rule set.

>>> from evidence.ruleset import load
>>> rule = load("national-2019").of(indicator.name)
>>> rule.reached(4), rule.reached(5)
(False, True)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence import tally
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.ruleset import RuleSet
from evidence.series import Series

indicator = Indicator(__name__, clause="WV-4.1", scope="site")


@indicator.judge
def columns_not_updated(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    rule = rules.of(indicator.name)
    cases = [tally.stale_case(observed, rule) for observed in facts.columns]
    yield tally.answer(facts, rule, cases, noun="动态要闻、一级通知公告和政策文件类栏目超过期限未更新")
