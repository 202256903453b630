"""WV-1.3 暗链与不良外链: links that no visitor sees, gambling and pornography on shown links, hijacked titles and jumps
(国办秘函〔2019〕19号, 单项否决 for what is published or linked to; here a proposal for two reviewers).

A hidden link counts only if it leads to a stranger and has a word of the list or came with a foreign script or block:
screen-reader text, folded menus and single forgotten links accuse nobody.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).reached(1), indicator.reviewers
(True, 2)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence import signs, tampering
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.ruleset import RuleSet
from evidence.series import Series

indicator = Indicator(__name__, clause="WV-1.3", scope="site", reviewers=2)


@indicator.judge
def foreign_links(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    yield signs.answer(
        facts, series, rules, rules.of(indicator.name), tampering.find, noun="暗链、不良外链或标题劫持迹象", once=True
    )
