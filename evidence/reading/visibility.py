"""Why a visitor does not see a node, from computed styles and boxes.

Only what is certain is called hidden. A slide of a carousel that waits outside its window is not: it comes round.
"""

from __future__ import annotations

import re

from evidence.reading.tree import Node, Tree

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_CHANNELS = re.compile(r"rgba?\(([^)]*)\)")
_FAR = 500
"""Pixels beyond the page's edge, or of negative indent, from which on text is out of sight on purpose."""


def mark(tree: Tree) -> None:
    """Give each node of a laid-out tree its reason for being hidden, if there is one."""
    laid_out = [node.box is not None for node in tree.nodes]
    for node in reversed(tree.nodes):
        if laid_out[node.order] and node.parent is not None:
            laid_out[node.parent.order] = True
    for node in tree.nodes:
        inherited = node.parent.hidden if node.parent is not None else ""
        node.hidden = inherited or _own(node, tree, shown=laid_out[node.order])


def _own(node: Node, tree: Tree, *, shown: bool) -> str:
    if node.tag in ("#document", "#shadow-root", "#comment", "html", "body"):
        return ""
    if not shown:
        return "" if node.tag == "#text" and not node.value.strip() else "display:none"
    if node.tag == "#text":
        return _text(node)
    return _element(node, tree)


def _element(node: Node, tree: Tree) -> str:
    style, box = node.style, node.box
    if style is None or box is None:
        return ""
    if _number(style.get("opacity", "1")) == 0:
        return "opacity:0"
    if _cut(style) and (box[2] <= 1 or box[3] <= 1):
        return f"{box[2]}×{box[3]}px overflow:hidden"
    if _number(style.get("text-indent", "0")) <= -_FAR:
        return f"text-indent:{style['text-indent']}"
    return _off_page(node, tree)


def _off_page(node: Node, tree: Tree) -> str:
    """Tell whether a node was moved off the page by its own position (not merely slid along inside a carousel)."""
    if node.box is None or node.style is None or node.style.get("position") not in ("absolute", "fixed", "relative"):
        return ""
    left, top, width, height = node.box
    if left + width <= -_FAR or top + height <= -_FAR or (left + width < 0 and width > 0 and not _slides(node)):
        return f"off-screen ({left}, {top})"
    if tree.size is not None and left >= tree.size[0] + _FAR and not _slides(node):
        return f"off-screen ({left}, {top})"
    return ""


def _slides(node: Node) -> bool:
    """Tell whether some box around the node cuts what stands outside it, as the window of a carousel does."""
    return any(
        outer.style is not None and _cut(outer.style) and outer.tag not in ("html", "body")
        for outer in node.ancestors()
    )


def _text(node: Node) -> str:
    parent = node.parent
    if parent is None or parent.style is None:
        return ""
    style = node.style or parent.style
    if style.get("visibility") in ("hidden", "collapse"):
        return f"visibility:{style['visibility']}"
    if _number(style.get("font-size", "16")) <= 1:
        return f"font-size:{style['font-size']}"
    return ""


def same_colour(node: Node) -> str:
    """Say which colour text and ground share, where they do and no picture lies between; else nothing."""
    style = node.style
    if style is None:
        return ""
    ink = _colour(style.get("color", ""))
    for outer in (node, *node.ancestors()):
        if outer.style is None:
            continue
        if outer.style.get("background-image", "none") != "none":
            return ""
        ground = _colour(outer.style.get("background-color", ""))
        if ground is not None and ground[3] > 0:
            return f"color = background {ink[:3]}" if ink is not None and ink[:3] == ground[:3] else ""
    return ""


def _cut(style: object) -> bool:
    return isinstance(style, dict) and ("hidden" in (style.get("overflow-x"), style.get("overflow-y")))


def _colour(text: str) -> tuple[float, float, float, float] | None:
    found = _CHANNELS.match(text)
    if found is None:
        return None
    numbers = [float(number) for number in _NUMBER.findall(found[1])]
    if len(numbers) not in (3, 4):
        return None
    return (numbers[0], numbers[1], numbers[2], numbers[3] if len(numbers) == 4 else 1.0)


def _number(text: str) -> float:
    found = _NUMBER.match(text)
    return float(found[0]) if found else 1.0
