"""WD-4.7 页面标签: required meta tags that content and column pages lack, a tenth of a point each, one point at most.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).effect
'points'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence import signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign

indicator = Indicator(__name__, clause="WD-4.7", scope="site")


@indicator.judge
def page_tags(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    yield signs.answer(facts, series, rules, rules.of(indicator.name), _find, noun="页面缺少规定的网页标签")


def _find(look: Look) -> tuple[Sign, ...]:
    missing = look.reading.missing_tags if look.reading else ()
    if not missing:
        return ()
    return (Sign(key="tags", said=f"缺少标签{'、'.join(missing)}", points=1, told=(("missing", list(missing)),)),)
