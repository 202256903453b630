"""Blobs in S3-compatible storage, which many machines share; in a folder for tests.

    s3://bucket/prefix   blobs/ab/cdef…, blobs/ab/cdef….gz   as in a FileStore: either can be copied into the other

Nothing here removes or replaces. A put makes an object that is not there (If-None-Match: *); what lies there already is
compared. So the bucket can have Object Lock: with a default retention in COMPLIANCE mode nobody, the account's owner among
them, deletes a version before its time. Two things the lock does not forbid: a delete that names no version hides the
object behind a marker, and a newer version can be put over it; either shows here, as NotFound or DamagedBlob, and the first
version is still in the bucket. deploy/fleet.md says how to make such a bucket, with rights for neither, and what to do.

Keys and region are in the environment, as for every S3 client (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION), the
server in AWS_ENDPOINT_URL; TLS, unless that begins with http://. The bucket is in the path, or, with
AWS_VIRTUAL_HOSTED_STYLE_REQUEST=true, in the name of the host as AWS_ENDPOINT_URL has it.

What servers say of a fault is not repeated: it may hold key ids, signatures and session tokens. An object store is made in
the process that uses it; it does not live through a fork.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import time
import zlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from gzip import BadGzipFile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import SplitResult, unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, S3Store

from evidence.errors import DamagedBlob, NotFound, StoreError
from evidence.model import Blob
from evidence.store import BLOBS, CHUNK, IN_MEMORY, FileStore, blob_of, is_text, pack, place, spooled, unpacked

if TYPE_CHECKING:
    from obstore import GetResult
    from obstore.store import S3Config

LARGEST = 5 << 30
"""Bytes of the largest object: what S3 takes in one put."""

UNPACKED = 512 << 20
"""Bytes that a compressed object may have uncompressed; text that is larger lies as it is."""

PATIENCE = timedelta(minutes=3)
"""How long a request is tried again that no server answered, or one with 5xx; obstore waits longer from try to try."""

_ONE_TRY = timedelta(minutes=5)
_PAUSES = (0.0, 0.2, 1.0)
"""Seconds before each try to put what the server says is there, and is not when it is asked for."""

_FAULTS = (BaseError, OSError, NotImplementedError, ValueError)
"""What obstore raises."""

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?")
_ADVICE = {
    "NoSuchBucket": "make the bucket first (deploy/fleet.md), or mend its name in the URL",
    "401": "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "403": "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, and the rights that deploy/fleet.md names",
    "404": "check AWS_ENDPOINT_URL: what answers there does not answer as S3 storage does",
    "501": "the storage must know conditional puts (If-None-Match: *)",
}
_USUAL_ADVICE = (
    "check that the storage is up and reached from here (AWS_ENDPOINT_URL, AWS_REGION, proxies), then try again"
)


class ObjectStore:
    """A Store in S3-compatible storage; any number of machines may put at the same time."""

    def __init__(self, url: str, *, patience: timedelta = PATIENCE) -> None:
        """Take s3://bucket/prefix, or file:///folder for tests; asks nothing of a server yet. Raises StoreError."""
        parts = _parts(url)
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        try:
            self._client = _bucket(parts, patience) if parts.scheme == "s3" else _folder(parts)
        except _FAULTS as error:
            raise StoreError(
                f"{self.url} cannot be used: {_cause(error)}\ntry: look at the AWS_… variables of the environment"
            ) from None

    def put(self, data: bytes, media_type: str) -> Blob:
        """Keep `data`, in the storage when this returns; what is there already is read and compared.

        Raises StoreError where the storage does not take them, DamagedBlob where other bytes lie in their place: those
        cannot be replaced from here.
        """
        blob = blob_of(data, media_type)
        packed = is_text(media_type) and blob.size <= UNPACKED
        if self._is_sound(blob.sha256, packed=not packed):
            return blob
        stored = pack(data) if packed else data
        key = _key(blob.sha256, packed=packed)
        for pause in _PAUSES:
            time.sleep(pause)
            if self._created(key, stored) or self._is_sound(blob.sha256, packed=packed):
                return blob
        raise StoreError(
            f"{self.url}/{key} cannot be kept: the storage says that it is there already (409 or 412), and that it is not "
            "when it is asked for\ntry: again, when no other machine puts the same bytes"
        )

    def open(self, sha256: str) -> BinaryIO:
        """Return the blob's bytes as a stream, already checked.

        Raises NotFound where there is no such blob, DamagedBlob where its bytes are not those of its name, StoreError
        where the storage does not tell.
        """
        return self._spooled(sha256, None)

    def read(self, sha256: str) -> bytes:
        """Return the blob's bytes, checked; raises NotFound, DamagedBlob or StoreError."""
        with self.open(sha256) as stream:
            return stream.read()

    def has(self, sha256: str) -> bool:
        """Tell whether the blob is there; its bytes are not read. Raises StoreError where the storage does not tell."""
        keys = [_key(sha256, packed=packed) for packed in (True, False)]
        # A 404 to HEAD is without words: only one to GET tells a blob that is not there from a bucket that is not.
        return any(map(self._heads, keys)) or self._got(keys[-1]) is not None

    def fetch(self, sha256: str, into: FileStore, media_type: str) -> Blob:
        """Bring one blob into `into`, checked, never all of a large one in memory; one that is there already is no change.

        Raises NotFound, DamagedBlob or StoreError; then nothing came.
        """
        with self._spooled(sha256, into.incoming) as stream:
            large = stream.seek(0, os.SEEK_END) > IN_MEMORY
            stream.seek(0)
            blob = into.put_stream(stream, media_type) if large else into.put(stream.read(), media_type)
        if blob.sha256 != sha256:
            raise DamagedBlob(f"{sha256} of {self.url} became {blob.sha256} on its way into {into.blobs}")
        return blob

    def _created(self, key: str, stored: bytes) -> bool:
        """Make the object; tell whether it is made, or was there before."""
        try:
            obstore.put(self._client, key, stored, mode="create", use_multipart=False)
        except AlreadyExistsError:
            return False
        except _FAULTS as error:
            raise self._failed("kept", key, error) from None
        return True

    def _is_sound(self, sha256: str, *, packed: bool) -> bool:
        """Tell whether the object is there; raises DamagedBlob where its bytes are others."""
        key = _key(sha256, packed=packed)
        if (found := self._got(key)) is None:
            return False
        hashed = hashlib.sha256()
        for piece in self._pieces(found, sha256, packed=packed):
            hashed.update(piece)
        if hashed.hexdigest() != sha256:
            raise self._damaged(key, sha256, hashed.hexdigest())
        return True

    def _spooled(self, sha256: str, folder: Path | None) -> BinaryIO:
        for packed in (True, False):
            key = _key(sha256, packed=packed)
            if (found := self._got(key)) is None:
                continue
            try:
                stream, got = spooled(self._pieces(found, sha256, packed=packed), folder)
            except OSError as error:
                raise StoreError(f"{self.url}/{key} cannot be held in a temporary file: {error}") from error
            if got != sha256:
                stream.close()
                raise self._damaged(key, sha256, got)
            return stream
        raise NotFound(f"no blob {sha256} in {self.url}/{BLOBS}")

    def _heads(self, key: str) -> bool:
        try:
            obstore.head(self._client, key)
        except FileNotFoundError:
            return False
        except _FAULTS as error:
            raise self._failed("looked for", key, error) from None
        return True

    def _got(self, key: str) -> GetResult | None:
        try:
            return obstore.get(self._client, key)
        except FileNotFoundError as error:
            if isinstance(self._client, LocalStore) or _code(error) == "NoSuchKey":
                return None
            raise self._failed("read", key, error) from None
        except _FAULTS as error:
            raise self._failed("read", key, error) from None

    def _pieces(self, found: GetResult, sha256: str, *, packed: bool) -> Iterator[bytes]:
        """Yield the object's uncompressed bytes, within bounds."""
        key = _key(sha256, packed=packed)
        if found.meta["size"] > LARGEST:
            raise self._damaged(key, sha256, f"{found.meta['size']} bytes, more than any blob has")
        body = cast(BinaryIO, io.BufferedReader(_Body(found.stream(CHUNK)), CHUNK))
        size = 0
        try:
            for piece in unpacked(body, packed=packed):
                size += len(piece)
                if packed and size > UNPACKED:
                    raise self._damaged(key, sha256, f"more than {UNPACKED} bytes when it is unpacked")
                yield piece
        except (BadGzipFile, EOFError, zlib.error) as error:
            raise self._damaged(key, sha256, str(error)) from error
        except _FAULTS as error:
            raise self._failed("read", key, error) from None

    def _failed(self, done: str, key: str, error: Exception) -> StoreError:
        advice = _ADVICE.get(_code(error)) or _ADVICE.get(_status(error)) or _USUAL_ADVICE
        return StoreError(f"{self.url}/{key} cannot be {done}: {_cause(error)}\ntry: {advice}")

    def _damaged(self, key: str, expected: str, got: str) -> DamagedBlob:
        return DamagedBlob(
            f"{self.url}/{key} is damaged: expected SHA-256 {expected}, got {got}; it cannot be replaced from here\n"
            "try: the object's earlier versions (deploy/fleet.md), then who could put this one"
        )


class _Body(io.RawIOBase):
    """What a server sends, as a stream; one piece of it is in memory."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, into: bytearray | memoryview) -> int:  # type: ignore[override]  # a buffer of bytes is all there is
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        size = min(len(into), len(self._rest))
        into[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _key(sha256: str, *, packed: bool) -> str:
    return f"{BLOBS}/{place(sha256, packed=packed)}"


def _parts(url: str) -> SplitResult:
    """Return the parts of a URL of the two forms there are; the URL of any other is not repeated, it may hold a password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    bucket = parts.scheme == "s3" and _BUCKET.fullmatch(parts.netloc) and _PREFIX.fullmatch(parts.path)
    folder = parts.scheme == "file" and not parts.netloc and parts.path.startswith("/")
    if not (bucket or folder) or parts.query or parts.fragment:
        raise StoreError(
            "blobs lie at s3://bucket/prefix, of letters, digits, '.', '-' and '_', or at file:///folder; got another URL\n"
            "try: keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the server in AWS_ENDPOINT_URL"
        )
    return parts


def _bucket(parts: SplitResult, patience: timedelta) -> S3Store:
    config: S3Config = {
        "conditional_put": "etag",
        "checksum_algorithm": "SHA256",  # Object Lock takes no put without one
    }
    if endpoint := _endpoint():
        config["endpoint"] = endpoint
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=config,
        client_options={"allow_http": (endpoint or "").startswith("http://"), "timeout": _ONE_TRY},
        retry_config={"retry_timeout": patience},
    )


def _endpoint() -> str | None:
    names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
    name = next((name for name in names if os.environ.get(name)), None)
    if name is None:
        return None
    parts = urlsplit(os.environ[name])
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc or parts.query:
        raise StoreError(f"{name} is an address as https://host:port, without user and password; got another")
    return os.environ[name]


def _folder(parts: SplitResult) -> LocalStore:
    return LocalStore(Path(unquote(parts.path)), mkdir=True)


def _cause(error: Exception) -> str:
    """Return what went wrong without the words of a server."""
    system = re.search(r"\(os error (\d+)\)", str(error))
    said = (
        type(error).__name__,
        _status(error) and f"status {_status(error)}",
        _code(error),
        system and os.strerror(int(system[1])),
    )
    return ", ".join(each for each in said if each)


def _status(error: Exception) -> str:
    found = re.search(r"status code: (\d{3})\b", str(error))
    return found[1] if found else ""


def _code(error: Exception) -> str:
    found = re.search(r"<Code>([A-Za-z]{1,40})</Code>", str(error))
    return found[1] if found else ""
