"""One tree of a page, its frames and shadow roots, with what is shown and where: built from the layout snapshot or, without one, from the HTML.

Nodes stand in one flat tuple in document order; each knows where its last descendant stands. So nothing here
recurses, and a page that is nested five thousand deep is read like any other.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from evidence.model import Box
from evidence.reading.page import PageInput

SILENT = frozenset({"script", "style", "noscript", "template", "head", "title", "textarea", "option", "object", "svg"})
"""Elements whose text is no text of the page."""

_SPACE = re.compile(r"[\s\u200b\ufeff\u2028]+")


@dataclass(slots=True, eq=False, kw_only=True)
class Node:
    """One element, text or comment. Built once, then only read."""

    tag: str
    """Lower case; "#text", "#comment", "#document" and "#shadow-root" for what is no element."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    value: str = ""
    """Text of a text or comment node."""
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    order: int = 0
    end: int = 0
    """Order of the first node after the last descendant."""
    frame: int = 0
    box: Box | None = None
    """In CSS pixels of the whole page; None where the node has no box or no layout is known."""
    style: Mapping[str, str] | None = None
    """Computed styles, where the node was laid out."""
    paint: int | None = None
    """When it is painted, counted over its document; None where that is not known."""
    hidden: str = ""
    """Why no visitor sees it; empty: it is shown, as far as can be told."""

    def get(self, name: str) -> str:
        """Return an attribute, empty where there is none."""
        return self.attributes.get(name, "")

    @property
    def names(self) -> str:
        """Its id, class and role in lower case: what its author called it."""
        return f"{self.get('id')} {self.get('class')} {self.get('role')}".lower()

    def ancestors(self) -> Iterator[Node]:
        """Yield parent, grandparent and so on."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def holds(self, other: Node) -> bool:
        """Tell whether `other` is this node or stands inside it."""
        return self.order <= other.order < self.end

    @property
    def elements(self) -> list[Node]:
        """Its element children."""
        return [child for child in self.children if not child.tag.startswith("#")]


class Tree:
    """A page as read; ask it for text, links and elements of any part."""

    def __init__(self, nodes: tuple[Node, ...], *, size: tuple[int, int] | None) -> None:
        self.nodes = nodes
        self.size = size
        """Width and height of the page in CSS pixels; None without a layout."""
        self._texts = [node.order for node in nodes if node.tag == "#text" and node.value.strip() and _speaks(node)]
        self._seen = [order for order in self._texts if not nodes[order].hidden]
        self._lengths = [0, *itertools.accumulate(len(fold(nodes[order].value)) for order in self._seen)]
        self._links = [node.order for node in nodes if node.tag == "a"]

    @property
    def root(self) -> Node:
        """The document."""
        return self.nodes[0]

    def inside(self, node: Node) -> tuple[Node, ...]:
        """Return the node and all its descendants, in document order."""
        return self.nodes[node.order : node.end]

    def find(self, node: Node, *tags: str) -> Iterator[Node]:
        """Yield the elements of some tags inside `node`, in document order."""
        return (inner for inner in self.inside(node) if inner.tag in tags)

    def texts(self, node: Node, *, hidden: bool = False) -> list[Node]:
        """Return the text nodes inside `node` that a visitor sees, or with `hidden` all of them."""
        return self._span(self._texts if hidden else self._seen, node)

    def links(self, node: Node) -> list[Node]:
        """Return the anchors inside `node`, hidden ones as well."""
        return self._span(self._links, node)

    def text(self, node: Node, *, hidden: bool = False) -> str:
        """Return the visible text inside `node` with white space folded, pieces of different blocks apart."""
        return join(self.texts(node, hidden=hidden))

    def length(self, node: Node) -> int:
        """Return about how many characters of visible text stand inside `node`, without putting them together."""
        low, high = bisect.bisect_left(self._seen, node.order), bisect.bisect_left(self._seen, node.end)
        return self._lengths[high] - self._lengths[low]

    def between(self, start: int, end: int, *, most: int | None = None) -> list[Node]:
        """Return the visible text nodes from one place in document order up to another, the first `most` of them."""
        low, high = bisect.bisect_left(self._seen, start), bisect.bisect_left(self._seen, end)
        return [self.nodes[order] for order in self._seen[low : high if most is None else min(high, low + most)]]

    def before(self, place: int, *, most: int) -> list[Node]:
        """Return the last visible text nodes before a place in document order."""
        low = bisect.bisect_left(self._seen, place)
        return [self.nodes[order] for order in self._seen[max(0, low - most) : low]]

    def first(self, tag: str) -> Node | None:
        """Return the first element of a tag on the page itself."""
        return next((node for node in self.nodes if node.tag == tag and node.frame == 0), None)

    def _span(self, orders: list[int], node: Node) -> list[Node]:
        low, high = bisect.bisect_left(orders, node.order), bisect.bisect_left(orders, node.end)
        return [self.nodes[order] for order in orders[low:high]]


def join(texts: Iterable[Node]) -> str:
    """Return the values of text nodes as one line: run together inside one block, else with a space between."""
    parts: list[str] = []
    last: Node | None = None
    for text in texts:
        if last is not None and not same_block(last, text):
            parts.append(" ")
        parts.append(text.value)
        last = text
    return fold("".join(parts))


def fold(text: str) -> str:
    """Return `text` with runs of white space as one blank.

    >>> fold("  政务\\u3000公开 ")
    '政务 公开'
    """
    return _SPACE.sub(" ", text).strip()


_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "big",
        "em",
        "font",
        "i",
        "label",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
        "mark",
        "time",
        "ins",
        "del",
        "bdi",
        "s",
    ]
)


def same_block(a: Node, b: Node) -> bool:
    """Tell whether two text nodes run on in one line, apart only by inline elements."""
    return _block(a) is _block(b)


def _block(text: Node) -> Node | None:
    return next((node for node in text.ancestors() if node.tag not in _INLINE), None)


def _speaks(text: Node) -> bool:
    """Tell whether a text node is text of the page and not of a script or style."""
    return text.parent is None or text.parent.tag not in SILENT


def grow(page: PageInput) -> Tree:
    """Return the tree of a page, from its layout snapshot where there is one, else from its HTML.

    Raises ReadingError for a layout whose indexes contradict each other.
    """
    from evidence.reading import from_dom, from_layout

    return from_layout.tree(page.layout) if page.layout is not None else from_dom.tree(page.frames)


def finish(top: Node, *, size: tuple[int, int] | None) -> Tree:
    """Number the nodes below `top` in document order and return them as a tree."""
    nodes: list[Node] = []
    stack: list[tuple[Node, bool]] = [(top, False)]
    while stack:
        node, left = stack.pop()
        if left:
            node.end = len(nodes)
            continue
        node.order = len(nodes)
        nodes.append(node)
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node.children))
    return Tree(tuple(nodes), size=size)
