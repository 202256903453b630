"""How many identity numbers and mobile telephones a page shows: counted, and never kept.

>>> is_identity("11010519491231002X"), is_identity("110105194912310021")
(True, False)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from evidence.model import FilePage, Table
from evidence.reading.tree import Tree

_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{5}[0-9Xx](?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9][0-9]{9}(?![0-9A-Za-z])")
_TELEPHONE = re.compile(r"电\s*话|手\s*机|联系方式")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def count(tree: Tree, files: Sequence[Table] = (), pages: Sequence[FilePage] = ()) -> Mapping[str, int]:
    """Return how many different numbers of each kind a page and its files show: identity (check digit valid), mobile (in rows).

    A mobile telephone counts where it stands in a row of a table or list: in a line of contact details it is an office's.
    `files` are the tables of the page's files, where it counts in a column that is headed as telephones; `pages` those of its PDFs; what the engine read in a scan is no number.
    """
    identities, mobiles = set(), set()
    for text in tree.texts(tree.root):
        identities |= _identities(text.value)
        if any(node.tag in ("td", "li") for node in text.ancestors()):
            mobiles |= set(_MOBILE.findall(text.value))
    for table in files:
        if table.source == "picture":
            continue
        telephones = _telephones(table)
        for row in table.rows:
            for n, cell in enumerate(row):
                identities |= _identities(cell)
                mobiles |= set(_MOBILE.findall(cell)) if n in telephones else set()
    for page in pages:
        identities |= _identities(page.text) if page.source == "text" else set()
    found = {"identity": len(identities), "mobile": len(mobiles)}
    return {kind: number for kind, number in found.items() if number}


def _telephones(table: Table) -> frozenset[int]:
    """Return the columns of a file's table that are headed as telephones: an amount of money may look like one."""
    heads = (table.header, *table.rows[: table.header_rows - 1])
    return frozenset(n for head in heads for n, cell in enumerate(head) if _TELEPHONE.search(cell))


def _identities(text: str) -> set[str]:
    return {number.upper() for number in _IDENTITY.findall(text) if is_identity(number)}


def is_identity(number: str) -> bool:
    """Tell whether eighteen characters are a citizen's number by their check digit (GB 11643)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return number[-1].upper() == _CHECK[total % 11]
