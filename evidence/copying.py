"""Copying parts of a store to another place: blobs proved by their copies, other files as they stand last, nothing deleted."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from evidence.files import TEMPORARY, make_folder, write_whole
from evidence.store import CHUNK, READ_ONLY, measure


def copy_blob(source: Path, to: Path, *, link: bool) -> str | None:
    """Copy a stored file to the place of the same blob, and return None; or why not, where its bytes are not those of its name.

    The digest is taken from the copy. Raises OSError.
    """
    sha256 = source.parent.name + source.name.removesuffix(".gz")
    temporary = to.parent / f"{TEMPORARY}{secrets.token_hex(8)}{source.suffix if source.suffix == '.gz' else ''}"
    make_folder(to.parent)
    try:
        if not (link and _linked(source, temporary)):
            with source.open("rb") as reading, temporary.open("xb") as writing:
                _pour(reading, writing)
            shutil.copystat(source, temporary)
            temporary.chmod(READ_ONLY)
        if (found := measure(temporary)[0]) != sha256:
            return f"{source}：内容与摘要不符，应为 {sha256}，实为 {found}"
        temporary.replace(to)
        return None
    finally:
        temporary.unlink(missing_ok=True)


def mirror(source: Path, to: Path, names: Iterable[str]) -> None:
    """Copy files below a folder to another, those that differ in size or time; what is there besides stays."""
    for name in names:
        made, kept = source / name, to / name
        try:
            status = made.stat()
            there = kept.stat() if kept.exists() else None
            if there is None or (there.st_size, there.st_mtime_ns) != (status.st_size, status.st_mtime_ns):
                write_whole(kept, made.read_bytes(), lasting=not name.startswith("derived/"))
                os.utime(kept, ns=(status.st_atime_ns, status.st_mtime_ns))
        except FileNotFoundError:
            continue  # what can be made again may be replaced at any time


def files_below(folder: Path, name: str) -> Iterator[str]:
    """Yield the files in a folder's folder, relative to it, in order: neither locks nor what a kill left."""
    for path in sorted((folder / name).rglob("*")):
        if path.is_file() and not path.name.startswith((TEMPORARY, ".")):
            yield path.relative_to(folder).as_posix()


def checkpoints_upto(store: Path, leaves: int) -> Iterator[str]:
    """Yield the signed states of at most so many leaves, and what belongs to them, such as their time-stamps."""
    for name in files_below(store, "ledger/checkpoints"):
        number = PurePosixPath(name).name.partition(".")[0]
        if number.isdecimal() and int(number) <= leaves:
            yield name


def is_empty(folder: Path) -> bool:
    """Tell whether a folder is not there or holds nothing but what a kill left of a first file."""
    return not folder.exists() or all(path.name.startswith(TEMPORARY) for path in folder.iterdir())


def _linked(source: Path, to: Path) -> bool:
    try:
        os.link(source, to)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or a file system without links: then it is copied
        return False
    return True


def _pour(source: BinaryIO, to: BinaryIO) -> None:
    while piece := source.read(CHUNK):
        to.write(piece)
    to.flush()
    os.fsync(to.fileno())
