"""Counting columns in three values: a number is reached only if no missing fact could take it back.

Each column counts, does not count, or might. Enough that count: hit. Not enough even with all that might: clear.
Otherwise undecided, and what is missing is named. So no single thing we do not know can make a hit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence import words, workdays
from evidence.facts import Facts
from evidence.indicator import Answer
from evidence.model import Fact, SecondLook, State
from evidence.observed import Observed
from evidence.ruleset import Rule, Scope
from evidence.showing import Shown
from evidence.span import Span, local_day, local_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One column before the count."""

    observed: Observed
    counts: bool | None
    because: str
    """Why it does not count, or what is not known of it; empty where it counts."""
    shown: Shown
    """The answer of the series that the case rests on."""
    in_scope: bool = True
    """Whether the rule asks about this column at all."""


def both(*answers: bool | None) -> bool | None:
    """Return whether all are true: one False decides, otherwise one None leaves it open.

    >>> both(True, None), both(False, None), both(True, True)
    (None, False, True)
    """
    if False in answers:
        return False
    return None if None in answers else True


def within(scopes: Sequence[Scope], class_: str | None, level: int | None) -> bool | None:
    """Tell whether a column falls under any of the scopes; all do where there are none."""
    answers = [scope.covers(class_, level) for scope in scopes]
    if not answers or True in answers:
        return True
    return None if None in answers else False


def duty_of(fact: Fact) -> bool | None:
    """Return the duty that counts: a column of which the ledger says neither class nor duty has none."""
    return False if fact.duty is None and fact.class_ is None else fact.duty


def stale_case(observed: Observed, rule: Rule) -> Case:
    """Return the case of one column for a rule that counts what was not updated in time."""
    fact = observed.fact
    scope = within(rule.scope, fact.class_, fact.level)
    stale = observed.stale.value
    counts = both(scope, duty_of(fact), stale)
    return Case(
        observed=observed,
        counts=counts,
        because="" if counts else _because(observed, scope, stale),
        shown=observed.stale,
        in_scope=both(scope, duty_of(fact)) is not False,
    )


def _because(observed: Observed, scope: bool | None, stale: bool | None) -> str:
    """Say why a column does not count, or what is not known of it, the weightiest reason first."""
    fact = observed.fact
    if duty_of(fact) is False:
        return fact.not_counted or "台账未列更新责任"
    if scope is False:
        return "类别或级别不属于本条范围"
    if fact.blank:
        return "空白栏目，另按空白栏目计，不重复计为未更新"
    if stale is False:
        return (
            f"期限内有更新（最新{fact.newest}）" if fact.limit and fact.newest else (fact.not_counted or "期限内有更新")
        )
    reasons = [*observed.stale.missing] if stale is None else []
    if scope is None:
        reasons.append("台账未列栏目级别" if fact.class_ else "台账未列栏目类别")
    if fact.duty is None:
        reasons.append("台账未确认更新责任")
    return "；".join(reasons)


def answer(facts: Facts, rule: Rule, cases: Iterable[Case], *, noun: str) -> Answer:
    """Return the answer of a rule that counts columns; `noun` says what is counted, in Chinese."""
    every = tuple(cases)
    counted = [case for case in every if case.counts]
    open_cases = [case for case in every if case.counts is None]
    state = _state(facts, rule, every, len(counted), len(open_cases))
    missing = _missing(facts, every, open_cases, state)
    second = _second_look(counted) if state == "hit" else "not needed"
    return Answer(
        state=state,
        message=message(facts, rule, state, len(counted), len(open_cases), noun),
        as_of=_as_of(counted or every),
        numbers=numbers(facts, rule, every),
        for_the_unit=_for_the_unit(every),
        against=tuple(sentence(case) for case in counted),
        missing=missing,
        exhibits=tuple(dict.fromkeys(id for case in (*counted, *open_cases) for id in case.observed.records)),
        second_look=second,
    )


def _state(facts: Facts, rule: Rule, cases: Sequence[Case], count: int, open_count: int) -> State:
    if rule.reached(count):
        return "hit"
    asked = [case for case in cases if case.in_scope]
    blind = bool(asked) and all(case.shown.value is None for case in asked)
    if rule.reached(count + open_count) or blind or not facts.seen or not cases:
        return "undecided"
    return "clear"


def _missing(facts: Facts, cases: Sequence[Case], open_cases: Sequence[Case], state: State) -> tuple[str, ...]:
    named = tuple(f"{case.observed.fact.name}（{case.observed.fact.label}）：{case.because}" for case in open_cases)
    if state != "undecided":
        return named
    if not cases:
        return ("没有栏目台账，不知道该站有哪些栏目", *named)
    return named if facts.seen else ("时点前没有任何可用的采集记录", *named)


def numbers(facts: Facts, rule: Rule, cases: Sequence[Case]) -> dict[str, Any]:
    """Return the numbers of a count: what was counted, what was not and because of what, what is open."""
    return {
        "count": sum(case.counts is True for case in cases),
        "open": sum(case.counts is None for case in cases),
        "limit": rule.count,
        "comparator": rule.comparator,
        "counted": [entry(case) for case in cases if case.counts],
        "undecided": [_why(case) for case in cases if case.counts is None],
        "not_counted": [_why(case) for case in cases if case.counts is False],
        "count_by_days": sum(_by_days(case) for case in cases),
    }


def entry(case: Case) -> dict[str, Any]:
    """Return one counted column as numbers."""
    fact = case.observed.fact
    return {
        "label": fact.label,
        "name": fact.name,
        "class": fact.class_,
        "level": fact.level,
        "duty": fact.duty,
        "newest": fact.newest.isoformat() if fact.newest else None,
        "age_days": fact.age_days,
        "limit": fact.limit,
        "url": fact.url,
        "record": fact.record,
        "second_look": case.shown.second_look,
        "basis": list(case.shown.basis),
    }


def _why(case: Case) -> dict[str, str]:
    return {"label": case.observed.fact.label, "name": case.observed.fact.name, "because": case.because}


def _by_days(case: Case) -> bool:
    """Tell whether the column counts when a month is 30 days: the other way of counting, printed beside ours."""
    fact = case.observed.fact
    if not case.counts or fact.limit is None or fact.age_days is None:
        return bool(case.counts)
    days = Span.parse(fact.limit).buckets
    return days is None or fact.age_days > days


def message(facts: Facts, rule: Rule, state: State, count: int, open_count: int, noun: str) -> str:
    """Say in one sentence how many there are, what the rule asks, and both readings of the rule at its edge."""
    over = "超过（含）" if rule.comparator == ">=" else "超过"
    said = f"截至{local_text(facts.at)}，{facts.subject.name}有{count}个{noun}，标准为{over}{rule.count}个"
    if count == rule.count:
        said += f"；恰为{count}个：按“超过（含）{count}个”计达到，按“超过{count}个”计未达到，本规则取“{over}”"
    if state == "undecided":
        return f"{said}；另有{open_count}个不能确定，不作认定。" if open_count else f"{said}，依据不足，不作认定。"
    return f"{said}，{'达到' if state == 'hit' else '未达到'}。"


def sentence(case: Case) -> str:
    """Say what was seen of one counted column."""
    fact = case.observed.fact
    level = "" if fact.level is None else f"{words.level(fact.level)}，"
    if fact.newest is None and not fact.blank:
        return f"{fact.name}（{fact.path}）：{level}{'；'.join(case.shown.basis) or '列表无日期'}，查看于{_moment(fact.as_of)}"
    if fact.newest is None:
        return f"{fact.name}（{fact.path}）：{level}空白，查看于{_moment(fact.as_of)}"
    limit = Span.parse(fact.limit).chinese if fact.limit else "未列"
    return f"{fact.name}（{fact.path}）：{level}最新{fact.newest}，距查看日{fact.age_days}天，期限{limit}，查看于{_moment(fact.as_of)}"


def _moment(moment: datetime | None) -> str:
    return local_text(moment) if moment else "未查看"


def _for_the_unit(cases: Sequence[Case]) -> tuple[str, ...]:
    said = [f"{case.observed.fact.name}：{remark}" for case in cases for remark in case.shown.remarks]
    said += [
        f"{case.observed.fact.name}：{festival}" for case in cases if case.counts and (festival := _festival(case))
    ]
    not_counted = sum(case.counts is False for case in cases)
    if not_counted:
        said.append(f"{not_counted}个栏目未计入（理由逐栏列明）")
    gaps = sum(case.observed.gaps for case in cases)
    if gaps:
        said.append(f"{gaps}次访问未得完整页面且不能归于对方，均未计入")
    return tuple(said)


def _festival(case: Case) -> str:
    """Say what of a short limit's window was off by a notice."""
    fact = case.observed.fact
    if fact.limit is None or fact.as_of is None or fact.blank:
        return ""
    span, day = Span.parse(fact.limit), local_day(fact.as_of)
    return workdays.festival(span.before(day), day) if span.unit in "dw" else ""


def _as_of(cases: Sequence[Case]) -> datetime | None:
    """Return the oldest of the moments the cases hold as of: all of them hold as of it."""
    return min((case.observed.fact.as_of for case in cases if case.observed.fact.as_of), default=None)


def _second_look(counted: Sequence[Case]) -> SecondLook:
    looks = {case.shown.second_look for case in counted}
    if "disagrees" in looks:
        return "disagrees"
    return "agrees" if looks == {"agrees"} else "missing"
