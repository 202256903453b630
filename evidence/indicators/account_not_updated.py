"""NV-2.1 内容不更新: an account on which nothing was published in the 2 weeks before T (国办秘函〔2019〕19号, new media).

One sighting of something new in any source clears the account; only a complete source can show that there was nothing
(清白一证即可，问题须有全序列). A public page of a platform shows a part, so it never accuses.

>>> indicator.scope, indicator.clause
('account', 'NV-2.1')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from evidence import workdays
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.model import SecondLook
from evidence.observed import Observed
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.span import Span, local_day, local_text

indicator = Indicator(__name__, clause="NV-2.1", scope="account")


@indicator.judge
def account_not_updated(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the account."""
    due = [one for one in facts.columns if one.fact.duty is not False]
    fresh = [one for one in due if one.stale.value is False and one.fact.limit and one.fact.blank is not True]
    if not due and facts.columns:
        yield _exempt(facts)
    elif fresh:
        yield _clear(facts, fresh)
    elif (stale := [one for one in due if one.stale.value and one.fact.duty]) and not _open(due):
        yield _hit(facts, stale, rules)
    else:
        yield _undecided(facts, due)


def _open(due: Sequence[Observed]) -> list[Observed]:
    """Return the complete sources that cannot be told, and any source that may have shown something new."""
    return [one for one in due if one.stale.seen or (one.fact.coverage != "partial" and one.stale.value is not True)]


def _exempt(facts: Facts) -> Answer:
    return Answer(
        state="clear",
        message=f"{facts.subject.name}：台账免除更新责任。",
        numbers=_numbers(facts, ()),
        for_the_unit=tuple(f"{one.fact.name}：{one.fact.not_counted}" for one in facts.columns),
    )


def _clear(facts: Facts, fresh: Sequence[Observed]) -> Answer:
    one = fresh[0]
    seen = f"（最新{one.fact.newest}）" if one.fact.newest else ""
    return Answer(
        state="clear",
        message=f"截至{local_text(facts.at)}，{facts.subject.name}在期限内有更新{seen}。",
        as_of=one.fact.as_of,
        numbers=_numbers(facts, ()),
        for_the_unit=tuple(remark for other in fresh for remark in other.stale.remarks),
        exhibits=one.records,
    )


def _hit(facts: Facts, stale: Sequence[Observed], rules: RuleSet) -> Answer:
    newest = max((one.fact.newest for one in facts.columns if one.fact.newest), default=date.min)
    fact = max((one.fact for one in stale), key=lambda fact: fact.newest or date.min)
    limit = Span.parse(fact.limit or rules.of(indicator.name).limit or "14d")
    as_of = min(one.fact.as_of for one in stale if one.fact.as_of)
    said = f"最新一条发布于{newest}，距查看日{fact.age_days}天" if fact.newest else "；".join(stale[0].stale.basis)
    festival = workdays.festival(limit.before(local_day(as_of)), local_day(as_of)) if limit.unit in "dw" else ""
    return Answer(
        state="hit",
        message=f"截至{local_text(facts.at)}，{facts.subject.name}{said}，超过{limit.chinese}未更新。",
        as_of=as_of,
        numbers=_numbers(facts, stale),
        against=tuple(_against(one) for one in stale),
        missing=tuple(f"{one.fact.name}：{reason}" for one in facts.columns for reason in one.stale.missing),
        for_the_unit=(*(remark for one in stale for remark in one.stale.remarks), *([festival] if festival else [])),
        exhibits=_records(stale),
        second_look=_second_look(stale),
    )


def _against(one: Observed) -> str:
    fact = one.fact
    return f"{fact.name}：" + (
        f"最新{fact.newest}，距查看日{fact.age_days}天" if fact.newest else "；".join(one.stale.basis)
    )


def _undecided(facts: Facts, due: Sequence[Observed]) -> Answer:
    missing = [f"{one.fact.name}：{reason}" for one in due for reason in one.stale.missing]
    missing += [f"{one.fact.name}：列表为空，不能判断是否新开账号" for one in due if one.fact.blank]
    missing += [f"{one.fact.name}：台账未确认更新责任" for one in due if one.fact.duty is None]
    return Answer(
        state="undecided",
        message=f"截至{local_text(facts.at)}，{facts.subject.name}是否更新不能确定，不作认定。",
        as_of=min((one.fact.as_of for one in due if one.fact.as_of), default=None),
        numbers=_numbers(facts, ()),
        missing=tuple(missing) or ("时点前没有任何访问记录",),
        exhibits=_records(due),
    )


def _numbers(facts: Facts, counted: Sequence[Observed]) -> dict[str, object]:
    labels = {one.fact.label for one in counted}
    return {
        "count": len(counted),
        "limit": 1,
        "counted": [
            {
                "label": one.fact.label,
                "name": one.fact.name,
                "class": one.fact.class_,
                "level": one.fact.level,
                "newest": one.fact.newest.isoformat() if one.fact.newest else None,
                "age_days": one.fact.age_days,
                "limit": one.fact.limit,
                "url": one.fact.url,
                "record": one.fact.record,
            }
            for one in counted
        ],
        "not_counted": [
            {
                "label": one.fact.label,
                "name": one.fact.name,
                "because": one.fact.not_counted or "；".join(one.stale.missing) or "在期限内或为空",
            }
            for one in facts.columns
            if one.fact.label not in labels
        ],
    }


def _records(observed: Sequence[Observed]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(record for one in observed for record in one.records))


def _second_look(stale: Sequence[Observed]) -> SecondLook:
    looks = {one.stale.second_look for one in stale}
    return "agrees" if looks == {"agrees"} else "missing"
