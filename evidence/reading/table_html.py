"""HTML tables that carry data, laid on a grid; tables that only lay out the page are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from evidence.model import Table
from evidence.reading.grid import Cell, Grid, table

MOST_TABLES = 200
MOST_ROWS = 5_000
MOST_COLUMNS = 200
MOST_POSITIONS = 200_000
"""A hostile page may span a cell over anything; beyond these a table is not looked into."""

SHOWS = "img, svg, canvas, video, audio, iframe, object, embed, input:not([type=hidden]), textarea, select, button"
"""Elements that stand in a cell without a character of text."""
LAYOUT = "form, ul, ol, dl, h1, h2, h3, h4, iframe, nav, header, footer, article, section"
"""Elements that mark a table without headings as one for layout."""
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_SPACE = re.compile(r"[\s\u00a0\u3000\u200b-\u200f\u2060\ufeff]+")


def from_html(html: str) -> tuple[Table, ...]:
    """Return the data tables of an HTML page in page order."""
    tree = LexborHTMLParser(html)
    tree.strip_tags(["script", "style", "template", "noscript"])
    return tuple(found for node in islice(tree.css("table"), MOST_TABLES) if (found := _read(node)))


def _read(node: LexborNode) -> Table | None:
    if any(inner.mem_id != node.mem_id for inner in node.css("table")) or _of_layout(node):
        return None
    cells = list(_cells(node))
    height = max((cell.row for cell in cells), default=-1) + 1
    grid = Grid.of([replace(cell, rows=min(cell.rows, height - cell.row)) for cell in cells])
    if grid.width < 2 or grid.height < 2:
        return None
    caption = node.css_first("caption")
    return table(grid, source="html", caption=_text(caption) if caption else None)


def _of_layout(node: LexborNode) -> bool:
    """Tell whether a table only places things: it says so, or holds blocks that no data cell has."""
    if (node.attributes.get("role") or "").lower() in ("presentation", "none"):
        return True
    if node.css_first("th, thead, caption"):
        return False
    return node.css_first(LAYOUT) is not None


def _cells(node: LexborNode) -> Iterator[Cell]:
    """Place the cells as a browser does: each row from the left, past what is spanned from above."""
    taken: dict[int, int] = {}  # column → first row that is free again
    positions, number = 0, 0
    for row in islice(node.css("tr"), MOST_ROWS):
        if _hidden(row):
            continue
        column = 0
        for item in row.iter():
            if item.tag not in ("td", "th") or _hidden(item):
                continue
            while taken.get(column, 0) > number:
                column += 1
            columns = min(_span(item, "colspan"), max(1, MOST_COLUMNS - column))
            rows = min(_span(item, "rowspan") or MOST_ROWS, MOST_ROWS - number)
            positions += columns * rows
            if column >= MOST_COLUMNS or positions > MOST_POSITIONS:
                return
            taken |= dict.fromkeys(range(column, column + columns), number + rows)
            yield _cell(item, number, column, rows, columns)
            column += columns
        number += 1


def _cell(item: LexborNode, row: int, column: int, rows: int, columns: int) -> Cell:
    text = _text(item)
    return Cell(
        row=row,
        column=column,
        rows=rows,
        columns=columns,
        text=text,
        filled=bool(text) or item.css_first(SHOWS) is not None or _painted(item),
        heading=item.tag == "th" or (item.parent is not None and _in_head(item.parent)),
        linked=item.css_first("a[href]") is not None,
    )


def _painted(item: LexborNode) -> bool:
    """Tell whether a cell, or something in it, has a picture for its ground."""
    nodes = [item, *item.css("[style], [background]")]
    return any(node.attributes.get("background") or "url(" in (node.attributes.get("style") or "") for node in nodes)


def _in_head(row: LexborNode) -> bool:
    return row.parent is not None and row.parent.tag == "thead"


def _span(item: LexborNode, name: str) -> int:
    """Return a span; 0 only for rowspan="0", which means to the end.

    Digits are read as a browser reads them: what follows them is ignored, and nonsense is 1.
    """
    found = re.match(r"\s*\+?(\d{1,6})", item.attributes.get(name) or "")
    if not found:
        return 1
    return int(found[1]) if name == "rowspan" else max(1, int(found[1]))


def _hidden(item: LexborNode) -> bool:
    return "hidden" in item.attributes or bool(_HIDDEN.search(item.attributes.get("style") or ""))


def _text(item: LexborNode) -> str:
    """Return the text with white space folded; none between Chinese characters that a line break parted."""
    words = _SPACE.sub(" ", item.text(deep=True, separator=" ")).strip()
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", words)
