"""WV-6.2 办事指南要素缺失: service guides that lack four or more of the ten elements, five or more of them (国办秘函〔2019〕19号,
单项否决; here a proposal for two reviewers).

A guide is a page that gives some of the elements under their names.

>>> from evidence.ruleset import load
>>> rule = load("national-2019").of(indicator.name)
>>> rule.reached(4), rule.reached(5)
(False, True)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence import guiding, signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.ruleset import RuleSet
from evidence.series import Series

indicator = Indicator(__name__, clause="WV-6.2", scope="site", reviewers=2)


@indicator.judge
def guides_incomplete(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    yield signs.answer(
        facts, series, rules, rules.of(indicator.name), guiding.incomplete, noun="办事指南缺少四类以上要素"
    )
