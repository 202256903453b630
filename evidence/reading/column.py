"""What column (栏目) a page is: its name, class and place, and of which kind, so that nothing is said too soon.

A column that shows only its children, hides rows behind tabs, is empty until it is asked, stands in another authority's
frame or leads to its platform is neither blank nor stale by one look at it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evidence.model import ColumnKind, ColumnReading, PageKind
from evidence.reading import addresses, choice
from evidence.reading.classes import class_of
from evidence.reading.kind import redirect
from evidence.reading.lists import Listing, paged
from evidence.reading.matter import FILE, Matter
from evidence.reading.page import PageInput
from evidence.reading.regions import PAGES, Regions
from evidence.reading.trail import LONGEST_NAME, trail
from evidence.reading.tree import Node, Tree, fold

_MEDIA = re.compile(r"\.(mp4|m3u8|flv|mp3|wav)(\?|#|$)", re.I)
_ASK = re.compile(r"^\s*(查\s*询|搜\s*索|检\s*索|查\s*找)\s*$")
_SPLIT = re.compile(r"\s*[-_|–—]+\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What of a page tells its kind."""

    page: PageInput
    tree: Tree
    regions: Regions
    listings: Sequence[Listing]
    main: Listing | None
    matter: Matter


def read(seen: Seen, what: PageKind) -> ColumnReading | None:
    """Return what column the page is; None for an article, a home page, an error."""
    if what not in ("list", "other", "redirect"):
        return None
    path = trail(seen.tree, seen.regions)
    name = _name(seen.tree, path)
    kind, because, host = _kind(seen, what)
    return ColumnReading(
        kind=kind,
        because=because,
        name=name,
        class_=class_of((*path, name) if name else path),
        trail=path,
        level=len(path) - 1 if len(path) > 1 else None,
        tabs=len(choice.tabs(seen.main, seen.tree)) if seen.main is not None and kind == "tabbed" else 0,
        paged=seen.main is not None and paged(seen.main.node, seen.tree),
        leads_to=host,
    )


def _name(tree: Tree, path: tuple[str, ...]) -> str:
    """Return the column's name: as its tag says, else the trail's last, else the first part of the page's title."""
    tagged = (meta.get("content") for meta in tree.find(tree.root, "meta") if meta.get("name").lower() == "columnname")
    if name := fold(next(tagged, "")):
        return name[:60]
    if path:
        return path[-1]
    title = tree.first("title")
    said = fold("".join(child.value for child in title.children)) if title is not None else ""
    return next((part for part in _SPLIT.split(said) if 2 <= len(part) <= LONGEST_NAME), "")


def _kind(seen: Seen, what: PageKind) -> tuple[ColumnKind | None, str, str | None]:
    """Return the kind, what it was told by, and for frames and jumps the host that is shown or led to."""
    here = addresses.host(seen.page.url)
    if what == "redirect":
        goal = addresses.host(addresses.joined(seen.page.url, redirect(seen.tree) or ""))
        elsewhere = bool(goal and here) and addresses.registrable(goal) != addresses.registrable(here)
        return ("jump", "页面只跳转到其他单位的平台", goal) if elsewhere else (None, "页面只作跳转", None)
    if seen.main is not None:
        return _of_list(seen, seen.main, here)
    if what == "list":
        return "list", "列表区域没有条目", None
    return _without_list(seen, here)


def _of_list(seen: Seen, main: Listing, here: str) -> tuple[ColumnKind, str, str | None]:
    if (host := _framed(seen, main.node, here)) is not None:
        return "embedded", "列表在其他主机的框架内", host
    if shut := choice.tabs(main, seen.tree):
        return "tabbed", f"列表旁有{len(shut)}个未显示的标签页", None
    if choice.is_parent(seen.listings, seen.tree, seen.regions):
        return "parent", "页面列出几个下级栏目，各有自己的列表", None
    links = [row.link.get("href") for row in main.rows if row.link is not None]
    if links and all(FILE.search(href) for href in links):
        media = all(_MEDIA.search(href) for href in links)
        return ("media", "各条都是音视频", None) if media else ("attachment", "各条都是附件", None)
    return "list", "页面有条目列表", None


def _without_list(seen: Seen, here: str) -> tuple[ColumnKind | None, str, str | None]:
    if any(node.tag in ("video", "audio") for node in seen.matter.embeds):
        return "media", "内容是音视频", None
    for node in seen.matter.embeds:
        host = addresses.host(addresses.joined(seen.page.url, node.get("src")))
        if node.tag in ("iframe", "frame") and host and host != here:
            return "embedded", "内容在其他主机的框架内", host
    if _asks(seen):
        return "search", "页面要先查询才显示内容", None
    if choice.is_parent(seen.listings, seen.tree, seen.regions) or _names_children(seen):
        return "parent", "页面只列出下级栏目", None
    if seen.matter.files:
        return "attachment", "内容是附件", None
    if seen.matter.length >= 60 or seen.matter.pictures:
        return "static", "页面是一篇固定内容", None
    return None, "未见列表", None


def _framed(seen: Seen, node: Node, here: str) -> str | None:
    """Return the host of the frame a list stands in, where that is another than the page's."""
    if node.frame == 0:
        return None
    urls = {frame.n: frame.url for frame in seen.page.frames}
    host = addresses.host(urls.get(node.frame, ""))
    return host if host and host != here else None


def _asks(seen: Seen) -> bool:
    """Tell whether the content has a field and a button that asks (查询), outside the furniture."""
    content = [node for node in seen.tree.nodes if seen.regions.part(node) is None and not node.hidden]
    fields = [
        node
        for node in content
        if node.tag == "select" or (node.tag == "input" and node.get("type").lower() in ("", "text", "search", "date"))
    ]
    buttons = [
        node
        for node in content
        if node.tag in ("button", "a", "input", "span", "div")
        and not node.elements
        and (_ASK.match(node.get("value")) or _ASK.match(seen.tree.text(node)))
    ]
    return bool(fields and buttons)


def _names_children(seen: Seen) -> bool:
    """Tell whether the content is nothing but short links of names, as of a column that shows only its children."""
    links = [link for link in seen.tree.links(seen.tree.root) if seen.regions.part(link) is None and not link.hidden]
    names = [text for link in links if not PAGES.match(text := seen.tree.text(link))]
    short = [name for name in names if 2 <= len(name) <= LONGEST_NAME]
    return len(short) >= 2 and len(short) == len(names) and seen.matter.length < 60
