"""Annexes (附件) of a page: links to their files, headings with a body below, headings with nothing below, tables in files.

In the founding bulletins the annexes are what got lost: a heading stands there, and nothing below it. A name in the
list of annexes at an article's end is no heading, and says nothing of whether the annex is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evidence.errors import ReadingError
from evidence.model import Annex, FilePage, Table
from evidence.reading import addresses, rows
from evidence.reading.matter import FILE, Matter
from evidence.reading.page import Body, PageInput
from evidence.reading.pdf import is_pdf
from evidence.reading.pictures import Shelf
from evidence.reading.regions import Regions
from evidence.reading.table_file import from_file
from evidence.reading.tree import Node, Tree, fold, join

_NUMBER = r"[一二三四五六七八九十\d]{1,3}"
_HEADING = re.compile(rf"^附\s*[件表]\s*(?P<n>{_NUMBER})?\s*(?P<colon>[:：])?\s*[.、]?\s*(?P<title>.*)$")
_ITEM = re.compile(rf"^{_NUMBER}\s*[.、．]")
_ENDS = re.compile(r"[。！？；]")
_TRAILER = re.compile(
    r"^[\[【(（]?\s*(打印|关闭|分享|收藏|纠错|字体|责任编辑|责编|编辑|来源|信息来源|上一篇|下一篇|返回|扫一扫)"
)
"""What pages put below every article."""
_LONGEST = 60
"""Characters of an annex's heading with its title; a longer text is a sentence that speaks of one."""
MOST = 60


def read(tree: Tree, regions: Regions, matter: Matter, address: str, *, article: bool) -> tuple[Annex, ...]:
    """Return the annexes a page names, links first; on a page that is no article links to files are its list."""
    linked = tuple(_linked(tree, regions, address)) if article else ()
    return (*linked, *_standing(matter, tree, has_files=bool(linked or matter.files)))[:MOST]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """What the files of a page hold."""

    tables: tuple[Table, ...]
    pages: tuple[FilePage, ...]
    """Text of its PDFs."""
    notes: tuple[str, ...]
    """What is to be said of those not read, or not wholly."""


def enclosed(page: PageInput, said: str, shelf: Shelf | None = None) -> Enclosed:
    """Return the tables and text of the files that stand in a page or were downloaded from it; `said` is its visible text."""
    tables: list[Table] = []
    pages: list[FilePage] = []
    notes: list[str] = []
    for n, file in enumerate(page.files, 1):
        name = f"附件文件{n}"
        try:
            tables += [replace(table, file=file.sha256) for table in from_file(file.data, name)]
            found, unread = _pages(file, name, said, shelf)
        except ReadingError as error:
            notes.append(str(error))
            continue
        pages += found
        notes += unread
    return Enclosed(tables=tuple(tables), pages=tuple(pages), notes=tuple(notes))


def _pages(file: Body, name: str, said: str, shelf: Shelf | None) -> tuple[tuple[FilePage, ...], tuple[str, ...]]:
    if not is_pdf(file.data):
        return (), ()
    from evidence.reading import pdf_text  # megabytes that no page without a PDF needs

    return pdf_text.pages(file, name, said, shelf)


def _linked(tree: Tree, regions: Regions, address: str) -> Iterator[Annex]:
    for link in tree.links(tree.root):
        said = fold(tree.text(link, hidden=True))
        named = _HEADING.match(said) if len(said) <= 2 * _LONGEST else None
        if (
            link.get("href").startswith(("#", "javascript:"))
            or link.hidden
            or regions.part(link) is not None
            or not (named or FILE.search(link.get("href")))
        ):
            continue
        label = f"附件{named['n'] or ''}" if named else "附件"
        title = (named["title"] if named else said)[:120]
        href = addresses.absolute(address, link.get("href"))
        yield Annex(label=label, title=title, href=href, blank=None, box=link.box)


def _standing(matter: Matter, tree: Tree, *, has_files: bool) -> Iterator[Annex]:
    """Yield the headings that stand in blocks of their own, each with whether anything is below it.

    Where the page carries files a heading with nothing below may be that of a file: nothing is said of it.
    """
    runs = rows.runs(matter.texts)
    heads = [n for n, run in enumerate(runs) if _is_heading(runs, n, run)]
    shows = sorted(node.order for node in (*matter.pictures, *matter.embeds))
    for n, following in zip(heads, [*heads[1:], len(runs)][: len(heads)], strict=True):
        named = _HEADING.match(_said(runs[n]))
        if named is None:
            continue
        end = runs[following][0].order if following < len(runs) else tree.root.end
        below = [said for run in runs[n + 1 : following] if not _TRAILER.match(said := _said(run))]
        title = named["title"] or (below[0] if below and _is_title(below[0]) else "")
        body = below if named["title"] else below[1:] if title else below
        pictured = any(runs[n][0].order < order < end for order in shows)
        yield Annex(
            label=f"附件{named['n'] or ''}",
            title=title[:120],
            href=None,
            blank=None if has_files and not (body or pictured) else not (body or pictured),
            box=runs[n][0].box,
        )


def _is_heading(runs: Sequence[Sequence[Node]], n: int, run: Sequence[Node]) -> bool:
    """Tell whether a text is the heading of an annex and no line of the list of annexes: 附件：1. … 2. …"""
    said = _said(run)
    named = _HEADING.match(said)
    if named is None or len(said) > _LONGEST or _ENDS.search(said):
        return False
    if not named["colon"]:
        return True
    beside = [_said(runs[m]) for m in (n - 1, n + 1) if 0 <= m < len(runs)]
    return bool(named["n"]) and not any(_ITEM.match(text) or _HEADING.match(text) for text in beside)


def _is_title(text: str) -> bool:
    return 2 <= len(text) <= _LONGEST and not _ENDS.search(text) and _HEADING.match(text) is None


def _said(run: Sequence[Node]) -> str:
    return fold(join(run))
