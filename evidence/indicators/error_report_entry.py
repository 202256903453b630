"""WD-4.4a 找错入口: the foot of the home page has no entry to 我为政府网站找错, one point.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).effect
'points'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence import signs
from evidence.columns import HOME
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign

indicator = Indicator(__name__, clause="WD-4.4a", scope="site", reviewers=1)


@indicator.judge
def error_report_entry(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the home page."""
    rule = rules.of(indicator.name)
    yield signs.answer(
        facts, series, rules, rule, _find, noun="首页未见找错入口", of=lambda one: one.fact.label == HOME
    )


def _find(look: Look) -> tuple[Sign, ...]:
    """Return the sign where the page names its site and links no entry; a page that names nothing shows no foot."""
    reading = look.reading
    if reading is None or "error_report" in reading.identity or not {"site_code", "icp"} & set(reading.identity):
        return ()
    if not reading.links:
        return ()
    return (Sign(key="error_report", said="页脚和全部链接中未见“我为政府网站找错”入口", points=10),)
