"""Posts of a microblog: cards without a title, each with a link of its own whose text is only the time.

The time must be a time of day or so-and-so long ago (10分钟前, 昨天 10:22, 5-3 10:22): links that are bare days lead to
issues of a gazette or days of a calendar, and are no posts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from evidence.model import DateKind, DateReading, Item
from evidence.reading import addresses, dates, feeds, years
from evidence.reading.dates import Found
from evidence.reading.feeds import Feed
from evidence.reading.rows import is_pinned, whole
from evidence.reading.tree import Node, Tree, fold

_LEAST = 8
"""Characters a card must say besides its time."""
_SHOWN = 120
"""Characters of a post that stand for its title."""
_HIGHEST = 40
_SHORT = re.compile(r"^(?:(?P<y>\d{4}|\d{2})-)?(?P<m>\d{1,2})-(?P<d>\d{1,2})\s+\d{1,2}:\d{2}(?::\d{2})?$")
"""5-3 10:22, 24-5-3 10:22: month and day without noughts, the year in two or four figures or none."""
_OF_DAY = re.compile(r"\d{1,2}[:：]\d{2}|前$|^刚刚$")


def read(tree: Tree, address: str, *, at: datetime | None) -> Feed | None:
    """Return the posts of a page; None where fewer than two cards are built like posts."""
    times = [link for link in tree.links(tree.root) if not link.hidden and _is_time(_words(link, tree))]
    cards = _cards(times, tree)
    if len(cards) < 2:
        return None
    items = tuple(_item(card, time, tree, address, at) for card, time in cards)
    open_ones = [item for item in items if item.date is None]
    note = "有微博的时间读不出，最新一条不能确定" if open_ones else ""
    return Feed(items=items, newest=None if open_ones else feeds.newest(items), note=note)


def _is_time(words: str) -> bool:
    if not words or len(words) > 40 or not _OF_DAY.search(words):
        return False
    return _SHORT.match(words) is not None or whole(words) is not None


def _words(link: Node, tree: Tree) -> str:
    return tree.text(link)


def _cards(times: Sequence[Node], tree: Tree) -> list[tuple[Node, Node]]:
    """Return the largest element around each time that holds no other, where it says something and has its like."""
    orders = [time.order for time in times]
    found = [(_card(time, orders), time) for time in times]
    return [(card, time) for card, time in found if tree.length(card) - tree.length(time) >= _LEAST]


def _card(time: Node, orders: Sequence[int]) -> Node:
    card = time
    for _ in range(_HIGHEST):
        outer = card.parent
        if outer is None or outer.tag in ("body", "html", "#document"):
            break
        if sum(outer.order <= order < outer.end for order in orders) > 1:
            break
        card = outer
    return card


def _item(card: Node, time: Node, tree: Tree, address: str, at: datetime | None) -> Item:
    spoken = [text for text in tree.texts(card) if not time.holds(text)]
    said = sorted((fold(text.value) for text in spoken), key=len, reverse=True)
    return feeds.dated(
        said[0][:_SHOWN] if said else "",
        addresses.absolute(address, time.get("href")),
        _reading(time, tree, at),
        pinned=is_pinned(card, tree),
    )


def _reading(time: Node, tree: Tree, at: datetime | None) -> DateReading | None:
    """Return when a post was put up: by the full time in the link's title where it has one, else by its words."""
    words = _words(time, tree)
    full = whole(fold(time.get("title")))
    titled = full is not None and full.day is not None
    found, short = full if titled else whole(words), _SHORT.match(words)
    if short and not titled:
        day, how = _short_day(short, at)
    else:
        day, how = _day(found, at) if found is not None else (None, "")
    if day is None:
        return None
    kind: DateKind = "relative" if found is not None and found.form == "relative" else "displayed"
    ahead = at is not None and day > dates.on(at)
    return DateReading(
        kind="future" if ahead else kind, date=day, text=words, certain=not how and not ahead, how=how, box=time.box
    )


def _day(found: Found, at: datetime | None) -> tuple[date | None, str]:
    """Return the day of a date, and how it was completed where that is not certain."""
    if found.form == "relative":
        return years.relative(found, at), ""
    return (found.day, "") if found.day is not None else _latest(found.month_day, at)


def _short_day(short: re.Match[str], at: datetime | None) -> tuple[date | None, str]:
    month, day = int(short["m"]), int(short["d"])
    if short["y"] is None:
        return _latest((month, day), at)
    year = int(short["y"])
    try:
        return date(year if year > 99 else 2000 + year, month, day), ""
    except ValueError:
        return None, ""


def _latest(month_day: tuple[int, int] | None, at: datetime | None) -> tuple[date | None, str]:
    """Return the latest day that a month and day can mean: a platform leaves out the year only where it is this one."""
    if month_day is None or at is None:
        return None, ""
    return dates.year_of(month_day, not_after=dates.on(at)), "未标年份，按不晚于采集日的最近一年计"
