"""空壳账号: an account whose complete source has shown nothing at all, at each look, for longer than an account may be silent
(清理整顿 of 国办发〔2018〕123号; not an indicator with a number, so a proposal).

A new account is empty, too: the first empty look must lie before the limit. A platform's public page shows a part and
proves nothing.

>>> indicator.scope, indicator.clause
('account', '空壳账号')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from evidence import showing
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.observed import Observed
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.span import Span, local_day, local_text

indicator = Indicator(__name__, clause="空壳账号", scope="account", reviewers=1)


@indicator.judge
def account_empty(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the account."""
    limit = Span.parse(rules.of(indicator.name).limit or "1m")
    whole = [one for one in facts.columns if one.fact.label in series and one.fact.coverage == "complete"]
    filled = [one for one in facts.columns if _ever_held(one, series)]
    said = f"截至{local_text(facts.at)}，{facts.subject.name}"
    if filled:
        yield Answer(state="clear", message=f"{said}有内容。", exhibits=filled[0].records, numbers={"count": 0})
        return
    answers = [_since(series[one.fact.label], rules) for one in whole]
    days = [day for day, _ in answers]
    if not days or any(day is None or day > limit.before(local_day(facts.at)) for day in days):
        missing = f"没有连续{limit.chinese}均为空的完整记录，不能与新开账号区分"
        yield Answer(
            state="undecided",
            message=f"{said}是否空壳不能确定，不作认定。",
            numbers={"count": 0},
            missing=(missing, *(reason for _, reason in answers if reason)),
            exhibits=_records(whole),
        )
        return
    yield Answer(
        state="hit",
        message=f"{said}自{min(day for day in days if day)}起各次完整访问均无任何内容，须人工核对是否空壳账号。",
        as_of=min(one.fact.as_of for one in whole if one.fact.as_of),
        numbers={"count": len(whole), "limit": 1, "since": str(min(day for day in days if day))},
        against=tuple(f"{one.fact.name}：各次完整访问均为空" for one in whole),
        exhibits=_records(whole),
        second_look="agrees" if all(one.blank.second_look == "agrees" for one in whole) else "missing",
    )


def _ever_held(one: Observed, series: Mapping[str, Series]) -> bool:
    """Tell whether any look at a label, whole or not, ever showed something."""
    own = series.get(one.fact.label)
    held = own is not None and any(look.items or look.blank is False for look in own.looks((*own.rows, *own.later)))
    return held or one.fact.newest is not None


def _since(series: Series, rules: RuleSet) -> tuple[date | None, str]:
    """Return the day of the first of the complete looks, where all are empty and the latest is fit; else why not."""
    if (reason := showing.unfit(series, rules)) is not None:
        return None, reason
    looks = list(series.looks(series.complete))
    if any(look.blank is not True for look in looks):
        return None, "有的完整访问不为空或不能判读"
    return looks[0].day, ""


def _records(whole: Sequence[Observed]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(record for one in whole for record in one.records))
