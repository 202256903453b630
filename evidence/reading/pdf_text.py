"""The text of a PDF, page by page: its own, or what the engine reads in a picture of a page that is a scan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pypdfium2  # type: ignore[import-untyped]

from evidence import digest
from evidence.model import FilePage
from evidence.reading.image_text import Picture, recognise
from evidence.reading.likeness import pairs, shared
from evidence.reading.page import Body
from evidence.reading.pdf import DPI, FEW, MOST_PAGES, RADICALS, pictured, unreadable
from evidence.reading.pictures import Kept, Shelf

_IMAGE = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE

MOST_SCANS = 12
"""Scanned pages read of one file; more are named in a note, never passed over in silence."""
LONGEST = 20_000
"""Characters kept of one page."""


def pages(file: Body, name: str, said: str, shelf: Shelf | None = None) -> tuple[tuple[FilePage, ...], tuple[str, ...]]:
    """Return the pages of a PDF with their text, and notes on what was not read; `name` is for messages.

    `said` is the visible text of the page that the file belongs to. Raises ReadingError for a file that is locked or
    damaged.
    """
    try:
        texts, scans, total = _looked_through(file.data)
        read = _scanned(file, scans[:MOST_SCANS], shelf)
    except pypdfium2.PdfiumError as error:
        raise unreadable(name, error) from error
    there = pairs(said)
    found = tuple(
        replace(one, repeated=shared(one.text, there))
        for n, text in enumerate(texts)
        for one in _page(file, n, text, read)
    )
    return found, tuple(_unread(name, len(texts), total, len(scans)))


def _page(file: Body, n: int, text: str, read: dict[int, FilePage]) -> Iterator[FilePage]:
    if n in read:
        yield read[n]
    elif text:
        yield FilePage(file=file.sha256, n=n + 1, text=text[:LONGEST], source="text", repeated=None)


def _looked_through(data: bytes) -> tuple[list[str], list[int], int]:
    """Return the own text of the first pages, which of them are scans, from 0, and how many pages there are."""
    document = pypdfium2.PdfDocument(data)
    try:
        texts: list[str] = []
        scans: list[int] = []
        for n in range(min(len(document), MOST_PAGES)):
            page = document[n]
            texts.append(_text(page))
            if not texts[n] or (len(texts[n]) < FEW and _shows_picture(page)):
                scans.append(n)
            page.close()
        return texts, scans, len(document)
    finally:
        document.close()


def _shows_picture(page: pypdfium2.PdfPage) -> bool:
    return next(iter(page.get_objects(filter=(_IMAGE,), max_depth=3)), None) is not None


def _text(page: pypdfium2.PdfPage) -> str:
    text = page.get_textpage()
    said = text.get_text_range(0, min(text.count_chars(), LONGEST + 1)) if text.count_chars() else ""
    lines = (line.strip() for line in said.replace("\x00", "").translate(RADICALS).splitlines())
    return "\n".join(line for line in lines if line)


def _scanned(file: Body, numbers: Sequence[int], shelf: Shelf | None) -> dict[int, FilePage]:
    """Return what the engine reads on some pages: from the shelf, or in one process for all that are not there."""
    keys = {n: digest.of_value({"file": file.sha256, "page": n, "dpi": DPI}) for n in numbers}
    known = {n: kept.text for n, key in keys.items() if shelf and (kept := shelf.picture(key)) is not None}
    open_ = [n for n in numbers if n not in known]
    shown = [Picture(sha256=keys[n], url=None, box=None, data=pictured(file.data, n)) for n in open_]
    for n, text in zip(open_, recognise(shown) if shown else (), strict=True):
        known[n] = text
        if shelf and text.state in ("read", "empty", "too_small", "too_large", "unreadable"):
            shelf.put_picture(keys[n], Kept(text=text, tables=()))
    return {
        n: FilePage(
            file=file.sha256,
            n=n + 1,
            text=text.text,
            source="scan",
            repeated=None,
            state=text.state,
            confidence=text.confidence,
            engine=text.engine,
            lines=text.lines,
        )
        for n, text in known.items()
    }


def _unread(name: str, read: int, total: int, scans: int) -> Iterator[str]:
    if total > read:
        yield f"{name}有{total}页，只读了前{read}页的文字"
    if scans > MOST_SCANS:
        yield f"{name}有{scans}页是扫描件，只识别了前{MOST_SCANS}页"
