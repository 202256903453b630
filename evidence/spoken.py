"""A ledger's state as one line that a person can read over the telephone or print in a bulletin, and that line read back.

    取证台账 1204项 根 6f1c-0a3e-…（16 groups）-99ab 校验 K7QX

The check characters tell whether it was heard or typed right: the first 20 bits of SHA-256 over the number of leaves in
decimal, a line feed and the root in lower-case hexadecimal, as four characters of Crockford's alphabet.
"""

from __future__ import annotations

import hashlib
import re

from evidence.errors import LedgerError
from evidence.note import Checkpoint

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, which are mistaken for others."""
_ALIKE = str.maketrans("OIL", "011")
_LINE = re.compile(r"(?:取证台账)?\s*(\d{1,16})\s*项?\s*根\s*([0-9a-fA-F\s-]+?)\s*校验\s*([0-9A-Za-z]{4})")


def line(state: Checkpoint) -> str:
    """Return the line of a state.

    >>> line(Checkpoint(origin="quzheng-ledger/0", size=7, root=bytes(32)))[:34]
    '取证台账 7项 根 0000-0000-0000-0000-0000'
    """
    root = state.root.hex()
    groups = "-".join(root[n : n + 4] for n in range(0, len(root), 4))
    return f"取证台账 {state.size}项 根 {groups} 校验 {_check(state.size, root)}"


def heard(said: str) -> tuple[int, bytes]:
    """Return size and root of a line, however it is spaced; raises LedgerError where it was not heard or typed right."""
    found = _LINE.fullmatch(" ".join(said.split()))
    if not found:
        raise LedgerError("不是台账状态的一行：应为“取证台账 …项 根 …-…（16组）校验 …”")
    size, root = int(found[1]), re.sub(r"[\s-]", "", found[2]).lower()
    if len(root) != 64:
        raise LedgerError(f"根应有 16 组、每组 4 位，实有 {len(root)} 位")
    if _check(size, root) != found[3].upper().translate(_ALIKE):
        raise LedgerError("校验字符不符：有一处听错或抄错，请逐组再核对一遍")
    return size, bytes.fromhex(root)


def _check(size: int, root: str) -> str:
    bits = int.from_bytes(hashlib.sha256(f"{size}\n{root}".encode()).digest()[:3], "big") >> 4
    return "".join(ALPHABET[bits >> shift & 31] for shift in (15, 10, 5, 0))
