"""Whether a page's text is sound: characters lost, text decoded by the wrong table, two scripts on one page.

Both come of a server's or an editor's mistake, or of ours; a page that shows them says so in its reading, and what it
says of columns is to be taken with care.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence.reading import characters
from evidence.reading.regions import Regions
from evidence.reading.tree import Tree

_LOST = re.compile("\ufffd|锟斤拷|锟斤|烫烫烫|屯屯屯")
_LATIN = re.compile(r"[\u00a1-\u00ff]{4,}")
"""GBK read as Latin-1: ÕþÎñ¹«¿ª."""
_RUN = re.compile(r"[^\x00-\xff]{4,}")
"""UTF-8 read as GBK: 鏀跨瓥鏂囦欢."""
_SIMPLE = re.compile(r"[\u4e00-\u9fff，。、：；（）]")
FEW = 3
"""Characters lost that a page may have: one in an editor's paste is no fault of the page."""
MUCH = 200
"""Characters of text in the content that are not shown, from which it is said."""
_ROWS = ("a", "li", "tr", "dl", "select", "option", "noscript", "template")
_SHOWN = 20


def faults(tree: Tree) -> tuple[str, ...]:
    """Return what is wrong with a page's visible text, a sentence each; nothing for sound text."""
    texts = [text.value for text in tree.texts(tree.root)]
    lost = sum(len(_LOST.findall(text)) for text in texts)
    found = [f"有{lost}处文字已经丢失（显示为替代符或“锟斤拷”）"] if lost >= FEW else []
    wrong = [pair for text in texts for pair in _misread(text)]
    if wrong:
        shown, meant = wrong[0]
        found.append(f"有{len(wrong)}处乱码，如“{shown[:_SHOWN]}”应为“{meant[:_SHOWN]}”")
    elif mixed := characters.mixture(tree):
        found.append(mixed)
    return tuple(found)


def unseen(tree: Tree, regions: Regions) -> str:
    """Say that much of the content's text is in the DOM and not shown; rows of lists and links apart, which tabs hide."""
    hidden = [
        text
        for text in tree.texts(tree.root, hidden=True)
        if text.hidden and regions.part(text) is None and not any(node.tag in _ROWS for node in text.ancestors())
    ]
    length = sum(len(text.value.strip()) for text in hidden)
    if length < MUCH:
        return ""
    first = max(hidden, key=lambda text: len(text.value)).value.strip()
    return f"正文区有{length}字在DOM中但不显示（{hidden[0].hidden}），如“{first[:_SHOWN]}”"


def _misread(text: str) -> Iterator[tuple[str, str]]:
    """Yield what stands in a text and what was meant, for runs that make sense by another table.

    >>> list(_misread("ÕþÎñ¹«¿ª"))
    [('ÕþÎñ¹«¿ª', '政务公开')]
    >>> list(_misread("鏀跨瓥鏂囦欢 政策文件"))
    [('鏀跨瓥鏂囦欢', '政策文件')]
    """
    for run in _LATIN.findall(text):
        yield from _meant(run, "latin-1", "gb18030")
    for run in _RUN.findall(text):
        yield from _meant(run, "gb18030", "utf-8")


def _meant(run: str, shown_by: str, meant_by: str) -> Iterator[tuple[str, str]]:
    try:
        meant = run.encode(shown_by).decode(meant_by)
    except ValueError:
        return
    if len(meant) >= 2 and len(_SIMPLE.findall(meant)) >= 0.9 * len(meant):
        yield run, meant
