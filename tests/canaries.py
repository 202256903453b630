"""Looks for marked secrets in bytes, however they are wrapped: what it does not find, nobody finds by chance.

Plain, UTF-16, URL- and HTML-escaped, JSON escapes, hexadecimal, base64 at any offset, and all of these again inside gzip,
zlib, zip (so DOCX, XLSX, WACZ, bundles) and the text chunks of PNG, one inside another.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

DEPTH = 4
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){6,}")
_ESCAPE = re.compile(rb"\\u([0-9A-Fa-f]{4})|\\(.)")
_SHORT = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}


def found_in(data: bytes, secrets: tuple[str, ...]) -> set[str]:
    """Which of the secrets stand in some bytes."""
    forms = {form: secret for secret in secrets for form in (secret.encode(), *wide(secret))}
    return {forms[form] for layer in layers(data, DEPTH) for form in forms if form in layer}


def found_under(folder: Path, secrets: tuple[str, ...]) -> list[tuple[str, Path]]:
    """Every secret with the file it stands in, or whose name it stands in."""
    hits = []
    for path in sorted(folder.rglob("*")):
        named = str(path.relative_to(folder)).encode()
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        hits += [(secret, path) for secret in sorted(found_in(named, secrets) | found_in(data, secrets))]
    return hits


def wide(secret: str) -> tuple[bytes, bytes]:
    return secret.encode("utf-16-le"), secret.encode("utf-16-be")


def layers(data: bytes, depth: int) -> Iterator[bytes]:
    """The bytes, and all that they unwrap to."""
    yield data
    if depth:
        for inner in unwrapped(data):
            if inner and inner != data:
                yield from layers(inner, depth - 1)


def unwrapped(data: bytes) -> Iterator[bytes]:
    yield from packed(data)
    if not data.startswith((b"\x89PNG", b"PK\x03\x04", b"\x1f\x8b")):
        yield from unescaped(data)


def packed(data: bytes) -> Iterator[bytes]:
    """What is inside compressed and packed files."""
    if data[:2] == b"\x1f\x8b":
        yield b"".join(gunzipped(data))
    if data[:1] == b"\x78":
        yield inflated(data)
    if data[:4] == b"PK\x03\x04":
        yield from unzipped(data)
    if data.startswith(b"\x89PNG"):
        yield b"\n".join(png_texts(data))


def unzipped(data: bytes) -> Iterator[bytes]:
    """Names and contents of a zip; what only begins like one has none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (entry.filename.encode() for entry in archive.infolist())
            yield from (archive.read(entry) for entry in archive.infolist())
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, NotImplementedError, EOFError):
        yield b""


def gunzipped(data: bytes) -> Iterator[bytes]:
    """A gzip file, member by member (a WARC has one a record)."""
    try:
        yield gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        yield b""


def inflated(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return b""


def png_texts(data: bytes) -> Iterator[bytes]:
    at = 8
    while at + 8 <= len(data):
        (length,), kind = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        chunk = data[at + 8 : at + 8 + length]
        if kind in (b"tEXt", b"iTXt", b"eXIf"):
            yield chunk
        if kind in (b"zTXt", b"iTXt"):
            yield from (inflated(chunk[n:]) for n in range(len(chunk)) if chunk[n : n + 1] == b"\x78")
        at += 12 + length


def unescaped(data: bytes) -> Iterator[bytes]:
    """What escapes, hexadecimal and base64 stand for."""
    if b"%" in data:
        yield unquote_to_bytes(data.replace(b"+", b" "))
        yield unquote_to_bytes(data)
    if b"&" in data:
        yield html.unescape(data.decode("latin-1")).encode("utf-8")
    if b"\\" in data:
        yield _ESCAPE.sub(
            lambda m: chr(int(m[1], 16)).encode("utf-8", "replace") if m[1] else _SHORT.get(m[2], m[2]), data
        )
    yield from (bytes.fromhex(run.decode()) for run in _HEX.findall(data))
    for run in _BASE64.findall(data):
        plain = run.translate(bytes.maketrans(b"-_", b"+/"))
        yield from (based(plain[start:]) for start in range(4))


def based(run: bytes) -> bytes:
    whole = run[: len(run) // 4 * 4]
    rest = run[len(whole) :]
    try:
        return base64.b64decode(whole + (rest + b"==")[:4] if len(rest) > 1 else whole)
    except binascii.Error:
        return b""
