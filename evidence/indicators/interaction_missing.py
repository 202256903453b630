"""WV-5.1 互动回应差: no effective channel for consultation (国办秘函〔2019〕19号, 单项否决; here a proposal: whether a
channel works is for a person to try).

网上信访 and 纪检举报 are no such channels, so that their words do not clear a site.

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

indicator = Indicator(__name__, clause="WV-5.1", scope="site", reviewers=1)


@indicator.judge
def interaction_missing(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    rule = rules.of(indicator.name)
    yield entries.missing(facts, series, rules, rule, "interaction", noun="首页未见咨询互动入口")
