"""The tree of a page from its HTML alone, where no layout is at hand: what is shown is then known only from inline styles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from evidence.reading.page import FrameDom
from evidence.reading.tree import Node, Tree, finish

_INLINE_HIDDEN = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden")


def tree(frames: Sequence[FrameDom]) -> Tree:
    """Return the tree of the page's frames; the inner frames hang below the page in their order."""
    top = Node(tag="#document")
    for frame in frames:
        holder = top if frame.n == 0 else _frame(top, frame.n)
        _graft(LexborHTMLParser(frame.html).root, holder, frame.n)
    return finish(top, size=None)


def _frame(top: Node, n: int) -> Node:
    inner = Node(tag="#document", frame=n, parent=top)
    top.children.append(inner)
    return inner


def _graft(root: LexborNode | None, holder: Node, frame: int) -> None:
    """Copy the parsed nodes below `holder`, keeping a stack of our own: hostile pages are deep."""
    stack = [(root, holder)] if root is not None else []
    while stack:
        raw, parent = stack.pop()
        node = _copy(raw, parent, frame)
        parent.children.append(node)
        children = []
        child = raw.child
        while child is not None:
            children.append((child, node))
            child = child.next
        stack.extend(reversed(children))


def _copy(raw: LexborNode, parent: Node, frame: int) -> Node:
    if raw.is_text_node:
        return Node(tag="#text", value=raw.text_content or "", parent=parent, frame=frame, hidden=parent.hidden)
    if raw.is_comment_node:
        return Node(tag="#comment", value=raw.comment_content or "", parent=parent, frame=frame)
    attributes = {name.lower(): value or "" for name, value in raw.attributes.items()}
    node = Node(tag=(raw.tag or "").lower(), attributes=attributes, parent=parent, frame=frame, hidden=parent.hidden)
    if "hidden" in attributes or _INLINE_HIDDEN.search(attributes.get("style", "")):
        node.hidden = "display:none"
    return node
