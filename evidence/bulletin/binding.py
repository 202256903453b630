"""Binds a 证据图册: its HTML, printed by the browser that is handed in, with a table of contents that knows the pages.

The page of an exhibit is known only once it is printed, so it is printed twice; the second time may move nothing. What is
printed holds captured text, escaped and made visible, and pictures; no script and no address is in it that a browser could
follow. The engine writes the time into its file, and names cells by numbers that begin anywhere: the one is set to the day of
the bulletin, the others count from 1, so that the same volume gives the same bytes by the same browser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

from evidence import codes, digest, report
from evidence.bulletin.form import Bound
from evidence.bulletin.letters import day
from evidence.bulletin.volume import Volume
from evidence.errors import BulletinError
from evidence.files import write_whole
from evidence.house import Printer
from evidence.report.sheet import MARKS

_NODE = re.compile(rb"(?<=\(node)\d{8}(?=\))")
_STAMP = re.compile(rb"(?<=\(D:)\d{14}(?=[+\-Z)])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One volume as a PDF."""

    bound: Bound
    data: bytes


def printed(volume: Volume, stem: str, folder: Path, printer: Printer) -> Printed:
    """Return a volume as PDF, to be filed as `stem`; `folder` holds the copies of its pictures, and takes the page.

    Raises BulletinError where the engine does not print what was given it.
    """
    shown = {page.sealed.code: f"code-{digest.sha256(page.sealed.code.encode())[:16]}.png" for page in volume.pages}
    for code, name in shown.items():
        write_whole(folder / name, codes.picture(code))
    page = folder / f"{stem}.html"
    write_whole(page, _html(volume, shown, ()))
    starts, _ = _starts(printer(page), volume)
    write_whole(page, _html(volume, shown, starts))
    data = _dated(_counted(printer(page)), volume.dated)
    again, pages = _starts(data, volume)
    if again != starts:
        raise BulletinError("证据图册两次排版的页码不一致，请重试；仍不一致的，请检查浏览器（quzheng doctor）")
    name = f"{stem}.pdf"
    return Printed(bound=Bound(file=name, sha256=digest.sha256(data), size=len(data), pages=pages), data=data)


def _html(volume: Volume, shown: Mapping[str, str], starts: Sequence[int]) -> bytes:
    style = (Path(__file__).parent / "volume.css").read_text("utf-8")
    values = {"volume": volume, "codes": shown, "starts": starts, "marks": MARKS, "dated": day(volume.dated)}
    return report.render_paper(Path(__file__).parent, "volume.html.j2", values, style)


def _starts(data: bytes, volume: Volume) -> tuple[tuple[int, ...], int]:
    """Return the page, counted from 1, on which each exhibit begins, and how many pages there are."""
    try:
        with pypdfium2.PdfDocument(data) as document:
            found = {str(one.get_title()): _page(one) for one in document.get_toc(max_depth=1)}
            pages = len(document)
    except pypdfium2.PdfiumError as error:
        raise BulletinError(f"浏览器没有印出可读的 PDF（{error}）") from error
    missing = [page.number for page in volume.pages if found.get(page.number) is None]
    if missing:
        raise BulletinError(f"印出的证据图册里没有{missing[0]}等{len(missing)}个证据页")
    return tuple((found[page.number] or 0) + 1 for page in volume.pages), pages


def _page(mark: pypdfium2.PdfBookmark) -> int | None:
    aim = mark.get_dest()
    return aim.get_index() if aim is not None else None


def _counted(data: bytes) -> bytes:
    """Return a PDF whose cells are numbered from 1 in the order they have; no length changes, so that no offset does."""
    numbers = {old: b"%08d" % n for n, old in enumerate(sorted(set(_NODE.findall(data))), 1)}
    return _NODE.sub(lambda found: numbers[found[0]], data)


def _dated(data: bytes, dated: date) -> bytes:
    """Return a PDF whose times are noon of a day; no length changes, so that no offset does."""
    return _STAMP.sub(f"{dated:%Y%m%d}040000".encode(), data)
