"""The searcher of the canary tests finds a secret in each disguise; otherwise their silence would prove nothing."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.canaries import found_in, found_under

SECRET = "CANARY&pass/9d2b"


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", data)
    return out.getvalue()


def named() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(f"{quote(SECRET, safe='')}.txt", b"")
    return out.getvalue()


def png(*, packed: bool) -> bytes:
    out, info = io.BytesIO(), PngInfo()
    info.add_text("Comment", SECRET, zip=packed)
    Image.new("RGB", (2, 2)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


DISGUISES = {
    "plain": SECRET.encode(),
    "utf-16-le": b"\xff\xfe" + SECRET.encode("utf-16-le"),
    "utf-16-be": SECRET.encode("utf-16-be"),
    "url": quote(SECRET, safe="").encode(),
    "url twice": quote(quote(SECRET, safe=""), safe="").encode(),
    "html": html.escape(SECRET).encode(),
    "html numbers": "".join(f"&#{ord(c)};" for c in SECRET).encode(),
    "json": json.dumps({"a": SECRET}).replace("/", "\\/").replace("&", "\\u0026").encode(),
    "json in json": json.dumps(json.dumps({"a": SECRET.replace("&", "\\u0026")})).encode(),
    "hex": SECRET.encode().hex().encode(),
    "base64": base64.b64encode(b"Authorization: x:" + SECRET.encode()),
    "base64 after letters": b"token=abc" + base64.b64encode(SECRET.encode()),
    "base64 for addresses": base64.urlsafe_b64encode(b"??" + SECRET.encode()).rstrip(b"="),
    "base64 of utf-16": base64.b64encode(SECRET.encode("utf-16-le")),
    "gzip": gzip.compress(b"x" * 100 + SECRET.encode()),
    "gzip, two members": gzip.compress(b"first") + gzip.compress(SECRET.encode()),
    "zlib": zlib.compress(SECRET.encode()),
    "zip": zipped(SECRET.encode()),
    "name in a zip": named(),
    "gzip in a zip": zipped(gzip.compress(SECRET.encode())),
    "base64 of gzip in json": json.dumps({"d": base64.b64encode(gzip.compress(SECRET.encode())).decode()}).encode(),
    "png text": png(packed=False),
    "png packed text": png(packed=True),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("around", [b"", b"\x00before "])
def test_a_planted_secret_is_found(disguise: str, around: bytes) -> None:
    packed = DISGUISES[disguise][:1] in (b"\x1f", b"\x78", b"P", b"\x89")
    data = DISGUISES[disguise] if packed else around + DISGUISES[disguise] + around
    assert found_in(data, ("elsewhere-1", SECRET)) == {SECRET}


def test_nothing_is_found_where_nothing_was_planted() -> None:
    data = b"".join(form.replace(b"9d2b", b"0000") for form in (SECRET.encode(), quote(SECRET).encode()))
    assert found_in(data + struct.pack(">I", 7), (SECRET,)) == set()


def test_files_and_names_of_files_are_searched(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.bin").write_bytes(gzip.compress(SECRET.encode()))
    (tmp_path / f"{quote(SECRET, safe='')}.txt").write_text("")
    assert {path.suffix for _, path in found_under(tmp_path, (SECRET,))} == {".bin", ".txt"}
