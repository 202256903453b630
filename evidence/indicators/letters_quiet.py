"""WD-3.3 留言公开: each list of letters that the site shows ends more than two months before the look, three points
(国办秘函〔2019〕19号, 扣分项).

One date of those months on any look at such a list, or at a letter, clears it, and so does one seen after T. A list with
undated letters, or not in falling order, leaves it open: the newest may stand where nobody looked. That no list was seen
is not that there is none.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).limit
'2m'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import pairwise

from evidence import signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.model import Letter
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign
from evidence.span import Span, local_day

indicator = Indicator(__name__, clause="WD-3.3", scope="site", reviewers=1)

POINTS = 30
"""Tenths of a point."""


@indicator.judge
def letters_quiet(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    rule = rules.of(indicator.name)
    limit = Span.parse(rule.limit or "2m")
    lists = {one.fact.label: look for one in facts.observed if (look := _list(series, one.fact.label)) is not None}
    since = limit.before(min((look.day for look in lists.values()), default=local_day(facts.at)))
    fresh = any(_shows(own, since, local_day(facts.at)) for own in series.values())
    open_ = "" if all(_is_old(look, since) for look in lists.values()) else "有的留言没有日期或者未按时间排列，不能断定"
    find = partial(_find, limit=limit, fresh=fresh, open_=open_)
    noun = f"{limit.chinese}内没有公开留言的情形"
    found = signs.answer(facts, series, rules, rule, find, noun=noun, of=lambda one: one.fact.label in lists, once=True)
    yield found if lists else replace(found, missing=("没有见到公开留言的列表，是否未公开须人工核对",))


def _list(series: Mapping[str, Series], label: str) -> Look | None:
    """Return the latest complete look at a label where it shows a list of letters."""
    own = series.get(label)
    look = own.look(own.latest) if own and own.latest else None
    return look if look and look.reading and look.reading.page_kind == "list" and look.reading.letters else None


def _shows(series: Series, since: date, until: date) -> bool:
    """Tell whether any look that shows letters, whole or not, shows a date from `since` to `until`."""
    return any(
        since <= day <= until
        for look in series.looks((*series.rows, *series.later))
        if look.reading and look.reading.letters
        for day in _days(look)
    )


def _days(look: Look) -> Iterator[date]:
    letters: Sequence[Letter] = look.reading.letters if look.reading else ()
    yield from (day for letter in letters for day in _dates(letter))
    yield from (item.date for item in look.items if item.date)


def _dates(letter: Letter) -> tuple[date, ...]:
    return tuple(day for day in (letter.submitted, letter.accepted, letter.replied) if day)


def _is_old(look: Look, since: date) -> bool:
    """Tell whether a list of letters surely holds none from `since` on."""
    letters = look.reading.letters if look.reading else ()
    columns = ([getattr(letter, name) for letter in letters] for name in ("submitted", "accepted", "replied"))
    falling = any(all(days) and all(a >= b for a, b in pairwise(days)) for days in columns)
    dated = falling and not look.undatable()
    return dated and all(day < since for day in _days(look))


def _find(look: Look, *, limit: Span, fresh: bool, open_: str) -> tuple[Sign, ...]:
    if fresh or look.reading is None or look.reading.page_kind != "list" or not look.reading.letters:
        return ()
    newest = max(_days(look), default=None)
    said = f"{look.day}所见公开留言最近一条的日期为{newest or '未见'}，{limit.chinese}内没有新的"
    return (Sign(key="letters", said=said, points=POINTS, open=open_),)
