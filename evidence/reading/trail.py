"""The trail of a page (当前位置：首页 > 政务公开 > 通知公告): its place in its site, in the page's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence.reading.regions import CRUMB, Regions
from evidence.reading.tree import Tree, fold

HOME_NAME = "首页"
LONGEST_NAME = 16
LONGEST_TRAIL = 160
_SEPARATOR = re.compile(r"\s*-*[>＞»›→/／|｜\\:：]+\s*|\s-+\s")


def trail(tree: Tree, regions: Regions) -> tuple[str, ...]:
    """Return the names of the smallest part of the page that reads like a trail, from 首页 down; empty without one."""
    found: list[tuple[int, tuple[str, ...]]] = []
    for node in tree.nodes:
        if node.tag.startswith("#") or node.hidden or tree.length(node) > LONGEST_TRAIL:
            continue
        text = tree.text(node)
        if regions.part(node) == "crumb" or CRUMB.search(text):
            names = tuple(_names(text))
            if len(names) > 1:
                found.append((len(text), names))
    _, names = min(found, default=(0, ()))
    home = next((n for n, name in enumerate(names) if HOME_NAME in name), -1)
    return (HOME_NAME, *names[home + 1 :]) if names else ()


def _names(text: str) -> Iterator[str]:
    """Yield the names of a trail: what its prefix leaves, cut at its marks."""
    said = (
        re.sub(r"^.{0,10}?(?:位置|栏目)\s*(?:是)?\s*[:：>＞»]?\s*", "", text)
        if not text.startswith(HOME_NAME)
        else text
    )
    for name in _SEPARATOR.split(said):
        plain = fold(name).strip("<>[]【】·")
        if plain and plain not in ("正文", "列表", "详情", "内容", "文章") and len(plain) <= LONGEST_NAME + 14:
            yield plain
