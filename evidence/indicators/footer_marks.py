"""WD-4.2 网站标识: the foot of the home page lacks 党政机关标识, 网站标识码, ICP备案, 公安备案, 主办单位 or 联系方式, half a point each.

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

indicator = Indicator(__name__, clause="WD-4.2", scope="site", reviewers=1)

MARKS = {
    "emblem": "党政机关网站标识",
    "site_code": "网站标识码",
    "icp": "ICP备案号",
    "police_filing": "公安备案号",
    "organiser": "主办单位",
    "telephone": "联系方式",
}


@indicator.judge
def footer_marks(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the home page."""
    rule = rules.of(indicator.name)
    yield signs.answer(
        facts, series, rules, rule, _find, noun="首页页脚缺少的标识", of=lambda one: one.fact.label == HOME
    )


def _find(look: Look) -> tuple[Sign, ...]:
    """Return what the page lacks; a page whose foot says nothing at all may have it in a picture, and nothing is said."""
    known = look.reading.identity if look.reading else {}
    if not any(mark in known for mark in MARKS):
        return ()
    return tuple(
        Sign(key=mark, said=f"未见{name}", points=5, told=(("mark", mark),))
        for mark, name in MARKS.items()
        if mark not in known
    )
