"""Blobs by the digest of their bytes: put once, never changed, proved again at every reading; removed by quarantine or rule.

    blobs/ab/cdef…      the bytes as they are
    blobs/ab/cdef….gz   the bytes of a text kind, gzip-compressed

The name is the SHA-256 of the uncompressed bytes, its first two digits the folder.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import secrets
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Protocol, cast

from evidence import digest
from evidence.errors import DamagedBlob, NotFound, StoreError
from evidence.files import TEMPORARY, make_folder, sync_folder, write_whole
from evidence.model import Blob

BLOBS = "blobs"
CHUNK = 1 << 20
IN_MEMORY = 8 << 20
"""Bytes of an opened blob kept in memory; what is larger waits in a temporary file."""

COMPRESSED = ("text/", "application/json", "application/javascript", "application/xml", "image/svg+xml")
"""How the media types begin whose bytes lie compressed; anything ending in +xml or +json does too."""

READ_ONLY = 0o444


class BlobSink(Protocol):
    """Takes bytes; all a capture needs of a store."""

    def put(self, data: bytes, media_type: str) -> Blob:
        """Keep `data` for ever and return its digests; the same bytes again are no change."""
        ...


class Store(BlobSink, Protocol):
    """Gives back what was put."""

    def open(self, sha256: str) -> BinaryIO:
        """Return the blob's bytes as a stream, already checked; raises NotFound or DamagedBlob."""
        ...

    def read(self, sha256: str) -> bytes:
        """Return the blob's bytes, checked; raises NotFound or DamagedBlob."""
        ...

    def has(self, sha256: str) -> bool:
        """Tell whether the blob is there; its bytes are not read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One stored file whose bytes are not those of its name."""

    path: Path
    expected: str
    got: str
    """The digest of what is there, or why it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCheck:
    """What a full re-reading of the store found."""

    blobs: int
    size: int
    """Uncompressed bytes of the sound blobs."""
    damaged: tuple[Damage, ...]
    strays: tuple[Path, ...]
    """Files that are no blobs and were not left by a kill."""
    leftovers: int
    """Temporary files left by a kill; harmless."""

    @property
    def clean(self) -> bool:
        """Whether every blob is what its name says."""
        return not self.damaged


class FileStore:
    """A Store in a folder; any number of processes may put at the same time."""

    def __init__(self, root: Path) -> None:
        self.blobs = root / BLOBS
        self._base = str(self.blobs)
        self.incoming = self.blobs / "incoming"
        """Where files lie that are not blobs yet; on the disk they will be blobs on."""

    def put(self, data: bytes, media_type: str) -> Blob:
        """Keep `data`, on the disk when this returns.

        Bytes that are already there are compared with `data`; if those on the disk are damaged, they are replaced.
        Raises StoreError where the disk does not take them.
        """
        blob = blob_of(data, media_type)
        if self._holds(blob.sha256):
            self._freshen(blob.sha256)
            return blob
        path, stored = self._plain(blob.sha256), data
        if is_text(media_type):
            path, stored = self._packed(blob.sha256), pack(data)
        try:
            write_whole(path, stored, mode=READ_ONLY)
        except OSError as error:
            raise StoreError(f"blob {blob.sha256} of {blob.size} bytes cannot be kept at {path}: {error}") from error
        return blob

    def put_file(self, path: Path, media_type: str) -> Blob:
        """Keep the bytes of a file of any size, never all in memory; they lie as they are, whatever their kind.

        What is hashed is what was copied, so a file that changes meanwhile is kept as one state of it. Raises OSError
        where `path` cannot be read, StoreError where the disk does not take the copy.
        """
        with path.open("rb") as source:
            return self.put_stream(source, media_type)

    def put_stream(self, source: BinaryIO, media_type: str) -> Blob:
        """Keep what `source` gives from where it stands, as `put_file` does."""
        incoming = self.incoming / f"{TEMPORARY}{secrets.token_hex(8)}"
        make_folder(incoming.parent)
        try:
            with incoming.open("xb") as copy:
                blob = _copied(source, copy, media_type)
            if self._holds(blob.sha256):
                self._freshen(blob.sha256)
            else:
                make_folder(self._plain(blob.sha256).parent)
                incoming.chmod(READ_ONLY)
                incoming.replace(self._plain(blob.sha256))
                sync_folder(self._plain(blob.sha256).parent)
            return blob
        finally:
            incoming.unlink(missing_ok=True)

    def open(self, sha256: str) -> BinaryIO:
        """Return the blob's bytes as a stream, already checked.

        Raises NotFound where there is no such blob, DamagedBlob where its bytes are not those of its name, StoreError where
        there is no room for a temporary file.
        """
        path = self._find(sha256)
        try:
            stream, got = spooled(_pieces(path))
        except (OSError, EOFError, zlib.error) as error:
            raise _damaged(path, sha256, str(error)) from error
        if got != sha256:
            stream.close()
            raise _damaged(path, sha256, got)
        return stream

    def read(self, sha256: str) -> bytes:
        """Return the blob's bytes, checked; raises NotFound or DamagedBlob."""
        with self.open(sha256) as stream:
            return stream.read()

    def has(self, sha256: str) -> bool:
        """Tell whether the blob is there; its bytes are not read."""
        base = self._base  # a page asks for all its blobs at each admission, and a Path costs five times a string
        return any(os.path.isfile(f"{base}/{place(sha256, packed=packed)}") for packed in (True, False))  # noqa: PTH113

    def path(self, sha256: str) -> Path:
        """Return the file a blob lies in (gzip-compressed where it ends in .gz); raises NotFound."""
        return self._find(sha256)

    def remove(self, sha256: str) -> None:
        """Take a blob away for ever, whatever its bytes; that there is none is no fault. Only quarantine and retention may."""
        for path in (self._packed(sha256), self._plain(sha256)):
            if path.is_file():
                path.unlink()
                sync_folder(path.parent)

    def check(self) -> StoreCheck:
        """Read every blob again and say which files are damaged; changes nothing."""
        sizes, damaged, strays, leftovers = [], [], [], 0
        for path in sorted(self.blobs.glob("*/*")):
            name = path.parent.name + path.name.removesuffix(".gz")
            if path.name.startswith(TEMPORARY):
                leftovers += 1
            elif not digest.is_sha256(name):
                strays.append(path)
            elif (found := measure(path))[0] == name:
                sizes.append(found[1])
            else:
                damaged.append(Damage(path=path, expected=name, got=found[0]))
        return StoreCheck(
            blobs=len(sizes), size=sum(sizes), damaged=tuple(damaged), strays=tuple(strays), leftovers=leftovers
        )

    def _holds(self, sha256: str) -> bool:
        try:
            return measure(self._find(sha256))[0] == sha256
        except NotFound:
            return False

    def _freshen(self, sha256: str) -> None:
        """Say by the file's time that somebody put these bytes just now, so that no purge takes them before they are cited."""
        with suppress(PermissionError):  # a store of another owner, or read-only: nothing can be purged there either
            os.utime(self._find(sha256))

    def _find(self, sha256: str) -> Path:
        for path in (self._packed(sha256), self._plain(sha256)):
            if path.is_file():
                return path
        raise NotFound(f"no blob {sha256} in {self.blobs}")

    def _plain(self, sha256: str) -> Path:
        return self.blobs / place(sha256, packed=False)

    def _packed(self, sha256: str) -> Path:
        return self.blobs / place(sha256, packed=True)


def place(sha256: str, *, packed: bool) -> str:
    """Return where below `blobs/` the bytes of this digest lie; raises NotFound where it is no digest.

    >>> place("ab" * 32, packed=True)
    'ab/ababababababababababababababababababababababababababababababab.gz'
    """
    if not digest.is_sha256(sha256):
        raise NotFound(f"a blob is named by 64 hexadecimal digits, got {sha256!r:.80}")
    return f"{sha256[:2]}/{sha256[2:]}{'.gz' if packed else ''}"


def blob_of(data: bytes, media_type: str) -> Blob:
    """Return what a record says of these bytes."""
    return Blob(sha256=digest.sha256(data), sm3=digest.sm3(data), size=len(data), media_type=media_type)


def is_text(media_type: str) -> bool:
    """Tell whether bytes of this kind lie compressed."""
    kind = media_type.partition(";")[0].strip().lower()
    return kind.startswith(COMPRESSED) or kind.endswith(("+xml", "+json"))


def pack(data: bytes) -> bytes:
    """Return `data` as it lies compressed; the same bytes give the same."""
    return gzip.compress(data, compresslevel=6, mtime=0)


def unpacked(stored: BinaryIO, *, packed: bool) -> Iterator[bytes]:
    """Yield the uncompressed bytes of what lies in a store, never all at once; raises OSError, EOFError or zlib.error."""
    stream: IO[bytes] = cast(IO[bytes], gzip.GzipFile(fileobj=stored)) if packed else stored
    while piece := stream.read(CHUNK):
        yield piece


def spooled(pieces: Iterable[bytes], folder: Path | None = None) -> tuple[BinaryIO, str]:
    """Return a stream of all `pieces` and their SHA-256; what is large waits in a temporary file that has no name.

    The file is in `folder`, made where it is not there, or where the system has its temporary files. Raises StoreError
    where that takes nothing, which is no fault of the bytes, and whatever `pieces` raises.
    """
    hashed = hashlib.sha256()
    if folder is not None:
        make_folder(folder)
    spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, prefix=TEMPORARY, dir=str(folder) if folder else None)  # noqa: SIM115 (handed to the caller)
    try:
        for piece in pieces:
            hashed.update(piece)
            _wait(spool, piece, folder)
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return cast(BinaryIO, spool), hashed.hexdigest()


def _wait(spool: IO[bytes], piece: bytes, folder: Path | None) -> None:
    try:
        spool.write(piece)
    except OSError as error:
        where = folder or tempfile.gettempdir()
        raise StoreError(f"a temporary file in {where} takes nothing: {error}\nfree some space there") from error


def _copied(source: BinaryIO, copy: BinaryIO, media_type: str) -> Blob:
    """Copy a stream and return the digests of what was copied, when it is on the disk."""
    sha256, sm3, size = hashlib.sha256(), hashlib.new("sm3"), 0
    try:
        while piece := source.read(CHUNK):
            sha256.update(piece)
            sm3.update(piece)
            size += copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())
    except OSError as error:
        raise StoreError(f"{getattr(source, 'name', 'a file')} cannot be kept: {error}") from error
    return Blob(sha256=sha256.hexdigest(), sm3=sm3.hexdigest(), size=size, media_type=media_type)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stored:
        yield from unpacked(stored, packed=path.suffix == ".gz")


def measure(path: Path) -> tuple[str, int]:
    """Return SHA-256 and size of the uncompressed bytes of a stored file; why it cannot be read and 0 where it cannot."""
    hashed, size = hashlib.sha256(), 0
    try:
        for piece in _pieces(path):
            hashed.update(piece)
            size += len(piece)
    except (OSError, EOFError, zlib.error) as error:
        return f"unreadable: {error}", 0
    return hashed.hexdigest(), size


def _damaged(path: Path, expected: str, got: str) -> DamagedBlob:
    return DamagedBlob(f"{path} is damaged: expected SHA-256 {expected}, got {got}\ntry: quzheng store check")
