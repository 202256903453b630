"""The tree of a page from its layout snapshot (the DOMSnapshot form that `collector.layout` writes).

The snapshot is hostile input: every index is checked, and a document that would stand inside itself is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evidence.errors import ReadingError
from evidence.model import Box
from evidence.reading import visibility
from evidence.reading.tree import Node, Tree, finish

_ELEMENT, _TEXT, _COMMENT, _DOCUMENT, _FRAGMENT = 1, 3, 8, 9, 11
_TAGS = {_TEXT: "#text", _COMMENT: "#comment", _DOCUMENT: "#document", _FRAGMENT: "#shadow-root"}


def tree(layout: Mapping[str, Any]) -> Tree:
    """Return the tree of a layout snapshot; raises ReadingError where it contradicts itself."""
    try:
        return _tree(layout)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise ReadingError(f"the layout snapshot is damaged: {type(error).__name__} {error}; capture again") from error


def _tree(layout: Mapping[str, Any]) -> Tree:
    documents = layout["documents"]
    built = [_document(n, document, layout["strings"], layout["styles"]) for n, document in enumerate(documents)]
    if not built:
        raise ReadingError("the layout snapshot holds no document; capture again")
    _place(documents, built)
    width, height = documents[0]["size"]
    grown = finish(built[0][0], size=(int(width), int(height)))
    visibility.mark(grown)
    return Tree(grown.nodes, size=grown.size)  # which texts are seen is known only now


def _document(n: int, document: Mapping[str, Any], strings: Sequence[str], styles: Sequence[str]) -> list[Node]:
    """Return the nodes of one document; nodes 1.. hang below node 0."""
    raw = document["nodes"]
    parents = raw["parentIndex"]
    nodes: list[Node] = []
    for i, (parent, kind, name, value, pairs) in enumerate(
        zip(parents, raw["nodeType"], raw["nodeName"], raw["nodeValue"], raw["attributes"], strict=True)
    ):
        node = Node(tag=_TAGS.get(kind) or _word(strings, name).lower(), frame=n)
        node.value = _word(strings, value) if kind in (_TEXT, _COMMENT) else ""
        if pairs:
            words = [_word(strings, word) for word in pairs]
            node.attributes = {name.lower(): text for name, text in zip(words[::2], words[1::2], strict=True)}
        nodes.append(node)
        if i:
            _hang(nodes, i, parent, n)
    current = raw["currentSourceURL"]
    for index, word in zip(current["index"], current["value"], strict=True):
        nodes[index].attributes = {**nodes[index].attributes, "current-src": _word(strings, word)}
    if not nodes:
        raise ReadingError(f"the layout snapshot is damaged: documents.{n} holds no node; capture again")
    _lay_out(n, document["layout"], nodes, strings, styles)
    return nodes


def _hang(nodes: list[Node], i: int, parent: int, n: int) -> None:
    if not isinstance(parent, int) or not 0 <= parent < i:
        raise ReadingError(
            f"the layout snapshot is damaged: documents.{n}.nodes.parentIndex.{i} is {parent!r:.20}, "
            f"expected a node before it; capture again"
        )
    nodes[i].parent = nodes[parent]
    nodes[parent].children.append(nodes[i])


def _lay_out(
    n: int, layout: Mapping[str, Any], nodes: list[Node], strings: Sequence[str], names: Sequence[str]
) -> None:
    """Give the laid-out nodes of one document their boxes and styles; a node cut into several boxes gets their hull."""
    known: dict[tuple[int, ...], Mapping[str, str]] = {}
    paints = layout.get("paintOrders") or [None] * len(layout["nodeIndex"])
    for index, styles, bounds, paint in zip(
        layout["nodeIndex"], layout["styles"], layout["bounds"], paints, strict=True
    ):
        if not isinstance(index, int) or not 0 <= index < len(nodes):
            raise ReadingError(
                f"the layout snapshot is damaged: documents.{n}.layout.nodeIndex names node {index!r:.20} "
                f"of {len(nodes)}; capture again"
            )
        node = nodes[index]
        node.paint = paint if isinstance(paint, int) else None
        left, top, width, height = (int(number) for number in bounds)
        node.box = (left, top, width, height) if node.box is None else _hull(node.box, (left, top, width, height))
        if node.style is None:
            key = tuple(styles)
            if key not in known:
                known[key] = dict(zip(names, (_word(strings, word) for word in key), strict=False))
            node.style = known[key]


def _hull(a: Box, b: Box) -> Box:
    left, top = min(a[0], b[0]), min(a[1], b[1])
    return (left, top, max(a[0] + a[2], b[0] + b[2]) - left, max(a[1] + a[3], b[1] + b[3]) - top)


def _place(documents: Sequence[Mapping[str, Any]], built: list[list[Node]]) -> None:
    """Hang each inner document below the frame element that shows it, and move its boxes there."""
    owners: dict[int, Node] = {}
    for n, document in enumerate(documents):
        rare = document["nodes"]["contentDocumentIndex"]
        for index, inner in zip(rare["index"], rare["value"], strict=True):
            if not 0 < inner < len(built) or inner <= n or inner in owners or not 0 <= index < len(built[n]):
                raise ReadingError(
                    f"the layout snapshot is damaged: documents.{n} shows document {inner} in node {index}, "
                    "expected a later document that stands nowhere else; capture again"
                )
            owners[inner] = built[n][index]
    for inner in sorted(owners):
        owner, top = owners[inner], built[inner][0]
        top.parent = owner
        owner.children.append(top)
        if owner.box is not None:
            _move(built[inner], owner.box[0], owner.box[1], documents[inner].get("scroll", (0, 0)))


def _move(nodes: list[Node], left: int, top: int, scroll: Sequence[int]) -> None:
    for node in nodes:
        if node.box is not None:
            x, y, width, height = node.box
            node.box = (x + left - int(scroll[0]), y + top - int(scroll[1]), width, height)


def _word(strings: Sequence[str], index: int) -> str:
    if index == -1:
        return ""
    if not isinstance(index, int) or not 0 <= index < len(strings):
        raise ReadingError(f"the layout snapshot is damaged: string {index!r:.20} of {len(strings)}; capture again")
    return strings[index]
