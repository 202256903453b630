"""WV-4.3 空白栏目: columns that have held nothing since they were opened, 5 or more
(国办秘函〔2019〕19号, 单项否决).

The number seen is printed for all blank columns; a hit needs as many with a duty stated in the column ledger. One
earlier item refutes a blank column: it is then content that disappeared, which is another matter.

>>> from evidence.ruleset import load
>>> rule = load("national-2019").of(indicator.name)
>>> rule.reached(4), rule.reached(5)
(False, True)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from evidence import tally
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.observed import Observed
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.tally import Case

indicator = Indicator(__name__, clause="WV-4.3", scope="site")


@indicator.judge
def blank_columns(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    rule = rules.of(indicator.name)
    cases = [_case(observed) for observed in facts.columns]
    answer = tally.answer(facts, rule, cases, noun="台账确认应更新的空白栏目")
    seen = [case for case in cases if case.observed.fact.blank and not case.observed.once_filled]
    yield _unconfirmed(_with_seen(answer, seen), rule, seen)


def _with_seen(answer: Answer, seen: Sequence[Case]) -> Answer:
    """Print every blank column that was seen, also those that cannot accuse; they only do not make a hit."""
    labels = {case.observed.fact.label for case in seen}
    numbers = {
        **answer.numbers,
        "count": len(seen),
        "with_duty": answer.numbers["count"],
        "counted": [tally.entry(case) for case in seen],
        "not_counted": [one for one in answer.numbers["not_counted"] if one["label"] not in labels],
    }
    names = "、".join(case.observed.fact.name for case in seen)
    said = f"见到空白栏目{len(seen)}个（{names}）。" if seen else ""
    exhibits = (*answer.exhibits, *(id for case in seen for id in case.observed.records))
    return replace(
        answer,
        numbers=numbers,
        message=said + answer.message,
        against=tuple(tally.sentence(case) + (f"；{case.because}" if case.because else "") for case in seen),
        exhibits=tuple(dict.fromkeys(exhibits)),
    )


def _unconfirmed(answer: Answer, rule: Rule, seen: Sequence[Case]) -> Answer:
    """Turn a clear answer into an open one where enough blank columns were seen and only their duty is unknown."""
    possible = [case for case in seen if case.observed.fact.duty is not False]
    if answer.state != "clear" or not rule.reached(len(possible)):
        return answer
    missing = f"见到{len(possible)}个空白栏目，但台账未确认其中{sum(not case.counts for case in possible)}个的更新责任"
    return replace(answer, state="undecided", missing=(*answer.missing, missing))


def _case(observed: Observed) -> Case:
    fact = observed.fact
    blank = False if observed.once_filled else observed.blank.value
    counts = tally.both(tally.duty_of(fact), blank)
    return Case(
        observed=observed,
        counts=counts,
        because="" if counts else _because(observed, blank),
        shown=observed.blank,
        in_scope=tally.duty_of(fact) is not False,
    )


def _because(observed: Observed, blank: bool | None) -> str:
    fact = observed.fact
    if observed.once_filled:
        return observed.once_filled
    if blank is False:
        return "有内容"
    reasons = [*observed.blank.missing] if blank is None else ["空白"]
    if fact.duty is not True:
        reasons.append(fact.not_counted or "台账未列更新责任")
    return "；".join(reasons)
