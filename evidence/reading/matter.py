"""What a page is about: the text, pictures and files that stand in no furniture and in no list row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evidence.reading.lists import Listing
from evidence.reading.regions import PAGES, Regions
from evidence.reading.rows import whole
from evidence.reading.tree import Node, Tree, fold

FILE = re.compile(r"\.(pdf|docx?|xlsx?|pptx?|wps|et|ofd|zip|rar|7z|txt|csv|mp4|mp3)(\?|#|$)", re.I)
_EMBEDS = ("iframe", "frame", "embed", "object", "video", "audio", "canvas")
_SMALL = 120
"""Pixels; a picture of this width and height or more may carry content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """The content of a page apart from its lists."""

    texts: tuple[Node, ...]
    """Visible text nodes that are no links, or links that are dates."""
    container: Node | None
    """The smallest element that holds most of them."""
    pictures: tuple[Node, ...]
    """Images large enough to carry content."""
    embeds: tuple[Node, ...]
    """Frames, players and drawing areas."""
    files: tuple[Node, ...]
    """Links to documents."""

    @property
    def length(self) -> int:
        """Characters of text, white space apart."""
        return sum(len(re.sub(r"\s", "", text.value)) for text in self.texts)

    @property
    def carries(self) -> bool:
        """Whether there is anything besides text that a visitor can take in."""
        return bool(self.pictures or self.embeds or self.files)


def gather(tree: Tree, regions: Regions, listings: Sequence[Listing]) -> Matter:
    """Return what stands in the content of a page outside its lists."""
    taken = [False] * (len(tree.nodes) + 1)
    for listing in listings:
        if listing.part is None and _is_list(listing):
            for row in listing.rows:
                taken[row.node.order : row.node.end] = [True] * (row.node.end - row.node.order)
                if row.dated is not None:
                    taken[row.dated.order] = True  # it may stand beside its row, as in dt and dd
    content = [node for node in tree.nodes if regions.part(node) is None and not taken[node.order] and not node.hidden]
    linked = _linked(tree)
    spoken = (text for text in tree.texts(tree.root) if regions.part(text) is None and not taken[text.order])
    texts = tuple(text for text in spoken if _counts(text) and (not linked[text.order] or whole(fold(text.value))))
    return Matter(
        texts=texts,
        container=_container(texts),
        pictures=tuple(node for node in content if node.tag == "img" and _large(node, tree)),
        embeds=tuple(node for node in content if node.tag in _EMBEDS and _large(node, tree)),
        files=tuple(node for node in content if node.tag == "a" and FILE.search(node.get("href"))),
    )


def _is_list(listing: Listing) -> bool:
    """Tell whether rows are a list and not, say, the line under a heading that links the source and gives the time."""
    if listing.is_menu or listing.length < 6 or not listing.is_uniform:
        return False
    return len(listing.rows) >= 2 or (listing.dated > 0 and listing.rows[0].node.tag in ("li", "tr", "dl", "dd"))


def _counts(text: Node) -> bool:
    words = fold(text.value)
    return bool(words) and not PAGES.match(words)


def _linked(tree: Tree) -> list[bool]:
    linked = [False] * (len(tree.nodes) + 1)
    for link in tree.links(tree.root):
        linked[link.order : link.end] = [True] * (link.end - link.order)
    return linked


def _large(node: Node, tree: Tree) -> bool:
    if tree.size is None:
        return node.tag != "img" or _declared(node)
    return node.box is not None and node.box[2] >= _SMALL and node.box[3] >= _SMALL


def _declared(image: Node) -> bool:
    """Without a layout only what the author says of a picture's size is known; a silent one may be large."""
    sizes = [int(value) for value in (image.get("width"), image.get("height")) if value.isdigit()]
    return all(size >= _SMALL for size in sizes)


def _container(texts: Sequence[Node]) -> Node | None:
    """Return the smallest element that holds three quarters of the text."""
    total = sum(len(text.value) for text in texts)
    if not total:
        return None
    weights: dict[int, int] = {}
    known: dict[int, Node] = {}
    for text in texts:
        for depth, outer in enumerate(text.ancestors()):
            if depth > 80:
                break
            weights[outer.order] = weights.get(outer.order, 0) + len(text.value)
            known[outer.order] = outer
    fitting = [order for order, weight in weights.items() if weight * 4 >= total * 3]
    return known[max(fitting)] if fitting else None
