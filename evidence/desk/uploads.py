"""Files that people hand in through a form: bounded, of kinds that offices write to each other, never opened, never a path.

The name a file had is text for the record; on the disk it lies under a number, in a folder that is gone after the request.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from evidence.errors import DisputeError
from evidence.quoting import plainly

LARGEST = 60 << 20
"""Bytes of all files of one form; more is taken in by a command."""
MOST = 20
LONGEST_NAME = 120
_BLOCK = 1 << 20
_KINDS: tuple[tuple[int, bytes], ...] = (
    (0, b"%PDF-"), (0, b"\x89PNG\r\n\x1a\n"), (0, b"\xff\xd8\xff"), (0, b"GIF8"), (0, b"II*\x00"), (0, b"MM\x00*"),
    (0, b"PK\x03\x04"), (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), (0, b"Rar!"), (0, b"7z\xbc\xaf\x27\x1c"), (4, b"ftyp"),
    (8, b"WEBP"),
)  # fmt: skip
"""Where a file's first bytes tell its kind: PDF, pictures, packed files and Office documents, video."""
KINDS = "PDF、图片、Office 文档、压缩包、视频或纯文本"


class Uploaded(Protocol):
    """A file of a form, as the web framework has it."""

    filename: str | None

    @property
    def file(self) -> BinaryIO:
        """Its bytes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """One file as it came."""

    path: Path
    name: str


@contextmanager
def taken(files: Sequence[Uploaded], *, command: str = "quzheng dispute open") -> Iterator[tuple[HandedIn, ...]]:
    """Give the files of a form for the length of the block; fields that were left empty are none.

    `command` is what takes in more than a form does.

    Raises DisputeError for too many or too large ones, and for kinds that are not taken.
    """
    given = [one for one in files if one.filename]
    if len(given) > MOST:
        raise DisputeError(f"交来{len(given)}个文件，超过{MOST}个：请打包成一个压缩包")
    with tempfile.TemporaryDirectory(prefix="quzheng-upload-") as folder:
        left = LARGEST
        found = []
        for n, one in enumerate(given):
            path = Path(folder) / f"{n:02}"
            left -= _copy(one, path, left, command)
            found.append(HandedIn(path=path, name=name_of(one.filename or "")))
        yield tuple(found)


def name_of(said: str) -> str:
    """Return a file's name as text: its last part, nothing in it that steers a reader.

    >>> name_of("..\\\\..\\\\答复.pdf"), name_of("/"), name_of("a\\x00b.txt")
    ('答复.pdf', '未命名', 'a�b.txt')
    """
    last = said.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return plainly(last, LONGEST_NAME) or "未命名"


def _copy(one: Uploaded, path: Path, most: int, command: str) -> int:
    name = name_of(one.filename or "")
    size = 0
    one.file.seek(0)
    with path.open("wb") as out:
        while block := one.file.read(_BLOCK):
            if size == 0 and not _is_taken(block):
                raise DisputeError(f"“{name}”不是可以收下的文件：请交{KINDS}")
            size += len(block)
            if size > most:
                raise DisputeError(f"所交文件合计超过{LARGEST >> 20}兆字节：请用 {command} 收下")
            out.write(block)
    if size == 0:
        raise DisputeError(f"“{name}”是空的：请核对后重新选取")
    return size


def _is_taken(head: bytes) -> bool:
    """Tell by its beginning whether a file is of a kind that is taken; a text has no zero byte."""
    known = any(head[place : place + len(sign)] == sign for place, sign in _KINDS)
    return known or (b"\0" not in head[:4096] and not head.startswith(b"#!"))
