"""Links to other sites that no visitor can see (暗链), told from folded menus, tabs, screen-reader text and counters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence.model import HiddenLink
from evidence.reading import addresses, blocks
from evidence.reading.page import PageInput
from evidence.reading.tree import Node, Tree, fold
from evidence.reading.visibility import same_colour
from evidence.reading.wordlist import WordList

_SPOKEN = re.compile(
    r"(^|[\s_-])(sr-only|visually-?hidden|screen-?reader(-text)?|skip(-?link|nav)?|a11y|wza|assistive)([\s_-]|$)"
)
_FOLDED = re.compile(
    r"menu|nav|drop|sub|tab|panel|pane|select|option|pop|modal|dialog|layer|share|slide|swiper|fold|collaps|accord|qrcode|weixin|more|link|yqlj|qh|switch|hover|down"
)
_SERVICE = re.compile(
    r"(^|\.)(cnzz\.com|51\.la|51yes\.com|baidu\.com|bdimg\.com|jiathis\.com|bshare\.cn|qq\.com|weibo\.com|sina\.com\.cn|google\.com|"
    r"google-analytics\.com|umeng\.com|conac\.cn|adobe\.com|microsoft\.com|mozilla\.org|w3\.org|weixin\.com|douban\.com|renren\.com|"
    r"kaixin001\.com|163\.com|cnnic\.cn|12377\.cn|beian\.miit\.gov\.cn|ipw\.cn|people\.com\.cn|xinhuanet\.com|news\.cn)$"
)


def find(page: PageInput, tree: Tree, words: WordList) -> tuple[HiddenLink, ...]:
    """Return the links to other sites that no visitor can see, each address once, in page order."""
    own = own_hosts(page, tree)
    found: dict[str, HiddenLink] = {}
    for link in tree.links(tree.root):
        href = fold(link.get("href"))
        if href in found or not is_strange(href, own):
            continue
        why = unseen(link, tree)
        if why and not _excused(link, tree):
            said = tree.text(link, hidden=True) or fold(link.get("title"))
            word, block = words.find(f"{said} {href}"), blocks.around(link, tree, own)
            found[href] = HiddenLink(href=href, text=said, why=why, word=word, block=block)
    return tuple(found.values())


def is_strange(href: str, own: frozenset[str]) -> bool:
    """Tell whether an address is that of another site, and neither a public body's nor a service that sites use."""
    if not href.lower().startswith(("http://", "https://", "//")):
        return False
    name = addresses.host(href if not href.startswith("//") else "http:" + href)
    strange = bool(name) and addresses.registrable(name) not in own and not addresses.is_authority(name)
    return strange and not _SERVICE.search(name)


def own_hosts(page: PageInput, tree: Tree) -> frozenset[str]:
    """Return the registrable names the page itself stands under: its address, and what it declares."""
    names = {addresses.host(page.url)}
    for meta in tree.find(tree.root, "meta"):
        if meta.get("name").lower() in ("sitedomain", "og:url"):
            value = meta.get("content").strip()
            names.add(addresses.host(value if "://" in value else "http://" + value))
    return frozenset(addresses.registrable(name) for name in names if name)


def unseen(link: Node, tree: Tree) -> str:
    """Say why nobody sees a link: itself or what is in it, by style, size, place or colour; nothing if it is seen."""
    if link.hidden:
        return link.hidden
    pictures = [node for node in tree.find(link, "img", "svg", "input") if not node.hidden]
    if pictures:
        return ""
    texts = tree.texts(link, hidden=True)
    if not texts:
        return ""
    reasons = [text.hidden or (same_colour(text.parent) if text.parent is not None else "") for text in texts]
    return reasons[0] if all(reasons) else ""


def _excused(link: Node, tree: Tree) -> bool:
    """Tell whether the hiding has an honest use: read aloud, folded behind something shown, or one of several tabs."""
    hiders = list(_hiders(link))
    if any(_SPOKEN.search(node.names) for node in hiders):
        return True
    if any(node.tag in ("noscript", "template", "select", "option") for node in link.ancestors()):
        return True
    top = hiders[-1] if hiders else link
    return _is_tab(top, tree) or _is_folded(top, tree)


def _hiders(link: Node) -> Iterator[Node]:
    """Yield the link and those around it that are hidden, the outermost last."""
    if link.hidden:
        yield link
        for node in link.ancestors():
            if not node.hidden:
                return
            yield node


def _is_tab(top: Node, tree: Tree) -> bool:
    """Tell whether a hidden block stands beside a shown one of the same make: the other tab, the other slide."""
    if top.parent is None or top.parent.tag in ("body", "html", "#document"):
        return False
    make = _make(top)
    return any(
        other is not top and not other.hidden and _make(other) == make and tree.links(other)
        for other in top.parent.elements
    )


def _make(node: Node) -> tuple[str, str]:
    words = [
        word
        for word in node.get("class").split()
        if not re.search(r"^(on|active|cur(rent)?|show|hide|hidden|none|selected)$", word)
    ]
    return node.tag, " ".join(sorted(words))


def _is_folded(top: Node, tree: Tree) -> bool:
    """Tell whether a hidden block opens from something shown in the same small box, and is named so."""
    box = top.parent
    if box is None or box.tag in ("body", "html", "#document") or top.tag == "a":
        return False
    shown = tree.texts(box)
    return bool(shown) and len(tree.text(box)) <= 40 and _FOLDED.search(f"{top.names} {box.names}") is not None
