"""Traditional and simplified characters: which a page is written in, where the other kind stands in it, and one form to compare.

>>> simplified("臺北市政府公告"), simplified("政府公告")
('台北市政府公告', '政府公告')
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

import opencc

from evidence.reading.tree import Tree

_HAN = re.compile(r"[\u3400-\u9fff]")
_BOTH = frozenset(
    "后里干于面谷斗几只台云系制准松范郁征升卷余御岳合表板布采姜借克困累了蒙秋舍涌愿致折咨向志注家冲仆回杰才出占游周种"
)
"""Characters that both scripts have, though a conversion would change them."""
FEW = 5
"""Characters of the other kind that a page may have: a name, a motto, the title of an old book."""
ENOUGH = 50
"""Characters of one kind that make a page one of it."""
_SHOWN = 12


def simplified(text: str) -> str:
    """Return a text in simplified characters, for comparing only; what is stored is never changed."""
    return str(_converter("t2s").convert(text))


def mixture(tree: Tree) -> str:
    """Say which characters of the other kind stand in a page of one kind; nothing for a page of one kind alone.

    Only characters count that the other script writes otherwise; those that both know (后, 里, 干) tell nothing.
    """
    text = "".join(_HAN.findall(" ".join(node.value for node in tree.texts(tree.root))))
    old, new = _told(text, "t2s"), _told(text, "s2t")
    if len(new) >= ENOUGH and FEW < len(old) < len(new) / 4:
        return _said("简体", "繁体", old)
    if len(old) >= ENOUGH and FEW < len(new) < len(old) / 4:
        return _said("繁体", "简体", new)
    return ""


def _told(text: str, way: str) -> list[str]:
    """Return the characters that a conversion changes and the way back gives again: those of one script alone."""
    return [one for one in text if _is_told(one, way)]


@functools.lru_cache(maxsize=20_000)
def _is_told(one: str, way: str) -> bool:
    if one in _BOTH:
        return False
    other = str(_converter(way).convert(one))
    back = str(_converter("s2t" if way == "t2s" else "t2s").convert(other))
    return other != one and back == one


def _said(own: str, other: str, found: Iterable[str]) -> str:
    found = list(found)
    shown = "".join(dict.fromkeys(found))[:_SHOWN]
    return f"{own}页面中夹杂{len(found)}个{other}字，如“{shown}”"


@functools.cache
def _converter(way: str) -> opencc.OpenCC:
    return opencc.OpenCC(way)
