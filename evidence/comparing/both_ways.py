"""What one page shows over IPv4 and over IPv6, by its words, line by line: order, numbers and the page's own unrest are noise."""

from __future__ import annotations

import re
from collections.abc import Iterable

from evidence import masking
from evidence.comparing import text
from evidence.inner_pages import Difference
from evidence.reading import from_dom
from evidence.reading.page import FrameDom, PageInput
from evidence.reading.tree import fold

FEW = 5
"""Lines a page must have over IPv4, to be compared: of fewer nearly each is a heading."""
SHOWN, LONGEST = 20, 120
"""Differing lines that are kept of a page, and characters of each."""
_NO_MATTER = re.compile(r"〔[^〔〕]*〕|[\d\s]+")
"""What a mask hid, numbers and space tell no matter: a counter, a clock, a date of today."""


def matter(html: str) -> dict[str, str]:
    """Return the title and the visible lines of a page, by what is compared of each: its words without noise and numbers.

    >>> sorted(matter("<title>公开</title><p>市政府公告</p><p>浏览次数：12</p><p>12</p>").values())
    ['公开', '市政府公告']
    """
    tree = from_dom.tree(_frames(html))
    title = tree.first("title")
    heading = fold("".join(child.value for child in title.children)) if title is not None else ""
    found = {_words(heading): heading} | {_words(line.masked): line.text for line in text.lines(tree)}
    return {words: line for words, line in found.items() if words}


def difference(first: str, over6: str, again: str) -> Difference | None:
    """Return what differs between a page over IPv4 and over IPv6; None where it has too few lines to be compared.

    `again` is the page over IPv4 once more, asked after IPv6: what differs between the two is the page's own unrest.
    """
    four, six, more = matter(first), matter(over6), matter(again)
    steady = four.keys() & more.keys()
    if len(steady) < FEW:
        return None
    only4, only6 = steady - six.keys(), six.keys() - four.keys() - more.keys()
    every = len(steady) + len(six.keys() - (four.keys() ^ more.keys()))
    return Difference(
        per_mille=1000 * (len(only4) + len(only6)) // every,
        only4=_shown(first, (line for words, line in four.items() if words in only4)),
        only6=_shown(over6, (line for words, line in six.items() if words in only6)),
    )


def _words(line: str) -> str:
    return _NO_MATTER.sub("", line)


def _shown(html: str, lines: Iterable[str]) -> tuple[str, ...]:
    """Return the first of some lines of a page; what is personal in one is not kept here."""
    private = masking.find(PageInput(url="", status=None, headers={}, frames=_frames(html), layout=None), ()).words
    kept = ("（含个人信息，不录）" if any(word in line for word in private) else line for line in lines)
    return tuple(line[:LONGEST] for _, line in zip(range(SHOWN), dict.fromkeys(kept), strict=False))


def _frames(html: str) -> tuple[FrameDom, ...]:
    return (FrameDom(n=0, url="", html=html),)
