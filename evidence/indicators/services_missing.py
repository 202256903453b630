"""WV-6.1 服务不实用: no service offered (国办秘函〔2019〕19号, 单项否决; here a proposal: what an office must offer is for
a person to say).

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).effect
'proposal'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence import entries
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.ruleset import RuleSet
from evidence.series import Series

indicator = Indicator(__name__, clause="WV-6.1", scope="site", reviewers=1)


@indicator.judge
def services_missing(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    rule = rules.of(indicator.name)
    yield entries.missing(facts, series, rules, rule, "service", noun="首页未见办事服务入口")
