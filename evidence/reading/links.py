"""All links of a page: where each leads, what a visitor reads on it, and whether it is seen at all."""

from __future__ import annotations

from evidence.model import Link, LinkScope
from evidence.reading import addresses, covering
from evidence.reading.hidden import own_hosts, unseen
from evidence.reading.page import PageInput
from evidence.reading.tree import Node, Tree, fold

MOST = 5_000
"""Links kept of one page; a note says where there were more."""
_LONGEST = 200


def find(page: PageInput, tree: Tree) -> tuple[tuple[Link, ...], str]:
    """Return the links of a page in page order, hidden ones as well, and a note where there are too many to keep."""
    own, covers = own_hosts(page, tree), covering.Covers(tree)
    leading = [(node, href) for node in tree.links(tree.root) if (href := _goal(page.url, node))]
    found = tuple(
        Link(
            href=href,
            text=text_of(node, tree)[:_LONGEST],
            scope=scope_of(href, addresses.host(page.url), own),
            hidden=unseen(node, tree) or covers.over(node),
            box=node.box,
        )
        for node, href in leading[:MOST]
    )
    return found, f"页面有{len(leading)}个链接，只记下前{MOST}个" if len(leading) > MOST else ""


def text_of(link: Node, tree: Tree) -> str:
    """Return what stands on a link: its text, else what it or its picture is called."""
    said = tree.text(link, hidden=True)
    if said:
        return said
    pictured = (fold(inner.get("alt") or inner.get("title")) for inner in tree.find(link, "img", "area", "input"))
    return fold(link.get("title") or link.get("aria-label")) or next(filter(None, pictured), "")


def scope_of(href: str, here: str, own: frozenset[str]) -> LinkScope:
    """Return whose page an address is, seen from a page of host `here` whose site holds the registered names `own`."""
    name = addresses.host(href)
    if not name or name == here:
        return "internal"
    if addresses.registrable(name) in own:
        return "same_authority"
    return "public" if addresses.is_authority(name) else "external"


def _goal(base: str, link: Node) -> str | None:
    """Return where a link leads, if to a page or file of the web."""
    href = addresses.absolute(base, link.get("href"))
    scheme = href.partition(":")[0].lower() if href and ":" in href.partition("/")[0] else ""
    return href if scheme in ("", "http", "https", "ftp") else None
