"""What became of the visible text between two pages, line by line, noise set aside with its reason.

Lines of a box that a page fills anew by itself (相关新闻 …) are noise wherever they differ, and never stand for others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from evidence.comparing.masks import Noise, mask
from evidence.model import Box
from evidence.reading.characters import simplified
from evidence.reading.tree import Node, Tree, fold, same_block

_LONGEST = 20_000
"""Lines beyond which only presence is compared, not order: aligning them would take minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of visible text and its place."""

    text: str
    masked: str
    reasons: tuple[str, ...]
    parts: tuple[tuple[str, Box | None], ...]
    """The pieces of text it is made of, each with its place."""
    beside: bool = False
    """Whether it stands in a box that the page fills anew by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChanges:
    """The difference of two texts."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    noise: tuple[Noise, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything but noise differs."""
        return bool(self.added or self.removed)

    def plain(self) -> dict[str, Any]:
        """Return the changes as plain JSON."""
        noise = [one.plain() for one in self.noise]
        return {"added": list(self.added), "removed": list(self.removed), "noise": noise}


def lines(tree: Tree, boxes: Mapping[int, str] | None = None) -> tuple[Line, ...]:
    """Return the visible text of a page as lines, one for each block.

    `boxes` gives, by the order of a text node, the heading of the box beside the matter it stands in.
    """
    return tuple(_line(texts, boxes or {}) for texts in _blocks(tree.texts(tree.root)))


def changes(earlier: Sequence[Line], later: Sequence[Line]) -> TextChanges:
    """Return what differs between the lines of two pages, masked noise apart."""
    left, right = [line.masked for line in earlier], [line.masked for line in later]
    if len(left) + len(right) > _LONGEST:
        return _by_presence(left, right)
    added: list[str] = []
    removed: list[str] = []
    noise: list[Noise] = []
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind == "equal":
            noise += _noise(earlier[a:b], later[c:d])
        else:
            removed += [line.text for line in earlier[a:b] if not line.beside]
            added += [line.text for line in later[c:d] if not line.beside]
            noise += _unpaired(earlier[a:b], later[c:d])
    return TextChanges(added=tuple(added), removed=tuple(removed), noise=tuple(noise))


def _unpaired(earlier: Sequence[Line], later: Sequence[Line]) -> Iterator[Noise]:
    """Yield the lines of boxes beside the matter that only one of the pages has."""
    for line in (one for one in earlier if one.beside):
        yield Noise(reason="、".join(line.reasons), earlier=line.text, later="", boxes=tuple(_places(line)))
    for line in (one for one in later if one.beside):
        yield Noise(reason="、".join(line.reasons), earlier="", later=line.text, boxes=tuple(_places(line)))


def _places(line: Line) -> Iterator[Box]:
    return (box for _, box in line.parts if box)


def _noise(earlier: Sequence[Line], later: Sequence[Line]) -> Iterator[Noise]:
    for one, other in zip(earlier, later, strict=True):
        if one.text != other.text:
            yield Noise(
                reason="、".join(dict.fromkeys((*one.reasons, *other.reasons))),
                earlier=one.text,
                later=other.text,
                boxes=tuple(_differing(one, other)),
            )


def _differing(one: Line, other: Line) -> Iterator[Box]:
    """Yield the places of the pieces that differ; of all pieces, where the two lines are not made alike."""
    alike = len(one.parts) == len(other.parts)
    pairs = zip(one.parts, other.parts, strict=True) if alike else ((part, None) for part in (*one.parts, *other.parts))
    for part, counterpart in pairs:
        if counterpart is None or part[0] != counterpart[0]:
            yield from (box for _, box in filter(None, (part, counterpart)) if box)


def _by_presence(left: Sequence[str], right: Sequence[str]) -> TextChanges:
    before, after = set(left), set(right)
    return TextChanges(
        added=tuple(line for line in right if line not in before),
        removed=tuple(line for line in left if line not in after),
    )


def _blocks(texts: Sequence[Node]) -> Iterator[list[Node]]:
    block: list[Node] = []
    for text in texts:
        if block and not same_block(block[-1], text):
            yield block
            block = []
        block.append(text)
    if block:
        yield block


def _line(texts: Sequence[Node], boxes: Mapping[int, str]) -> Line:
    text = fold("".join(node.value for node in texts))
    parts = tuple((node.value, node.box) for node in texts)
    headings = {boxes.get(node.order) for node in texts}
    if len(headings) == 1 and (heading := headings.pop()) is not None:
        return Line(text=text, masked=f"〔{heading}〕", reasons=(heading,), parts=parts, beside=True)
    masked, reasons = mask(text)
    plain = simplified(masked)
    if plain != masked:
        masked, reasons = plain, (*reasons, "繁简")
    return Line(text=text, masked=masked, reasons=reasons, parts=parts)
