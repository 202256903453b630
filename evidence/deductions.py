"""Deductions (扣分) for whole classes of columns (WD-1.4 to 1.6): a class counts as not updated only if all its columns are.

One fresh column clears the class. That the ledger lists none is not that the site has none: it leaves the answer open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evidence import tally
from evidence.columns import ColumnClass
from evidence.facts import Facts
from evidence.indicator import Answer
from evidence.observed import Observed
from evidence.ruleset import Rule

TENTHS = 50
"""Of a point that a class without a new item costs: five points."""


def of_class(facts: Facts, rule: Rule, class_: ColumnClass, *, noun: str) -> Answer:
    """Return the answer on the columns of one class that the rule asks about; `noun` names them, in Chinese."""
    asked = [one for one in facts.columns if one.fact.class_ == class_ and _may_count(one, rule)]
    if not asked:
        message = f"{facts.subject.name}：台账中没有{noun}，是否未设须人工核对。"
        return Answer(state="undecided", message=message, numbers={"count": 0}, missing=(f"台账未列{noun}",))
    counted = replace(rule, count=len(asked), comparator=">=")
    answer = tally.answer(facts, counted, [tally.stale_case(one, rule) for one in asked], noun=f"{noun}未更新")
    return replace(answer, numbers={**answer.numbers, "tenths": TENTHS if answer.state == "hit" else 0})


def other_columns(facts: Facts, rule: Rule, own: Sequence[ColumnClass]) -> Answer:
    """Return the answer on all other columns (WD-1.9): two points for a blank one, one for one not updated, four at most."""
    asked = [one for one in facts.columns if one.fact.class_ not in own]
    blank = [one for one in asked if tally.both(tally.duty_of(one.fact), one.blank.value) and not one.once_filled]
    stale = [one for one in asked if one not in blank]
    cases = [*(_blank(one) for one in blank), *(tally.stale_case(one, rule) for one in stale)]
    answer = tally.answer(facts, rule, cases, noun="其他栏目空白或未更新")
    tenths = 20 * len(blank) + 10 * sum(case.counts is True for case in cases[len(blank) :])
    return replace(answer, numbers={**answer.numbers, "blank": len(blank), "tenths": min(tenths, 40)})


def _may_count(one: Observed, rule: Rule) -> bool:
    return (
        tally.within(rule.scope, one.fact.class_, one.fact.level) is not False and tally.duty_of(one.fact) is not False
    )


def _blank(one: Observed) -> tally.Case:
    return tally.Case(observed=one, counts=True, because="", shown=one.blank)
