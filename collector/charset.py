"""The charset of a saved page: what it declares, and whether that is true."""

from __future__ import annotations

import re

_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w-]{2,20})""", re.I)
_SPOILT = 200
"""One broken character in so many is a cut, not another charset."""


def text(data: bytes) -> str:
    """Return the text of a page in the charset it declares, UTF-8 where it declares none or one nobody knows."""
    declared = _CHARSET.search(data[:4096])
    name = declared[1].decode("ascii").lower() if declared and not was_recoded(data) else "utf-8"
    try:
        return data.decode("gb18030" if name.startswith("gb") else name, errors="replace")
    except LookupError:
        return data.decode("utf-8", errors="replace")


def was_recoded(data: bytes) -> bool:
    """Tell whether a file declares another charset than the UTF-8 it is in: whoever saved it wrote it anew."""
    declared = _CHARSET.search(data[:4096])
    if declared is None or declared[1].lower().replace(b"-", b"") == b"utf8" or data.isascii():
        return False
    read = data.decode("utf-8", errors="replace")
    foreign = sum(character > "\x7f" for character in read)
    return read.count("\ufffd") * _SPOILT <= foreign
