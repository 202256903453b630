"""Finds personal data on one page: by the selectors that its flow names, and by rule. Gives words, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from evidence.errors import ReadingError
from evidence.masking import personal
from evidence.model import Box
from evidence.reading import from_dom, from_layout
from evidence.reading.labelled import every
from evidence.reading.page import PageInput
from evidence.reading.tree import Node, Tree

MARK = "data-quzheng-node"
_LABELS = {words: words for words in personal.HEADINGS}
_STOP = re.compile(r"[\s;；,，。|｜]")
"""What ends a value: a name, a number or an address holds none of it."""
_BUTTONS = ("button", "submit", "reset", "checkbox", "radio", "image", "hidden")
_VOID = frozenset({"img", "br", "hr", "input", "meta", "link", "source", "area", "base", "col", "embed", "wbr"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Private:
    """What is personal on one page."""

    words: tuple[str, ...]
    """Texts that must not be seen anywhere, the longest first."""
    boxes: tuple[Box, ...]
    """Places that must not be seen, in CSS pixels of the whole page."""
    urls: frozenset[str]
    """Addresses of pictures that must not be seen."""
    located: bool = True
    """Whether places are known at all; without a layout they are not, and no picture may be seen."""


def find(page: PageInput, selectors: Sequence[str]) -> Private:
    """Return what is personal on a page; raises ReadingError for a layout that is damaged or a selector that is none."""
    tree = from_layout.tree(page.layout) if page.layout else from_dom.tree(page.frames)
    chosen = [node for node in _selected(tree, selectors) for node in tree.inside(node)]
    cells = [text for cell in _cells(tree) for text in tree.texts(cell, hidden=True)]
    texts = tree.texts(tree.root, hidden=True)
    fields = [node for node in tree.nodes if node.tag in ("input", "textarea") and node.get("type") not in _BUTTONS]
    words = {*_words(chosen, cells, texts), *_typed(fields)}
    told = tuple(sorted(words, key=lambda word: (-len(word), word)))
    covered = [*chosen, *cells, *fields, *(text for text in texts if any(word in text.value for word in told))]
    pictures = [node for node in chosen if node.tag == "img"]
    return Private(
        words=told,
        boxes=tuple(dict.fromkeys(node.box for node in covered if node.box and not node.hidden)),
        urls=frozenset(node.get("current-src") or node.get("src") for node in pictures) - {""},
        located=page.layout is not None,
    )


def _words(chosen: Iterable[Node], cells: Iterable[Node], texts: Sequence[Node]) -> Iterator[str]:
    named = [node.value.strip() for node in (*chosen, *cells) if node.tag == "#text"]
    for value in (*named, *_labelled(texts)):
        if personal.names_somebody(value) and personal.tells(value):
            yield value
    for text in texts:
        yield from personal.numbers(text.value)


def _typed(fields: Iterable[Node]) -> Iterator[str]:
    """Yield what stands in the fields of forms, by which back offices show letters."""
    for node in fields:
        inner = "".join(child.value for child in node.children)
        for value in (node.get("value").strip(), inner.strip()):
            if personal.names_somebody(value) and personal.tells(value):
                yield value


def _labelled(texts: Sequence[Node]) -> Iterator[str]:
    """Yield what stands behind labels; in a table only within one text, since what follows there is another cell."""
    pieces = [[text] for text in texts if _in_cell(text)]
    for piece in (*pieces, [text for text in texts if not _in_cell(text)]):
        for _, value in every(piece, _LABELS, most=1):
            yield _STOP.split(value, maxsplit=1)[0]


def _in_cell(text: Node) -> bool:
    return any(node.tag in ("td", "th") for node in text.ancestors())


def _cells(tree: Tree) -> Iterator[Node]:
    """Yield the cells below headings that are personal, and those beside one in its row."""
    for table in tree.find(tree.root, "table"):
        columns: set[int] = set()
        for row in tree.find(table, "tr"):
            private_next = False
            for column, cell in _placed(row):
                words = tree.text(cell, hidden=True)
                heading = personal.is_heading(words)
                if heading:
                    columns.add(column)
                elif (column in columns or private_next) and personal.names_somebody(words):
                    yield cell
                private_next = heading


def _placed(row: Node) -> Iterator[tuple[int, Node]]:
    column = 0
    for cell in row.elements:
        if cell.tag in ("td", "th"):
            yield column, cell
            span = cell.get("colspan")
            column += int(span) if span.isdecimal() and 0 < len(span) < 4 else 1


def _selected(tree: Tree, selectors: Sequence[str]) -> list[Node]:
    """Return the elements that the selectors choose, each once."""
    if not selectors:
        return []
    page = LexborHTMLParser(_marked(tree))
    found: set[int] = set()
    for selector in selectors:
        try:
            found |= {int(node.attributes[MARK] or 0) for node in page.css(selector) if MARK in node.attributes}
        except (ValueError, SelectolaxError) as error:
            raise ReadingError(f"the selector {selector!r} for personal data is no CSS selector: {error}") from error
    return [tree.nodes[order] for order in sorted(found)]


def _marked(tree: Tree) -> str:
    """Write the tree as HTML whose elements carry their numbers, for CSS selectors to be asked of."""
    parts: list[str] = []
    open_: list[Node] = []
    for node in tree.nodes:
        while open_ and not open_[-1].holds(node):
            parts.append(f"</{open_.pop().tag}>")
        if node.tag.startswith("#"):
            continue
        own = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items() if name.isascii())
        parts.append(f'<{node.tag}{own} {MARK}="{node.order}">')
        if node.tag not in _VOID:
            open_.append(node)
    return "".join(parts)
