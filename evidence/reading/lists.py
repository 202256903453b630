"""The lists of a page: rows that repeat, found from their links, whatever elements they are made of."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evidence.reading import dates, rows
from evidence.reading.regions import PAGES, SIDE_HEADING, Part, Regions
from evidence.reading.rows import Row
from evidence.reading.tree import Node, Tree, fold

_FEWEST, _TITLE = 3, 8
"""Rows, and characters of a title, from which blocks without links are a list."""
_HIGHEST = 64
"""How far a row may stand above its link."""
_TAIL = re.compile(
    r"[\s\[(（【]\s*((?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2})[\s\])）】]*$|[\[【]\s*((?:19|20)\d{2}年\d{1,2}月\d{1,2}日)\s*[\]】]$"
)
"""A date set off at the end of a title's text; one that runs on from its words is part of the title."""
_YEAR_HEADING = re.compile(r"^[\[【(（]?((?:19|20)\d{2})\s*年(?:度)?[\]】)）]?$")
_WEIGHTS: dict[Part | None, float] = {
    None: 1.0,
    "side": 0.25,
    "head": 0.1,
    "nav": 0.05,
    "crumb": 0.0,
    "foot": 0.0,
    "pages": 0.0,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listing:
    """One list: its rows in page order and the element that holds them."""

    rows: tuple[Row, ...]
    node: Node
    part: Part | None
    heading: str = ""

    @property
    def dated(self) -> int:
        """How many rows carry a date."""
        return sum(row.found is not None for row in self.rows)

    @property
    def length(self) -> int:
        """Mean length of the titles in characters."""
        return sum(len(row.title) for row in self.rows) // len(self.rows)

    @property
    def is_menu(self) -> bool:
        """Whether these are names of columns rather than titles of articles: short and without dates."""
        short = sum(len(row.title) <= 7 for row in self.rows)
        return self.dated == 0 and (self.length < 8 or short * 2 > len(self.rows))

    @property
    def is_uniform(self) -> bool:
        """Whether the rows are made alike, as rows of a list are and chance neighbours on a page are not."""
        makes = Counter((row.node.tag, row.node.get("class").split(" ")[0]) for row in self.rows)
        tags = Counter(row.node.tag for row in self.rows)
        listed = sum(tags[tag] for tag in ("li", "tr", "a", "dl", "dt", "dd", "article"))
        return 2 * max(listed, makes.most_common(1)[0][1]) > len(self.rows)

    @property
    def is_aside(self) -> bool:
        """Whether the page itself calls it something beside the matter: 热点, 排行, 相关, 友情链接."""
        return self.part is not None or SIDE_HEADING.match(self.heading) is not None


def find(tree: Tree, regions: Regions) -> tuple[Listing, ...]:
    """Return the lists of a page in page order; a list may have a single row."""
    titles = [link for link in tree.links(tree.root) if rows.is_title(link, tree)]
    changes = _changes(tree, titles)
    found: dict[int, list[tuple[Node, Node]]] = {}
    seen: set[int] = set()
    for link in titles:
        row = _row(link, tree, changes)
        if row.order in seen or row.parent is None:
            continue
        seen.add(row.order)
        found.setdefault(row.parent.order, []).append((row, _main_link(row, link, tree)))
    groups = _merge([(tree.nodes[order], pairs) for order, pairs in found.items()], tree, regions)
    linked = tuple(_listing(holder, pairs, tree, regions) for holder, pairs in groups)
    return linked if any(one.dated for one in linked) else (*linked, *_unlinked(tree, regions))


def _unlinked(tree: Tree, regions: Regions) -> Iterator[Listing]:
    """Yield the lists whose rows are no links, as those that a script opens: alike, each with one date and a title."""
    dated = [text for text in tree.texts(tree.root) if regions.part(text) is None and rows.whole(fold(text.value))]
    places = [text.order for text in dated]
    found: dict[int, list[Node]] = {}
    for text in dated:
        row = text
        while (outer := row.parent) is not None and outer.tag not in ("body", "html", "#document", "table", "tbody"):
            low, high = bisect.bisect_left(places, outer.order), bisect.bisect_left(places, outer.end)
            if high - low > 1:
                break
            row = outer
        if row.parent is not None and row is not text:
            found.setdefault(row.parent.order, []).append(row)
    for order, nodes in sorted(found.items()):
        alike = [node for node in nodes if (node.tag, node.get("class")) == (nodes[0].tag, nodes[0].get("class"))]
        made = [one for node in alike if (one := _without_link(node, tree)) is not None]
        if len(made) >= _FEWEST and len(made) == len(nodes):
            yield Listing(rows=tuple(made), node=tree.nodes[order], part=None, heading=_heading(made[0].node, tree))


def _without_link(node: Node, tree: Tree) -> Row | None:
    texts = tree.texts(node)
    found = rows.date_in(texts)
    titles = [word for text in texts if len(word := fold(text.value)) >= _TITLE and rows.whole(word) is None]
    if found is None or not titles or tree.length(node) > 400:
        return None
    one, dated, written = found
    return Row(
        node=node,
        link=None,
        title=max(titles, key=len)[:120],
        found=one,
        dated=dated,
        pinned=rows.is_pinned(node, tree),
        written=written,
    )


def weight(listing: Listing, tree: Tree, address: str) -> float:
    """Return how much a list looks like the matter of its page: the more and longer titles and dates, the more."""
    worth = float(sum(min(len(row.title), 40) for row in listing.rows))
    worth *= 1 + 2 * listing.dated / len(listing.rows)
    worth *= _WEIGHTS[listing.part] if not listing.is_aside or listing.part else 0.25
    if listing.is_menu:
        worth *= 0.1
    if _own_directory(listing, address) * 2 >= len(listing.rows):
        worth *= 1.3
    if tree.size is not None and listing.node.box is not None and listing.node.box[2] >= 0.4 * tree.size[0]:
        worth *= 1.5
    return worth * (2 if paged(listing.node, tree) else 1)


def paged(node: Node, tree: Tree) -> bool:
    """Tell whether a pager (上一页 … 下一页, 共 … 页) stands in the list's own surroundings."""
    outer = node
    for _ in range(4):
        if outer.parent is None or outer.tag in ("body", "html"):
            return False
        after = tree.between(node.end, outer.parent.end, most=60)
        joined = fold(" ".join(text.value for text in after))[:200]
        if re.search(r"下一?页|末页|尾页|共\s*\d+\s*[页条]", joined):
            return True
        outer = outer.parent
    return False


def _own_directory(listing: Listing, address: str) -> int:
    folder = address.rpartition("/")[0] + "/"
    hrefs = (row.link.get("href").strip() for row in listing.rows if row.link is not None)
    return sum(
        1
        for href in hrefs
        if href.startswith(folder) or re.match(r"(\./)?[\w\-]+[./]", href) is not None and "://" not in href
    )


def _changes(tree: Tree, titles: Sequence[Node]) -> list[int]:
    """Return, for each position, how often the address changes among the title links before it."""
    counts = [0] * (len(tree.nodes) + 1)
    last = ""
    for link in titles:
        address = link.get("href") or str(link.order)
        counts[link.order + 1] = 1 if address != last else 0
        last = address
    for n in range(1, len(counts)):
        counts[n] += counts[n - 1]
    return counts


def _row(link: Node, tree: Tree, changes: Sequence[int]) -> Node:
    """Return the element that holds this title and no other: a table or list row, or the highest such element."""
    natural = next((node for node in link.ancestors() if node.tag in ("li", "tr", "article")), None)
    if natural is not None and _is_row(natural, tree):
        return natural
    row, first = link, changes[link.order + 1]
    roomy = max(240, 6 * len(tree.text(link)))
    for _ in range(_HIGHEST):
        outer = row.parent
        if outer is None or outer.tag in ("body", "html", "#document", "#shadow-root", "td", "table"):
            break
        if changes[outer.end] != first or changes[outer.order] < first - 1 or tree.length(outer) > roomy:
            break
        row = outer
    return row


def _is_row(node: Node, tree: Tree) -> bool:
    """Tell whether a table or list row holds one title, perhaps with links to its column or to 详情 beside it."""
    if any(
        inner is not node and inner.tag in ("li", "tr", "article") and tree.links(inner) for inner in tree.inside(node)
    ):
        return False
    links = {link.get("href") or str(link.order): link for link in tree.links(node) if rows.is_title(link, tree)}
    long = [link for link in links.values() if len(tree.text(link)) >= 8]
    return len(links) <= 3 and len(long) <= 1


def _main_link(row: Node, link: Node, tree: Tree) -> Node:
    links = [other for other in tree.links(row) if rows.is_title(other, tree)]
    return max(links, key=lambda other: len(tree.text(other)) or min(len(other.get("title")), 3), default=link)


Group = tuple[Node, list[tuple[Node, Node]]]


def _merge(groups: list[Group], tree: Tree, regions: Regions) -> list[Group]:
    """Join lists cut into pieces of five rows or so: same kind of element, same parent, nothing said between them.

    A breadcrumb or menu that stands in the same wrapper is no piece of the list.
    """
    merged: list[Group] = []
    for holder, pairs in sorted(groups, key=lambda group: group[0].order):
        if merged:
            before = merged[-1][0]
            own = regions.part(merged[-1][1][-1][0]) == regions.part(pairs[0][0])
            if own and _alike(before, holder) and not tree.between(before.end, holder.order, most=1):
                merged[-1][1].extend(pairs)
                merged[-1] = (holder.parent or holder, merged[-1][1]) if before is not holder.parent else merged[-1]
                continue
        merged.append((holder, pairs))
    return merged


def _alike(before: Node, holder: Node) -> bool:
    if holder.parent is None or holder.tag in ("body", "div", "td", "section"):
        return False
    siblings = before.parent is holder.parent and (before.tag, before.get("class")) == (holder.tag, holder.get("class"))
    return siblings or (before is holder.parent and any(child.tag == holder.tag for child in before.elements))


def _listing(holder: Node, pairs: Sequence[tuple[Node, Node]], tree: Tree, regions: Regions) -> Listing:
    made = [_read(row, link, tree) for row, link in pairs]
    if sum(row.found is not None for row in made) * 2 < len(made):
        made = _flat(made, holder, tree)
    if len(made) >= 2 and not any(row.found for row in made):
        made = _tails(made)
    made = _by_year(made, tree)
    part = regions.part(pairs[0][0])
    return Listing(rows=tuple(made), node=holder, part=part, heading=_heading(pairs[0][0], tree))


def _by_year(made: list[Row], tree: Tree) -> list[Row]:
    """Give rows the year of the heading above them, where such headings (2021年) stand before the list or within it."""
    year, last, found = None, None, []
    for row in made:
        between = tree.before(row.node.order, most=3) if last is None else tree.between(last, row.node.order, most=3)
        for text in between:
            if (named := _YEAR_HEADING.match(fold(text.value))) is not None:
                year = int(named[1])
        found.append(replace(row, year=year) if year is not None else row)
        last = row.node.end
    return found


def _read(node: Node, link: Node, tree: Tree) -> Row:
    name = rows.title(link, tree)
    texts = tree.texts(node)
    outside = [text for text in texts if not link.holds(text)]
    inside = [text for text in texts if link.holds(text) and fold(text.value) != name]
    found = rows.date_in(outside, lambda text: _column_heading(text, tree)) or rows.date_in(inside)
    one, dated, written = found if found else (None, None, False)
    return Row(
        node=node,
        link=link,
        title=name,
        found=one,
        dated=dated,
        pinned=rows.is_pinned(node, tree),
        written=written,
        cut=rows.is_cut(link, tree),
    )


def _column_heading(text: Node, tree: Tree) -> str:
    """Return the heading of the table column a text stands in; empty where the table's first row heads no columns."""
    cell = next((node for node in text.ancestors() if node.tag in ("td", "th")), None)
    table = next((node for node in text.ancestors() if node.tag == "table"), None)
    if cell is None or table is None or cell.parent is None:
        return ""
    first = next(tree.find(table, "tr"), None)
    if first is None or first.holds(cell) or tree.links(first):
        return ""
    own, headings = cell.parent.elements, first.elements
    return tree.text(headings[own.index(cell)]) if len(own) == len(headings) else ""


def _flat(made: list[Row], holder: Node, tree: Tree) -> list[Row]:
    """Give rows that are mere links in a run of text the dates that stand between them, all before or all after."""
    starts = [row.node.order for row in made]
    ends = [row.node.end for row in made]
    after = [_between(tree, ends[n], starts[n + 1] if n + 1 < len(made) else holder.end) for n in range(len(made))]
    before = [_between(tree, ends[n - 1] if n else holder.order, starts[n]) for n in range(len(made))]
    choice = max((after, before), key=lambda found: sum(one is not None for one in found))
    if sum(one is not None for one in choice) < max(1, len(made) // 2):
        return made
    return [
        row if one is None or row.found is not None else replace(row, found=one[0], dated=one[1], written=one[2])
        for row, one in zip(made, choice, strict=True)
    ]


def _between(tree: Tree, start: int, end: int) -> tuple[dates.Found, Node, bool] | None:
    return rows.date_in(tree.between(start, end, most=8))


def _tails(made: list[Row]) -> list[Row]:
    """Take dates written at the end of the link text itself, but only where nearly every row has one."""
    tails = [_TAIL.search(row.title) for row in made]
    if sum(tail is not None for tail in tails) < 0.8 * len(made):
        return made
    dated = []
    for row, tail in zip(made, tails, strict=True):
        found = dates.find(tail[1] or tail[2]) if tail else ()
        name = row.title[: tail.start()].strip() if tail else row.title
        dated.append(replace(row, title=name or row.title, found=found[0], dated=row.link) if found else row)
    return dated


def _heading(row: Node, tree: Tree) -> str:
    """Return the short text right before a list, where it can be its heading."""
    words = [fold(text.value) for text in tree.before(row.order, most=3)]
    words = [word for word in words if not PAGES.match(word)]
    return words[-1] if words and len(words[-1]) <= 20 else ""
