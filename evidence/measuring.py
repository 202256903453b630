"""Measures the members of a bundle: size, checksum and both digests of each, the large ones on several processor cores.

SM3 has no instruction of its own on most processors and costs several times what SHA-256 does; so of a large member the two
run apart, each over its own reading of it (the second finds the bytes in the system's cache). Memory is a piece a thread.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any, BinaryIO

from evidence.errors import FormError
from evidence.zipform import Member

PIECE = 1 << 18
"""Bytes read at once; they are still in the core's own cache when they are hashed."""
LARGE = 1 << 20
"""Bytes from which a member is worth other threads: they run only while bytes are hashed."""
MOST_THREADS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the bytes of one member are."""

    size: int
    crc: int
    sha256: str
    sm3: str | None
    """None where this Python's OpenSSL lacks SM3."""


def measure(stream: BinaryIO, members: Mapping[str, Member]) -> dict[str, Measured]:
    """Return what each member's bytes are, by its path; one that is cut short is left out. Raises OSError."""
    source = _Source(stream)
    found: dict[str, Measured] = {}
    with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS)) as pool:
        large = {path: _apart(pool, source, member) for path, member in members.items() if member.size >= LARGE}
        for path, member in members.items():
            try:
                found[path] = _joined(member, *large[path]) if path in large else _measured(source, member)
            except FormError:
                continue  # the missing entry is what the checks report
    return found


_First = tuple[str, int]
"""SHA-256 and CRC-32."""


class _Source:
    """The bytes of the file, for several threads."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._turn = Lock()

    def pieces(self, member: Member) -> Iterator[bytes]:
        """Yield the bytes of a member in pieces; raises FormError where the file ends before them."""
        at = member.data_offset
        while at < member.end:
            with self._turn:
                self._stream.seek(at)
                piece = self._stream.read(min(PIECE, member.end - at))
            if not piece:
                raise FormError(f"文件在 {member.name} 中间中断")
            at += len(piece)
            yield piece


def _apart(pool: ThreadPoolExecutor, source: _Source, member: Member) -> tuple[Future[str | None], Future[_First]]:
    """Begin to measure a member; what takes longer first."""
    return pool.submit(_sm3, source, member), pool.submit(_first, source, member)


def _joined(member: Member, sm3: Future[str | None], first: Future[_First]) -> Measured:
    sha256, crc = first.result()
    return Measured(size=member.size, crc=crc, sha256=sha256, sm3=sm3.result())


def _measured(source: _Source, member: Member) -> Measured:
    sha256, crc = _first(source, member)
    return Measured(size=member.size, crc=crc, sha256=sha256, sm3=_sm3(source, member))


def _first(source: _Source, member: Member) -> _First:
    sha256, crc = hashlib.sha256(), 0
    for piece in source.pieces(member):
        sha256.update(piece)
        crc = zlib.crc32(piece, crc)
    return sha256.hexdigest(), crc


def _sm3(source: _Source, member: Member) -> str | None:
    sm3 = _new_sm3()
    if sm3 is None:
        return None
    for piece in source.pieces(member):
        sm3.update(piece)
    return str(sm3.hexdigest())


def _new_sm3() -> Any:
    try:
        return hashlib.new("sm3")
    except ValueError:
        return None
