"""比率与数字不符: a printed rate that does not follow from the numbers beside it, as 94.3 % for 126 of 134 (not a national
indicator; a proposal).

Which columns make the rate is told by the other rows: most of them must agree within rounding, so that a rate of
something else is no fault.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).effect
'proposal'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence import signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.quoting import plainly
from evidence.rates import unfounded
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign

indicator = Indicator(__name__, clause="比率与数字不符", scope="site", reviewers=1)


@indicator.judge
def rates_unfounded(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the target."""
    yield signs.answer(facts, series, rules, rules.of(indicator.name), _find, noun="比率与所列数字不符")


def _find(look: Look) -> tuple[Sign, ...]:
    tables = look.reading.tables if look.reading else ()
    return tuple(
        Sign(
            key=f"{found.row}{found.printed}",
            said=f"“{plainly(found.name, 30)}”行：{plainly(found.part_heading, 20)}{found.part}、{plainly(found.whole_heading, 20)}"
            f"{found.whole}，应为{found.expected}%，印为{found.printed}%",
        )
        for table in tables
        for found in unfounded(table)
    )
