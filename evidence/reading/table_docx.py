"""Tables in a DOCX, merged cells and all; tables inside a cell are text of that cell."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table as DocxTable

from evidence.errors import ReadingError
from evidence.model import Table
from evidence.reading.grid import Cell, Grid, table
from evidence.spreadsheet import text

MOST_UNPACKED = 512 << 20
MOST_CELLS = 200_000
_PICTURES = ".//*[local-name()='drawing' or local-name()='pict' or local-name()='object']"


def from_docx(data: bytes, name: str) -> tuple[Table, ...]:
    """Return the tables of a DOCX in their order; raises ReadingError where it is damaged or would unpack without end."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        size = sum(member.file_size for member in packed.infolist())
    if size > MOST_UNPACKED:
        raise ReadingError(f"{name}：解开后有{size}字节，最多读{MOST_UNPACKED}字节")
    try:
        document = Document(io.BytesIO(data))
        read = [table(Grid.of(list(_cells(one))), source="docx") for one in document.tables]
    except (PackageNotFoundError, KeyError, ValueError, SyntaxError, zipfile.BadZipFile) as error:
        raise ReadingError(
            f"{name}：不能作为 DOCX 打开（{type(error).__name__}）；请用 WPS 或 Word 另存后再试"
        ) from error
    return tuple(one for one in read if one)


def _cells(found: DocxTable) -> Iterator[Cell]:
    """Yield the cells; one that is merged stands, as the same element, at all its places."""
    places: dict[int, list[tuple[int, int]]] = {}
    cells = {}
    for row, line in enumerate(found.rows):
        for column, cell in enumerate(line.cells, start=line.grid_cols_before):
            places.setdefault(id(cell._tc), []).append((row, column))
            cells[id(cell._tc)] = cell
        if len(places) > MOST_CELLS:
            return
    for key, at in places.items():
        (top, left), (bottom, right) = min(at), max(at)
        said = text(cells[key].text)
        shows = bool(cells[key]._tc.xpath(_PICTURES))
        yield Cell(
            row=top, column=left, rows=bottom - top + 1, columns=right - left + 1, text=said, filled=bool(said) or shows
        )
