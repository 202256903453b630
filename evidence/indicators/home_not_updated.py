"""WV-3 首页不更新: nothing new on the home page in 2 weeks (国办秘函〔2019〕19号, 单项否决).

One dated item of the window clears the page at once. A hit needs an unbroken series: complete captures from before the
window until T, none further apart than the rules allow, whose items (title and address) are all those of the first
capture. Undated items count by being seen, so without the series the answer is undecided.

>>> indicator.scope, indicator.clause
('site', 'WV-3')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from evidence import showing
from evidence.columns import HOME
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.model import Item, SecondLook, State
from evidence.observed import Observed
from evidence.quoting import title
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.span import Span, local_day, local_text

indicator = Indicator(__name__, clause="WV-3", scope="site")


@indicator.judge
def home_not_updated(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    home, rule, own = facts.home, rules.of(indicator.name), series[HOME]
    if home is None:
        return
    if home.fact.duty is False:
        yield _answer(facts, home, "clear", f"首页：{home.fact.not_counted}")
        return
    window = Span.parse(rule.limit or "14d")
    cutoff, until = window.before(local_day(facts.at)), local_day(facts.at)
    if seen := _dated(own, cutoff, until):
        yield _seen(facts, home, *seen)
    elif reason := showing.unfit(own, rules) or _broken(own, rule, cutoff):
        yield _answer(facts, home, "undecided", "首页是否更新不能确定，不作认定", missing=(reason,))
    else:
        yield _compare(facts, home, own, rules, cutoff)


def _dated(series: Series, cutoff: date, until: date) -> tuple[Look, Item | date] | None:
    """Return a look at or before T with an item dated in the window, the latest first."""
    rows = [row for row in series.rows if local_day(row.started) >= cutoff]
    for look in series.looks(rows, newest_first=True):
        if seen := look.in_window(cutoff, min(until, look.day)):
            return look, seen
    return None


def _seen(facts: Facts, home: Observed, look: Look, seen: Item | date) -> Answer:
    what = f"{seen}的内容" if isinstance(seen, date) else f"{title(seen.title)}（{seen.date}）"
    return _answer(facts, home, "clear", f"首页见到{what}，期限内有更新", exhibits=(look.row.record,))


def _broken(series: Series, rule: Rule, cutoff: date) -> str | None:
    """Return why the series of complete captures does not carry a statement over the whole window; None if it does."""
    gap = Span.parse(rule.max_gap or "24h")
    if local_day(series.complete[0].started) > cutoff:
        return f"首页连续完整访问自{local_text(series.complete[0].started)}起，未满监测期"
    rows = [row for row in series.complete if local_day(row.started) >= cutoff]
    before = [row for row in series.complete if local_day(row.started) <= cutoff][-1]
    moments = [before.started, *(row.started for row in rows), series.at]
    longest = max(b - a for a, b in zip(moments, moments[1:], strict=False))
    if longest > gap.length:
        hours = int(longest.total_seconds() // 3600)
        return f"监测期内首页完整访问间隔最长{hours}小时，超过{gap.chinese}，不能证明其间无更新"
    return None


def _compare(facts: Facts, home: Observed, series: Series, rules: RuleSet, cutoff: date) -> Answer:
    """Compare the items of every look of the window with those of the last look before it."""
    complete = list(series.looks(series.complete))
    first = [look for look in complete if look.day <= cutoff][-1]
    looks = [look for look in complete if look.row.started >= first.row.started]
    if unreadable := [look for look in looks if not look.whole or not look.items]:
        reason = f"{local_text(unreadable[0].row.started)}的首页未读出条目，不能比较"
        return _answer(facts, home, "undecided", "首页是否更新不能确定，不作认定", missing=(reason,))
    known = {(item.title, item.href) for item in first.items}
    for look in (*looks[1:], *series.looks(series.rows), *series.looks(series.later)):
        if look.row.started < first.row.started:
            continue
        if new := [item for item in look.items if (item.title, item.href) not in known]:
            return _new(facts, home, look, new[0], first)
    said = f"自{local_text(first.row.started)}起{len(looks)}次完整访问，首页条目没有变化，监测期内无更新"
    against = (f"首页{len(known)}条内容在{len(looks)}次完整访问中均相同",)
    exhibits = (first.row.record, looks[-1].row.record)
    close = series.complete[-1].started - looks[-2].row.started <= Span.parse(rules.second_look_within).length
    second: SecondLook = "agrees" if close and looks[-1].run != looks[-2].run else "missing"
    return _answer(facts, home, "hit", said, against=against, exhibits=exhibits, visits=len(looks), second_look=second)


def _new(facts: Facts, home: Observed, look: Look, item: Item, first: Look) -> Answer:
    exhibits = (first.row.record, look.row.record)
    if look.row.ended > facts.at:
        reason = f"时点后{local_text(look.row.started)}首页出现{title(item.title)}，不能排除时点时已有"
        return _answer(facts, home, "undecided", "首页是否更新不能确定，不作认定", missing=(reason,), exhibits=exhibits)
    said = f"{local_text(look.row.started)}首页出现新条目{title(item.title)}，监测期内有更新"
    return _answer(facts, home, "clear", said, exhibits=exhibits)


def _answer(
    facts: Facts,
    home: Observed,
    state: State,
    said: str,
    *,
    missing: tuple[str, ...] = (),
    against: tuple[str, ...] = (),
    exhibits: tuple[str, ...] = (),
    visits: int = 0,
    second_look: SecondLook = "not needed",
) -> Answer:
    return Answer(
        state=state,
        message=f"截至{local_text(facts.at)}，{facts.subject.name}{said}。",
        as_of=home.fact.as_of,
        numbers={
            "count": int(state == "hit"),
            "limit": 1,
            "visits": visits,
            "newest": home.fact.newest.isoformat() if home.fact.newest else None,
            "counted": [],
            "not_counted": [],
        },
        missing=missing,
        against=against,
        exhibits=exhibits or home.records,
        second_look=second_look,
    )
