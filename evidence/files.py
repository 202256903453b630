"""Writes files whole or not at all, and lets one process at a time write.

Bytes go to a temporary name in the same folder, are flushed to the disk, then renamed: after a kill the old file or
the new one is there, never a part. A temporary file left by a kill is harmless; it is never read.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

TEMPORARY = ".writing-"
"""How the name of every temporary file begins."""


def write_whole(path: Path, data: bytes, *, mode: int = 0o644, lasting: bool = True) -> None:
    """Put `data` at `path`, replacing what is there, and return when it is on the disk; makes folders as needed.

    What can be made again need not be `lasting`: it is still whole for every reader, but a power cut may lose it.
    """
    make_folder(path.parent)
    temporary = path.parent / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(8)}"
    try:
        _write(temporary, data, mode, synced=lasting)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if lasting:
        sync_folder(path.parent)


def write_changed(path: Path, data: bytes, *, lasting: bool = True) -> None:
    """Put `data` at `path` as `write_whole` does, unless these very bytes stand there: what is made again is mostly the same."""
    try:
        if path.read_bytes() == data:
            return
    except FileNotFoundError:
        pass
    write_whole(path, data, lasting=lasting)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Give a stream whose bytes stand at `path` when the block ends well; if it does not, `path` is as it was."""
    temporary = path.parent / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(8)}"
    try:
        with temporary.open("w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def append_whole(path: Path, lines: bytes) -> None:
    """Put whole lines to the end of `path`, and return when they are on the disk; a line that a kill left half goes.

    One process at a time. Where the disk does not take all of them, the file is as it was. Raises OSError.
    """
    new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    with os.fdopen(handle, "r+b", buffering=0) as stream:
        write_synced(handle, stream.read().rfind(b"\n") + 1, lines)
    if new:
        sync_folder(path.parent)


def write_synced(handle: int, offset: int, lines: bytes) -> None:
    """Write `lines` at `offset`, over whatever a kill left there, and return when they are on the disk.

    On a fault the file is cut back to `offset`. Raises OSError.
    """
    try:
        os.ftruncate(handle, offset)
        os.lseek(handle, offset, os.SEEK_SET)
        rest = memoryview(lines)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, offset)
        raise


def whole_lines(path: Path) -> list[bytes]:
    """Return the lines of `path` that were written whole, without their line feeds; none where there is no file."""
    try:
        *whole, _torn = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    return whole


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents, and return when their entries are on the disk."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Return when the names in `folder` are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


Stamp = tuple[int, int, int]
"""What changes whenever a file is replaced as `write_whole` does: its time, its place on the disk, its size."""


def stamp(path: str | Path) -> Stamp | None:
    """Return the stamp of a file or folder; None where there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116  thousands are asked at once, and making paths would take longer
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


class Exclusive:
    """One holder at a time, over threads and processes; the holder may enter again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = threading.RLock()
        self._depth = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for the length of the block; waits for whoever holds it. The system frees it after a kill."""
        with self._thread:
            if self._depth:
                yield
                return
            make_folder(self._path.parent)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                self._depth = 1
                yield
            finally:
                self._depth = 0
                os.close(handle)


def _write(path: Path, data: bytes, mode: int, *, synced: bool) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fchmod(handle, mode)
        if synced:
            os.fsync(handle)
