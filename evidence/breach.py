"""Whether a column kept a demand over a period: no gap longer than a limit, or something in each day, week or month.

Every date counts that any whole look showed, and the looks together must reach over the whole period: what a list no
longer shows makes no gap. So one more look can take a breach away, and none can make one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from evidence import windows, workdays
from evidence.look import Look
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.showing import Shown, second_look, set_aside, unknown
from evidence.windows import Demand, Per

_SHOWN = 5


def breach(series: Series, demand: Demand, rules: RuleSet) -> Shown:
    """Tell whether the demand was broken as of the latest complete look of a fit series."""
    looks = [look for look in series.looks(series.complete) if look.whole and look.items]
    if series.latest is None or not looks:
        return unknown("没有带条目的完整访问记录，不能核对期间内的更新")
    first, last = demand.period(series.look(series.latest).day)
    if last < first:
        return Shown(value=False)
    used = [look for look in looks if look.day >= first]
    if not used or any(look.undatable() for look in used):
        return unknown("期间内的列表有不能确定日期的条目，不能断定有空档", records=_records(used))
    if (hole := _uncovered(used, first, last)) is not None:
        return unknown(f"各次访问的列表未覆盖{hole[0]}至{hole[1]}，不能断定有空档", records=_records(used))
    dates = [item.date for look in used for item in look.items if item.date is not None]
    return _answer(series, demand, rules, dates, (first, last), _records(used))


def _answer(
    series: Series,
    demand: Demand,
    rules: RuleSet,
    dates: Sequence[date],
    period: tuple[date, date],
    records: tuple[str, ...],
) -> Shown:
    said = _said(demand, dates, period)
    if said is None:
        return unknown("期间跨入尚无放假通知的年份，不能确定工作日", records=records)
    if not said:
        return Shown(value=False, records=records)
    if gone := set_aside((series,), period[0]):
        return unknown(gone, records=records)
    after = [item.date for look in series.looks(series.later) for item in look.items if item.date is not None]
    if _said(demand, [*dates, *after], period) != said:
        return unknown(f"{said}；但时点后的页面有该期间的条目，不能断定", records=records)
    agreement, seconds = second_look(series, rules, lambda other: _still(demand, dates, period, other))
    return Shown(value=True, basis=(said,), records=(*records, *seconds), second_look=agreement)


def _still(demand: Demand, dates: Sequence[date], period: tuple[date, date], other: Look) -> bool | None:
    more = [item.date for item in other.items if item.date is not None]
    return bool(_said(demand, [*dates, *more], period)) if other.whole and more else None


def _said(demand: Demand, dates: Sequence[date], period: tuple[date, date]) -> str | None:
    """Say what is wanting in the period; empty where nothing is, None where the calendar does not know."""
    first, last = period
    if demand.per is None:
        found = windows.gap(dates, demand.span, first, last)
        return (
            f"{found[0]}至{found[1]}共{(found[1] - found[0]).days}天无更新，期限{demand.span.chinese}" if found else ""
        )
    return _empty(demand.per, dates, first, last)


def _empty(per: Per, dates: Sequence[date], first: date, last: date) -> str | None:
    missing = windows.empty(dates, per, first, last, workdays.shipped())
    if missing is None:
        return None
    shown = "、".join(map(str, missing[:_SHOWN])) + ("等" if len(missing) > _SHOWN else "")
    return f"有{len(missing)}{windows.PERIODS[per]}无更新（起始日{shown}）" if missing else ""


def _uncovered(looks: Sequence[Look], first: date, last: date) -> tuple[date, date] | None:
    """Return a stretch of the period that no look's list reaches over, each from its oldest row to its own day."""
    reach = sorted(
        (min(item.date for item in look.items if item.date is not None and not item.pinned), look.day)
        for look in looks
        if any(item.date is not None and not item.pinned for item in look.items)
    )
    end = first
    for oldest, day in reach:
        if oldest > end:
            return end, oldest
        end = max(end, day)
    return (end, last) if end < last else None


def _records(looks: Sequence[Look]) -> tuple[str, ...]:
    return tuple(look.row.record for look in looks)
