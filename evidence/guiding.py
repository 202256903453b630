"""Service guides (办事指南) as looks show them: which of the ten elements one lacks, where that can be told.

A guide that shows pictures or files besides, or leads to a platform, may give the others there, and is passed over.
"""

from __future__ import annotations

import re

from evidence.look import Look
from evidence.model import Reading
from evidence.reading.guides import ELEMENTS
from evidence.signs import Sign

MANY = 4
"""Elements of the ten whose lack makes a guide one that counts for WV-6."""
_ELSEWHERE = re.compile(r"办事指南|在线办理|网上办理|在线申[请报]|事项详情|查看详情")
"""Links by which a page leads to the guide on a platform."""


def is_guide(look: Look) -> bool:
    """Tell whether a page gives elements of a guide."""
    return look.reading is not None and bool(look.reading.elements)


def lacking(look: Look) -> tuple[str, ...]:
    """Return the Chinese names of the elements a guide lacks; none where it may give them elsewhere, or is no guide."""
    reading = look.reading
    if reading is None or not reading.elements or _leads_on(reading):
        return ()
    if reading.images or reading.annexes or reading.file_pages:  # they may give what the text does not
        return ()
    given = {element.name for element in reading.elements}
    return tuple(words[0] for key, words in ELEMENTS.items() if key not in given)


def incomplete(look: Look) -> tuple[Sign, ...]:
    """Return the sign of a guide that lacks so many elements that it counts for WV-6; none for any other page."""
    missing = lacking(look)
    if len(missing) < MANY:
        return ()
    return (Sign(key=name_of(look), said=f"缺少{'、'.join(missing)}", told=(("lacking", list(missing)),)),)


def name_of(look: Look) -> str:
    """Return what a guide is known by on another look."""
    return (look.reading.url or look.reading.title) if look.reading else ""


def _leads_on(reading: Reading) -> bool:
    return any(link.scope != "internal" and _ELSEWHERE.search(link.text) for link in reading.links)
