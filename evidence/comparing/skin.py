"""Whether a page only put on another skin: other colours, other banner pictures, everything else as it was.

It is proved from both layouts: the same elements at the same places in the same styles but for colours, the same
pictures byte for byte but for banners, no text painted away, and no pixel that differs outside of what was dressed
anew or over what cannot be compared. Anything else is a change; so are colours that only a part of the page changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from evidence.comparing.greying import strips, within
from evidence.comparing.side import Side
from evidence.model import Box
from evidence.reading.regions import Regions
from evidence.reading.tree import Node, Tree
from evidence.reading.visibility import same_colour

_COLOURS = ("color", "background-color")
_PICTURE = "background-image"
_OPAQUE = frozenset({"canvas", "video", "audio", "object", "embed", "svg", "iframe", "frame", "input", "marquee"})
"""What paints by itself: its pixels are explained by no style."""
_BANNER_TOP, _BANNER_HEIGHT = 250, 500
"""Pixels from the page's top by which a banner begins, and its height at most."""
_BANNER_WIDTH = 0.6
_BROAD = 0.9
"""Shares of the page's width: of a banner, and of a ground that is the page's."""
_MANY = 4
"""One in so many texts must have another colour, where no ground and no banner changed."""
_HOME = frozenset({"", "#", "/", "./", "index.html", "/index.html", "index.htm", "/index.htm"})
_MARGIN = 8
"""Pixels round a box that strokes of its text may reach."""
_ADDRESS = re.compile(r"url\(\s*[\"']?(.*?)[\"']?\s*\)")

Pair = tuple[Node, Node]


def is_changed(earlier: Side, later: Side, excuses: Sequence[Box]) -> bool:
    """Tell whether the pages differ in nothing but their skin, places in `excuses` aside."""
    pairs = _pairs(earlier.tree, later.tree)
    if pairs is None:
        return False
    dress = _Dress(earlier=_Looks.of(earlier), later=_Looks.of(later))
    dressed: list[Box] = []
    unsure: list[Box] = []
    for pair in pairs:
        if not dress.allows(pair):
            return False
        dressed += _box(pair[1]) if dress.differs(pair) else ()
        unsure += _box(pair[1]) if dress.is_unsure(pair) else ()
    return dress.is_of_the_page(pairs) and _explains(earlier, later, dressed, unsure, excuses)


def _pairs(earlier: Tree, later: Tree) -> list[Pair] | None:
    """Return the elements and texts that stand for each other; None where anything stands elsewhere."""
    if earlier.size is None or earlier.size != later.size:
        return None
    shown = [[node for node in tree.nodes if node.box is not None and not node.hidden] for tree in (earlier, later)]
    if len(shown[0]) != len(shown[1]):
        return None
    pairs = list(zip(shown[0], shown[1], strict=True))
    return pairs if all((a.tag, a.box) == (b.tag, b.box) for a, b in pairs) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looks:
    """What is needed to know the pictures of one page."""

    url: str
    bodies: dict[str, str]
    """SHA-256 by address."""
    regions: Regions
    width: int

    @classmethod
    def of(cls, side: Side) -> _Looks:
        capture = side.record.capture
        return cls(
            url=capture.final_url or capture.requested_url,
            bodies={body.url: body.sha256 for body in capture.of_role("body") if body.url},
            regions=Regions(side.tree),
            width=side.tree.size[0] if side.tree.size else 0,
        )

    def pictures(self, node: Node) -> tuple[str | None, ...]:
        """Return what tells the pictures an element shows: digests, None for one that is not kept."""
        addresses = [node.get("current-src") or node.get("src")] if node.tag == "img" else []
        addresses += _ADDRESS.findall(_style(node, _PICTURE))
        return tuple(
            address if address.startswith("data:") else self.bodies.get(urljoin(self.url, address))
            for address in addresses
        )

    def is_banner(self, node: Node) -> bool:
        """Tell whether an element is a banner: at the page's top, broad or in its head, and no way into the matter."""
        if node.tag in ("html", "body"):
            return True
        if node.box is None or node.box[1] > _BANNER_TOP or node.box[3] > _BANNER_HEIGHT:
            return False
        if any(outer.tag == "a" and outer.get("href").strip() not in _HOME for outer in (node, *node.ancestors())):
            return False
        return node.box[2] >= _BANNER_WIDTH * self.width or self.regions.part(node) == "head"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dress:
    """Compares how elements of two pages are dressed."""

    earlier: _Looks
    later: _Looks

    def allows(self, pair: Pair) -> bool:
        """Tell whether two elements may be one in two skins."""
        one, other = pair
        for name in {*(one.style or {}), *(other.style or {})} - {*_COLOURS, _PICTURE}:
            if _style(one, name) != _style(other, name):
                return False
        if one.tag == "#text" and _is_lost(one) != _is_lost(other):
            return False
        return not self._pictured_anew(pair) or (self.earlier.is_banner(one) and self.later.is_banner(other))

    def differs(self, pair: Pair) -> bool:
        """Tell whether an element was dressed anew."""
        return self._pictured_anew(pair) or any(
            _style(pair[0], name) != _style(pair[1], name) for name in (*_COLOURS, _PICTURE)
        )

    def is_unsure(self, pair: Pair) -> bool:
        """Tell whether what an element shows cannot be compared: it paints by itself, or its picture is not kept."""
        pictures = (*self.earlier.pictures(pair[0]), *self.later.pictures(pair[1]))
        return pair[1].tag in _OPAQUE or (None in pictures and not self.later.is_banner(pair[1]))

    def is_of_the_page(self, pairs: Sequence[Pair]) -> bool:
        """Tell whether the page as a whole was dressed anew: a banner, a ground as broad as the page, or many texts."""
        if any(self._pictured_anew(pair) or self._grounded_anew(pair) for pair in pairs):
            return True
        texts = [(a, b) for a, b in pairs if a.tag == "#text"]
        anew = sum(_ink(a) != _ink(b) for a, b in texts)
        return bool(texts) and _MANY * anew >= len(texts)

    def _pictured_anew(self, pair: Pair) -> bool:
        return self.earlier.pictures(pair[0]) != self.later.pictures(pair[1])

    def _grounded_anew(self, pair: Pair) -> bool:
        box = pair[1].box
        broad = box is not None and box[2] >= _BROAD * self.later.width
        return broad and any(_style(pair[0], name) != _style(pair[1], name) for name in ("background-color", _PICTURE))


def _explains(
    earlier: Side, later: Side, dressed: Sequence[Box], unsure: Sequence[Box], excuses: Sequence[Box]
) -> bool:
    """Tell whether every pixel that differs lies in what was dressed anew, and none in what cannot be compared."""
    before, after = earlier.picture(), later.picture()
    if (before.width, before.height) != (after.width, after.height):
        return False
    for top, own, other in strips(before, after):
        differs = (own != other).any(axis=2)
        differs &= ~within(excuses, top, *differs.shape, margin=_MARGIN)
        if not differs.any():
            continue
        known = within(dressed, top, *differs.shape, margin=_MARGIN)
        known &= ~within(unsure, top, *differs.shape, margin=0)
        if (differs & ~known).any():
            return False
    return True


def _box(node: Node) -> Iterator[Box]:
    if node.box is not None:
        yield node.box


def _style(node: Node, name: str) -> str:
    return (node.style or {}).get(name, "")


def _ink(text: Node) -> str:
    return _style(text, "color") or (_style(text.parent, "color") if text.parent is not None else "")


def _is_lost(text: Node) -> bool:
    """Tell whether a text is painted in the colour of its ground."""
    return any(bool(same_colour(node)) for node in (text, text.parent) if node is not None)
