"""A bulletin as documents: DOCX with its data inside, a workbook a table, the JSON beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evidence import canonical, workbook
from evidence.bulletin.cells import Cell
from evidence.bulletin.editions import MARK
from evidence.bulletin.form import Annex, Bulletin, Line, Piece, Table
from evidence.bulletin.paper import Paper, Words
from evidence.files import make_folder, whole_file, write_whole

STEM = {"internal": "通报", "public": "通报（公开）"}
CORRECTION_STEM = {"internal": "更正通报", "public": "更正通报（公开）"}
VOLUME_STEM = {"internal": "证据图册", "public": "证据图册（公开）"}
CORRECTION_VOLUME_STEM = {"internal": "更正通报证据图册", "public": "更正通报证据图册（公开）"}
"""Other names than those of the bulletin's, which may lie in the same folder."""


def write(bulletin: Bulletin, folder: Path, volume: bytes | None = None) -> tuple[Path, ...]:
    """Write a bulletin into a folder and return the files: document, JSON, one workbook a table, and its 证据图册."""
    make_folder(folder)
    stem = (STEM if bulletin.kind == "bulletin" else CORRECTION_STEM)[bulletin.edition]
    document, data = folder / f"{stem}.docx", folder / f"{stem}.json"
    with whole_file(document) as out:
        printed(bulletin).save(out)
    write_whole(data, canonical.encode(bulletin.plain()) + b"\n")
    bound = []
    if bulletin.volume is not None and volume is not None:
        bound.append(folder / bulletin.volume.file)
        write_whole(bound[0], volume)
    return (document, data, *bound, *_workbooks(bulletin, folder, stem))


def printed(bulletin: Bulletin) -> Paper:
    """Return the document."""
    sheet = Paper(title=bulletin.title, author="")
    sheet.title(bulletin.title)
    sheet.centred((_words(bulletin.number),))
    if not bulletin.final:
        sheet.centred((Words(text="（草稿，未定稿，不得外传）"),))
    if bulletin.edition == "public" and bulletin.cuts:
        sheet.centred((Words(text=MARK),))
    sheet.space()
    for line in bulletin.lines:
        _put(sheet, line)
    for n, annex in enumerate(bulletin.annexes, 1):
        _annex(sheet, annex, n)
    sheet.embed(canonical.encode(bulletin.plain()))
    return sheet


def _annex(sheet: Paper, annex: Annex, n: int) -> None:
    sheet.annex(f"附件{n}", annex.title)
    for table in annex.tables:
        rows = [[Cell(text=cell.text, code=cell.code) for cell in row.cells] for row in table.rows]
        sheet.table(table.header, rows, table.widths)
    for line in annex.notes:
        _put(sheet, line)


def _put(sheet: Paper, line: Line) -> None:
    if line.kind in ("h1", "h2"):
        sheet.heading(line.text, 1 if line.kind == "h1" else 2)
    elif line.kind == "annexed":
        sheet.body((Words(text=line.text),), indent=2 if line.text.startswith("附件：") else 5)
    elif line.kind == "signature":
        sheet.space()
        sheet.right(line.text, spare=2)
    elif line.kind == "date":
        sheet.right(line.text, spare=4)
    else:
        words = [_words(piece) for sentence in line.sentences for piece in sentence.pieces]
        sheet.body(words, indent=0 if line.kind == "addressee" else 2)


def _words(piece: Piece) -> Words:
    return Words(text=piece.text, blank=bool(piece.blank))


def _workbooks(bulletin: Bulletin, folder: Path, stem: str) -> Iterator[Path]:
    for n, annex in enumerate(bulletin.annexes, 1):
        for m, table in enumerate(annex.tables, 1):
            part = f"-{m}" if len(annex.tables) > 1 else ""
            path = folder / f"{stem}-附件{n}{part}.xlsx"
            _workbook(path, table, annex.title)
            yield path


def _workbook(path: Path, table: Table, title: str) -> None:
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    codes = [next((cell.code for cell in row.cells if cell.code), None) for row in table.rows]
    workbook.write(path, table.header, rows, title=title, above=(title,), widths=table.widths, codes=codes)
