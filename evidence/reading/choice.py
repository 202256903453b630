"""Which of a page's lists is its matter, and the newest date it may be said to have.

The newest date is the latest any row can have: a guessed year is guessed late, so a column never looks older than it
is. Where a row's date is not known at all and it could be the newest, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from evidence.model import DateReading, Item
from evidence.reading import addresses, lists
from evidence.reading.lists import Listing
from evidence.reading.regions import Regions
from evidence.reading.rows import Row, whole
from evidence.reading.tree import Node, Tree, fold

_THIS_PAGE = re.compile(r"(?:^|[\s共页条,，/|：:])第\s*(\d{1,4})\s*(?:页|/\s*\d+\s*页)")
_BROAD = 0.4
"""Share of the page's width from which a list is no box at its side."""
_NEAR = 3
"""How many elements up from a list its other tabs are looked for."""


def main(listings: Sequence[Listing], tree: Tree, address: str) -> Listing | None:
    """Return the list a page is for; None where no list looks like one."""
    fitting = [one for one in listings if fits(one)]
    return max(fitting, key=lambda one: lists.weight(one, tree, address), default=None)


def fits(listing: Listing) -> bool:
    """Tell whether a list may be the matter of a page: titles of articles, outside the furniture."""
    if listing.is_aside or listing.is_menu or not listing.is_uniform:
        return False
    if listing.dated:
        return listing.length >= 4
    return len(listing.rows) >= 2 and listing.length >= 8


def together(chosen: Listing, listings: Sequence[Listing], tree: Tree, *, all_of_them: bool) -> tuple[Listing, ...]:
    """Return the lists whose rows are the page's items: the chosen one and its equals, or on a home page all that fit."""
    return tuple(one for one in listings if one is chosen or (fits(one) and (all_of_them or _equal(one, chosen, tree))))


def _equal(one: Listing, chosen: Listing, tree: Tree) -> bool:
    """Tell whether a list stands beside the chosen one as another part of the same matter: same make, same width."""
    if bool(one.dated) != bool(chosen.dated) or (one.node.tag, one.node.get("class")) != (
        chosen.node.tag,
        chosen.node.get("class"),
    ):
        return False
    if one.node.box is None or chosen.node.box is None:
        return one.node.parent is chosen.node.parent
    return abs(one.node.box[2] - chosen.node.box[2]) <= 0.1 * chosen.node.box[2]


def later_page(chosen: Listing, tree: Tree) -> int | None:
    """Return which page of its list this is, by its pager (第 3 页), where it is not the first; None otherwise."""
    words = (fold(text.value) for text in tree.texts(tree.root) if not chosen.node.holds(text))
    numbers = (match for word in words if len(word) <= 40 and (match := _THIS_PAGE.search(word)))
    return next((int(match[1]) for match in numbers if int(match[1]) > 1), None)


def newer_beside(chosen: Sequence[Listing], listings: Sequence[Listing], tree: Tree, latest: date) -> date | None:
    """Return a newer date in another list that is as much in the page's middle as the chosen one; None if there is none.

    Two lists side by side, or one in a frame: which of them is the column cannot be told.
    """
    others = (one for one in listings if one not in chosen and fits(one) and _is_broad(one, tree))
    days = (row.found.day for one in others if 2 * one.dated >= len(one.rows) for row in one.rows if row.found)
    return max((day for day in days if day is not None and day > latest), default=None)


def _is_broad(listing: Listing, tree: Tree) -> bool:
    box = listing.node.box
    return tree.size is None or box is None or box[2] >= _BROAD * tree.size[0]


def tabs(chosen: Listing, tree: Tree) -> tuple[Node, ...]:
    """Return the blocks by a list that hold rows and are not shown, as the tabs of other years or categories are."""
    around = _around(chosen.node)
    rows = (
        text for text in tree.texts(around, hidden=True) if text.hidden and _in_row(text) and len(fold(text.value)) > 3
    )
    found = (_highest_hidden(text, around) for text in rows)
    return tuple({block.order: block for block in found if block is not None}.values())


def behind_tabs(chosen: Listing, tree: Tree) -> date | None:
    """Return the newest date in rows that are not shown but stand by the list, as behind the tab of another year."""
    shut = (text for text in tree.texts(_around(chosen.node), hidden=True) if text.hidden and _in_row(text))
    found = (whole(fold(text.value)) for text in shut)
    return max((one.day for one in found if one is not None and one.day is not None), default=None)


def is_parent(listings: Sequence[Listing], tree: Tree, regions: Regions) -> bool:
    """Tell whether a page shows several child columns: two lists or more in its content, each under a linked heading."""
    lists_shown = [one for one in listings if one.part is None and not one.is_menu]
    headed = [one for one in lists_shown if _linked_heading(one, tree, regions)]
    return len(headed) >= 2 and 2 * len(headed) >= len(lists_shown)


def _linked_heading(listing: Listing, tree: Tree, regions: Regions) -> bool:
    """Tell whether the name or 更多 that stands right before a list is a link."""
    near = tree.before(listing.rows[0].node.order, most=3)
    return any(
        regions.part(text) is None
        and any(outer.tag == "a" and outer.get("href").strip() not in ("", "#") for outer in text.ancestors())
        and not any(row.node.holds(text) for row in listing.rows)
        for text in near
    ) and bool(listing.heading or near)


def _around(node: Node) -> Node:
    around = node
    for _ in range(_NEAR):
        if around.parent is None or around.parent.tag in ("html", "#document"):
            break
        around = around.parent
    return around


def _highest_hidden(text: Node, around: Node) -> Node | None:
    """Return the outermost hidden element round a text, inside the list's surroundings."""
    hidden = [node for node in text.ancestors() if node.hidden and around.holds(node)]
    return hidden[-1] if hidden else None


def _in_row(text: Node) -> bool:
    """Tell whether a text stands in a row of a list that has a link."""
    row = next((node for node in text.ancestors() if node.tag in ("li", "tr", "dl", "dd")), None)
    return row is not None and any(
        child.tag == "a" or any(inner.tag == "a" for inner in child.elements) for child in row.elements
    )


def items(rows: Sequence[Row], dated: Sequence[DateReading | None], address: str) -> tuple[Item, ...]:
    """Return rows as items, in page order."""
    return tuple(
        Item(
            title=row.title,
            href=addresses.absolute(address, row.link.get("href")) if row.link is not None else None,
            date=one.date if one is not None else None,
            pinned=row.pinned,
            box=row.node.box,
            dated=one,
            cut=row.cut,
        )
        for row, one in zip(rows, dated, strict=True)
    )


def newest(rows: Sequence[Row], dated: Sequence[DateReading | None]) -> tuple[date | None, str]:
    """Return the newest date of the rows, and a note where it is not simply that or cannot be said."""
    known = [one for one in dated if one is not None and one.kind in ("displayed", "relative")]
    if not known:
        if any(one is not None and one.kind == "document" for one in dated):
            return None, "列表只标成文日期，不能据以判断更新时间"
        return None, "列表条目没有可确定的日期" if rows else ""
    best = max(known, key=lambda one: one.date)
    if any(one is not None and one.kind == "document" and one.date > best.date for one in dated):
        return None, "有条目只标成文日期，最新日期不能确定"
    open_rows = [n for n, (row, one) in enumerate(zip(rows, dated, strict=True)) if one is None and not row.pinned]
    if any(rows[n].found is not None for n in open_rows):
        return None, "有条目的日期缺年份或为相对时间，且无从推定，最新日期不能确定"
    first = next(n for n, one in enumerate(dated) if one is best)
    if any(n < first for n in open_rows) or len(open_rows) * 2 > len(rows):
        return None, "最新条目之前有未标日期的条目，最新日期不能确定"
    return best.date, "" if best.certain else f"最新日期 {best.date}：{best.how}"
