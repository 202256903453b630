"""Where a foreign link came from: the script before it that another host sent, or the block that holds only such links."""

from __future__ import annotations

from evidence.reading import addresses
from evidence.reading.tree import Node, Tree

_HIGHEST = 12


def around(link: Node, tree: Tree, own: frozenset[str]) -> str | None:
    """Return the foreign script whose output a link seems to be, else the largest block of foreign links alone.

    None for a link that stands alone among others of the site.
    """
    block = _block(link, tree, own)
    script = _script_before(block, own)
    if script is not None:
        return f"script {script}"
    if block is link:
        return None
    links = len(tree.links(block))
    names = "".join(f".{word}" for word in block.get("class").split()[:2])
    return f"{block.tag}{'#' + block.get('id') if block.get('id') else ''}{names}"[:120] + f"（{links}个外部链接）"


def scripts(tree: Tree, own: frozenset[str]) -> tuple[str, ...]:
    """Return the addresses of scripts that other hosts send, in page order."""
    sources = (node.get("src").strip() for node in tree.find(tree.root, "script"))
    return tuple(dict.fromkeys(source for source in sources if _is_foreign(source, own)))


def _block(link: Node, tree: Tree, own: frozenset[str]) -> Node:
    block = link
    for n, outer in enumerate(link.ancestors()):
        if n >= _HIGHEST or outer.tag in ("body", "html", "#document"):
            break
        if not all(_is_foreign(other.get("href"), own) for other in tree.links(outer)):
            break
        block = outer
    return block


def _script_before(block: Node, own: frozenset[str]) -> str | None:
    """Return the source of a foreign script right before a block or first in it: what document.write leaves behind."""
    if block.parent is None:
        return None
    siblings = block.parent.elements
    place = siblings.index(block) if block in siblings else 0
    near = [*siblings[max(0, place - 1) : place], *block.elements[:1]]
    sources = (node.get("src").strip() for node in near if node.tag == "script")
    return next((source for source in sources if _is_foreign(source, own)), None)


def _is_foreign(address: str, own: frozenset[str]) -> bool:
    name = addresses.host(address if not address.startswith("//") else "http:" + address)
    return bool(name) and addresses.registrable(name) not in own and not addresses.is_authority(name)
