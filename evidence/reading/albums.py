"""WeChat albums (合集): the page, whose rows have no links but `data-link` and a Unix time, and the JSON (f=json).

What an album is like is known from programs that read it in public: rows `li[data-link][data-title]` with the time in
`.js_article_create_time`; JSON `getalbum_resp.article_list` (one article alone stands there without a list), times
as text, `continue_flag` where more follow. Ascending unless asked with is_reverse=1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from evidence.model import DateReading, Item
from evidence.reading import addresses, feeds, years
from evidence.reading.feeds import Feed
from evidence.reading.rows import Row, whole
from evidence.reading.tree import Node, Tree, fold

LONGEST = 2 << 20
"""Characters of JSON that are read; a page of an album has some thousands."""
_TIME = "js_article_create_time"
_MORE = "合集由旧到新排列，后面还有，最新一篇不在这一页"


def read(tree: Tree, address: str, *, at: datetime | None) -> Feed | None:
    """Return what an album shows; None where the page is none."""
    told = _json(tree)
    if told is not None:
        return _of_json(told, at)
    rows = [node for node in tree.find(tree.root, "li") if node.get("data-link") and node.get("data-title")]
    rows = [row for row in rows if _times(row, tree)]
    return _of_rows(rows, tree, address, at) if rows else None


def _of_rows(rows: Sequence[Node], tree: Tree, address: str, at: datetime | None) -> Feed:
    written = [_row(row, tree) for row in rows]
    completed = years.resolve(written, at=at)
    items = [
        feeds.dated(
            row.title,
            addresses.absolute(address, row.node.get("data-link")),
            _unix(row, at) or reading,
        )
        for row, reading in zip(written, completed, strict=True)
    ]
    return Feed(items=tuple(items), newest=None if _ascends(items) else feeds.newest(items))


def _row(node: Node, tree: Tree) -> Row:
    time = _times(node, tree)[0]
    return Row(
        node=node,
        link=None,
        title=fold(node.get("data-title")),
        found=whole(fold(time.value)),
        dated=time,
        pinned=False,
    )


def _times(row: Node, tree: Tree) -> list[Node]:
    places = (node for node in tree.inside(row) if _TIME in node.get("class").split())
    return [text for place in places for text in tree.texts(place, hidden=True)]


def _unix(row: Row, at: datetime | None) -> DateReading | None:
    """Return the time of a row whose script has not turned it into words yet."""
    written = fold(row.dated.value) if row.dated is not None else ""
    return feeds.moment(int(written), written, at=at) if written.isascii() and written.isdigit() else None


def _ascends(items: Sequence[Item]) -> bool:
    """Tell whether the oldest stand first: the newest may then follow on a page that was not opened."""
    days = [item.date for item in items if item.date]
    return len(days) > 1 and days[0] < days[-1]


def _json(tree: Tree) -> Mapping[str, Any] | None:
    """Return the JSON object that the browser shows as the whole page; None where it shows a page."""
    body = tree.first("body")
    if body is None or not body.elements or body.elements[0].tag != "pre":
        return None
    text = "".join(node.value for node in tree.texts(body.elements[0], hidden=True))
    if not text.lstrip().startswith("{") or len(text) > LONGEST:
        return None
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return told if "getalbum_resp" in told or "base_resp" in told else None


def _of_json(told: Mapping[str, Any], at: datetime | None) -> Feed:
    answer, state = told.get("getalbum_resp"), told.get("base_resp")
    code = state.get("ret") if isinstance(state, Mapping) else None
    if not isinstance(answer, Mapping) or str(code or 0) != "0":
        return Feed(items=(), newest=None, fault=f"平台没有给出合集内容（ret={code!r:.20}），这不说明账号的情况")
    items = tuple(_items(answer.get("article_list"), at))
    open_end = str(answer.get("continue_flag", "0")) not in ("0", "", "None") and _ascends(items)
    return Feed(
        items=items,
        newest=None if open_end else feeds.newest(items),
        note=_MORE if open_end else "",
    )


def _items(listed: Any, at: datetime | None) -> Iterator[Item]:
    for one in listed if isinstance(listed, list) else [listed]:
        if isinstance(one, Mapping) and one.get("title"):
            time = str(one.get("create_time", ""))
            reading = feeds.moment(int(time), time, at=at) if time.isascii() and time.isdigit() else None
            address = one.get("url")
            yield feeds.dated(fold(str(one["title"])), str(address) if address else None, reading)
