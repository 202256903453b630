"""WV-1.5 倒签或旧稿新发: items dated some days before they were first seen, although whole looks between had not shown them
(国办秘函〔2019〕19号, 弄虚作假; here a proposal for two reviewers).

A look between counts only if its list reached back beyond the date: what stands on a later page was not seen there, and
is not missing. A first look proves nothing of what it shows.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).limit
'3d'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from evidence import signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.model import Item
from evidence.quoting import title
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign
from evidence.span import Span, local_text

indicator = Indicator(__name__, clause="WV-1.5", scope="site", reviewers=2)


_RECENT = timedelta(days=31)
"""Items dated longer ago accuse nobody of a fresh look today, and the looks of that time need not be opened."""


@indicator.judge
def forged_dates(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    rule = rules.of(indicator.name)
    least = Span.parse(rule.limit or "3d")

    def find(look: Look) -> tuple[Sign, ...]:
        own = series[look.row.label]
        if not any(item.date is not None and look.day - item.date <= _RECENT for item in look.items):
            return ()
        since = look.row.started - _RECENT - timedelta(days=2)
        rows = (row for row in own.complete if since <= row.started < look.row.started)
        earlier = [one for one in own.looks(rows) if one.whole]
        return tuple(sign for item in look.items if (sign := _sign(item, look, earlier, least)) is not None)

    def agrees(other: Look, keys: set[str]) -> bool | None:
        latest = series[other.row.label].latest
        if any(_key(item) in keys for item in other.items):
            return True
        before = latest is None or other.row.started < latest.started
        return None if before or not other.whole else False  # that it was not there before is what the sign says

    noun = "条目日期早于首次见到而其间未见（倒签或旧稿新发迹象）"
    yield signs.answer(facts, series, rules, rule, find, noun=noun, agrees=agrees)


def _sign(item: Item, look: Look, earlier: Sequence[Look], least: Span) -> Sign | None:
    """Return the sign for an item whose date lies so far before it was first seen that looks between should have shown it."""
    if (
        item.date is None
        or look.day - item.date > _RECENT
        or item.pinned
        or (item.dated is not None and not item.dated.certain)
    ):
        return None
    with_it = [one for one in earlier if any(_same(item, other) for other in one.items)]
    first = with_it[0] if with_it else look
    lacking = [
        one
        for one in earlier
        if one.row.started < first.row.started and one.day > item.date and one.reaches_beyond(item.date)
    ]
    if not lacking or least.before(first.day) < item.date or least.before(lacking[-1].day) < item.date:
        return None
    last = lacking[-1]
    return Sign(
        key=_key(item),
        said=f"{title(item.title)}标{item.date}，首次见于{local_text(first.row.started)}；"
        f"{local_text(last.row.started)}的完整访问中没有",
        told=(("date", item.date.isoformat()), ("first_seen", first.day.isoformat()), ("lacking", last.row.record)),
    )


def _key(item: Item) -> str:
    return f"{item.title}{item.href}"


def _same(one: Item, other: Item) -> bool:
    return one.href == other.href if one.href and other.href else one.title == other.title
