"""WD-3.4 答复超期: letters whose page shows that they were answered later than five working days after they were accepted.

Only what is printed counts: a letter without a reply shown may have been answered otherwise. Entries of 我为政府网站找错 have
a limit of their own (WD-4.4b).

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).count
5
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence import timeliness
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.ruleset import RuleSet
from evidence.series import Series

indicator = Indicator(__name__, clause="WD-3.4", scope="site", reviewers=1)

POINTS = 40
"""Tenths of a point for one letter."""


@indicator.judge
def letters_late(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the target; `count` of the rule are the working days."""
    yield timeliness.answer(
        facts,
        series,
        rules,
        rules.of(indicator.name),
        noun="来信答复超过期限",
        points=POINTS,
        of=lambda one: not timeliness.is_error_reports(one),
    )
