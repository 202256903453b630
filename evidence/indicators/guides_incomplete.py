"""WV-6.2 办事指南要素缺失: service guides that lack four or more of the ten elements, five or more of them (国办秘函〔2019〕19号,
单项否决; here a proposal for two reviewers).

A guide is a page that gives some of the elements under their names. One that shows pictures or files besides, or leads to a
platform, may give the others there, and is passed over.

>>> from evidence.ruleset import load
>>> rule = load("national-2019").of(indicator.name)
>>> rule.reached(4), rule.reached(5)
(False, True)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from evidence import signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.model import Reading
from evidence.reading.guides import ELEMENTS
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign

indicator = Indicator(__name__, clause="WV-6.2", scope="site", reviewers=2)

LACKING = 4
"""Elements of the ten whose lack makes a guide one that counts."""
_ELSEWHERE = re.compile(r"办事指南|在线办理|网上办理|在线申[请报]|事项详情|查看详情")
"""Links by which a page leads to the guide on a platform."""


@indicator.judge
def guides_incomplete(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    yield signs.answer(facts, series, rules, rules.of(indicator.name), _find, noun="办事指南缺少四类以上要素")


def _find(look: Look) -> tuple[Sign, ...]:
    reading = look.reading
    if reading is None or not reading.elements or reading.images or reading.annexes or _leads_on(reading):
        return ()
    given = {element.name for element in reading.elements}
    lacking = [words[0] for key, words in ELEMENTS.items() if key not in given]
    if len(lacking) < LACKING:
        return ()
    return (Sign(key=reading.url or reading.title, said=f"缺少{'、'.join(lacking)}", told=(("lacking", lacking),)),)


def _leads_on(reading: Reading) -> bool:
    return any(link.scope != "internal" and _ELSEWHERE.search(link.text) for link in reading.links)
