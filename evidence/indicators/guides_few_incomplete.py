"""WV-6.3 服务不实用: fewer than five items in all, each of whose guides lacks four or more of the ten elements
(国办秘函〔2019〕19号, 单项否决; here a proposal: that there are no other items is for a person to say).

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).count
5
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from evidence import guiding, showing, signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.observed import Observed
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign

indicator = Indicator(__name__, clause="WV-6.3", scope="site", reviewers=1)


@indicator.judge
def guides_few_incomplete(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site; `count` of the rule is the number of items that are no longer few."""
    rule = rules.of(indicator.name)
    any_number = replace(rule, count=None)
    every = signs.answer(facts, series, rules, any_number, _every, noun="办事指南", once=True)
    seen = every.numbers["count"]
    found = signs.answer(
        facts, series, rules, any_number, guiding.incomplete, noun="办事指南缺少四类以上要素", once=True
    )
    few = 0 < seen < (rule.count or 1)
    unseen = tuple(one.fact.name for one in facts.columns if _was_not_seen(one, series, rules))
    if found.state == "hit" and few and (unseen or every.numbers["open"]):
        yield replace(found, state="undecided", missing=_unseen(unseen), second_look="not needed")
        return
    if found.state != "hit" or (few and found.numbers["count"] == seen):
        yield replace(found, numbers={**found.numbers, "seen": seen})
        return
    said = f"见到办事指南{seen}项，其中{found.numbers['count']}项缺少四类以上要素，不属于少于{rule.count}项且每项均缺的情形"
    yield replace(
        found,
        state="clear",
        message=f"{facts.subject.name}：{said}。",
        second_look="not needed",
        against=(),
        missing=(),
    )


def _was_not_seen(one: Observed, series: Mapping[str, Series], rules: RuleSet) -> bool:
    """Tell whether a column was not seen whole near T: another guide may stand there, and the items are not known to be few."""
    return showing.unfit(series[one.fact.label], rules) is not None if one.fact.label in series else True


def _unseen(names: tuple[str, ...]) -> tuple[str, ...]:
    named = f"（{'、'.join(names[:10])}）" if names else ""
    return (f"台账所列栏目未全部看到{named}，不能断定事项只有这几项",)


def _every(look: Look) -> tuple[Sign, ...]:
    return (Sign(key=guiding.name_of(look), said="办事指南"),) if guiding.is_guide(look) else ()
