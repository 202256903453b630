"""What lies over what: boxes that are painted later, let nothing through, and hide the whole of a link."""

from __future__ import annotations

import re

from evidence.model import Box
from evidence.reading.tree import Node, Tree

_OPAQUE = re.compile(r"rgb\(|rgba\([^)]*,\s*1(?:\.0+)?\)")
_LIFTED = ("absolute", "fixed", "sticky")
MOST = 60
"""Boxes looked at; a page that lifts more is a game, and its links are not called covered."""


class Covers:
    """The lifted, opaque boxes of one page."""

    def __init__(self, tree: Tree) -> None:
        lifted = [node for node in tree.nodes if _covers(node)] if tree.size is not None else []
        self._covers = lifted if len(lifted) <= MOST else []

    def over(self, node: Node) -> str:
        """Say which box hides a node; nothing where none is known to. Only what was surely painted later counts."""
        if node.box is None or node.paint is None:
            return ""
        for cover in self._covers:
            if cover.holds(node) or node.holds(cover) or cover.frame != node.frame or cover.box is None:
                continue
            if cover.paint is not None and cover.paint > node.paint and _within(node.box, cover.box):
                name = cover.get("id") or cover.get("class").partition(" ")[0]
                return f"covered by {cover.tag}{'#' + name[:40] if name else ''}"
        return ""


def _covers(node: Node) -> bool:
    style, box = node.style, node.box
    if style is None or box is None or node.hidden or style.get("position") not in _LIFTED:
        return False
    solid = _OPAQUE.match(style.get("background-color", "")) is not None or node.tag in ("img", "iframe", "video")
    return solid and style.get("visibility") == "visible" and style.get("opacity") == "1" and box[2] * box[3] > 0


def _within(inner: Box, outer: Box) -> bool:
    return (
        inner[2] > 0
        and inner[3] > 0
        and outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[0] + inner[2] <= outer[0] + outer[2]
        and inner[1] + inner[3] <= outer[1] + outer[3]
    )
