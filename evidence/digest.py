"""Digests of bytes and of values: SHA-256 names things, SM3 stands beside it (GB/T 32905).

>>> sha256(b"abc")[:8], sm3(b"abc")[:8]
('ba7816bf', '66c7f0f4')
"""

from __future__ import annotations

import hashlib
import re
from typing import BinaryIO

from evidence import canonical

_SHA256 = re.compile(r"[0-9a-f]{64}")

EMPTY = hashlib.sha256(b"").hexdigest()
"""SHA-256 of nothing; stands where a document was not taken."""


def sha256(data: bytes) -> str:
    """Return the SHA-256 of `data` in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def sm3(data: bytes) -> str:
    """Return the SM3 of `data` in lower-case hexadecimal; raises ValueError where this Python's OpenSSL lacks SM3."""
    return hashlib.new("sm3", data).hexdigest()


def of_value(value: object) -> str:
    """Return the SHA-256 of the canonical bytes of a plain value."""
    return sha256(canonical.encode(value))


def of_stream(stream: BinaryIO, algorithm: str) -> str:
    """Return the digest of a whole stream, from its beginning, in lower-case hexadecimal."""
    stream.seek(0)
    hashed = hashlib.new(algorithm)
    while piece := stream.read(1 << 20):
        hashed.update(piece)
    return hashed.hexdigest()


def is_sha256(text: object) -> bool:
    """Tell whether `text` is a SHA-256 in the one form we write.

    >>> is_sha256("BA" * 32), is_sha256("ba" * 32)
    (False, True)
    """
    return isinstance(text, str) and _SHA256.fullmatch(text) is not None
