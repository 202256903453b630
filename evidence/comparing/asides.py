"""The boxes beside a page's matter that the page fills anew by itself: 相关新闻, 推荐阅读, 猜你喜欢 … Data: their headings.

A box counts only on a page whose own matter is known, an article or a list of items, and never where it is that matter
or bears the name of the page: a column called 热门新闻 is a column. On a home page every list is matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from evidence.model import Box, Reading
from evidence.reading import choice, lists
from evidence.reading.lists import Listing
from evidence.reading.regions import Regions
from evidence.reading.tree import Tree, fold

HEADING = re.compile(
    r"(?:相关(?:新闻|阅读|文章|报道|资讯|推荐)"
    r"|(?:推荐|延伸|拓展|热门)阅读|(?:推荐|热门)(?:新闻|文章|资讯)|(?:热门|为您|为你|猜您|编辑)推荐|热门|热门点击|最热"
    r"|(?:猜你|猜您|您可能|你可能)(?:还)?(?:喜欢|感兴趣)(?:的)?(?:内容)?"
    r"|大家都在看|(?:点击|阅读|浏览|热门|新闻)排行榜?)\s*[:：]?"
)
"""相关文件, 相关政策, 相关解读, 相关附件 and 热点 are none: what stands there is put there by a person."""


_PICTURES = frozenset({"img", "canvas", "video", "iframe", "embed", "object", "svg", "input", "button", "select"})
"""Elements that show something without a text of their own."""


def find(tree: Tree, reading: Reading | None) -> Mapping[str, tuple[Listing, ...]]:
    """Return the boxes of a page by their headings; none where the page could not be read."""
    if reading is None or not _has_matter(reading):
        return {}
    listings = lists.find(tree, Regions(tree))
    main = choice.main(listings, tree, reading.url) if reading.page_kind == "list" else None
    own = choice.together(main, listings, tree, all_of_them=False) if main is not None else ()
    found: dict[str, tuple[Listing, ...]] = {}
    for one in listings:
        heading = fold(one.heading).rstrip(":： ")
        if HEADING.fullmatch(heading) and one not in own and not _names(heading, reading):
            found[heading] = (*found.get(heading, ()), one)
    return found


def texts(tree: Tree, boxes: Mapping[str, tuple[Listing, ...]], headings: frozenset[str]) -> Mapping[int, str]:
    """Return the heading of its box by the order of each text node that stands in a row of one of `headings`."""
    return {
        text.order: heading
        for heading in headings
        for one in boxes[heading]
        for row in one.rows
        for text in tree.texts(row.node)
    }


def places(tree: Tree, boxes: tuple[Listing, ...]) -> tuple[Box, ...] | None:
    """Return where the rows of some boxes stand; None where that is not known, or anything else stands there too."""
    found = []
    for one in boxes:
        rows, holder = [row.node.box for row in one.rows if row.node.box is not None], one.node.box
        if len(rows) < len(one.rows) or holder is None:
            return None
        top, bottom = min(box[1] for box in rows), max(box[1] + box[3] for box in rows)
        place = (holder[0], top, holder[2], bottom - top)
        if min(place) < 0 or top == bottom or any(_overlap(place, box) for box in _others(one, tree)):
            return None
        found.append(place)
    return tuple(found)


def _others(one: Listing, tree: Tree) -> Iterator[Box]:
    """Yield the places of all texts and pictures of a page that stand in no row of a list."""
    own = {inner.order for row in one.rows for inner in tree.inside(row.node)}
    for node in tree.nodes:
        shows = node.tag in _PICTURES or (node.tag == "#text" and node.value.strip() and not node.hidden)
        if shows and node.box is not None and node.order not in own:
            yield node.box


def _overlap(one: Box, other: Box) -> bool:
    return all(max(one[n], other[n]) < min(one[n] + one[n + 2], other[n] + other[n + 2]) for n in (0, 1))


def _has_matter(reading: Reading) -> bool:
    return reading.page_kind == "article" or (reading.page_kind == "list" and bool(reading.items))


def _names(heading: str, reading: Reading) -> bool:
    """Tell whether the page itself is called so."""
    column = reading.column
    return any(heading in name for name in (reading.title, *((column.name, *column.trail) if column else ())))
