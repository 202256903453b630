"""Reads a bulletin back from its document or its JSON; what is read may be anybody's, and nothing of it is run or unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

from evidence import canonical
from evidence.bulletin.form import Bulletin
from evidence.bulletin.paper import EMBEDDED
from evidence.errors import BulletinError, CanonicalError, ShapeError

MOST_BYTES = 64 << 20
"""Of a file, or of one part of a document."""
_BODY = "word/document.xml"
_UNREADABLE = (OSError, ValueError, SyntaxError, KeyError, NotImplementedError, RecursionError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A bulletin as a file has it."""

    bulletin: Bulletin
    paragraphs: tuple[str, ...] | None
    """What a document shows, cells of tables among it; None for the JSON alone."""


def read(path: Path) -> Embedded:
    """Return the bulletin in a DOCX or JSON file; raises BulletinError where there is none."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BulletinError(f"{path.name}：文件超过{MOST_BYTES}字节，不读")
        if path.suffix.lower() == ".json":
            return Embedded(bulletin=_load(path.read_bytes().removesuffix(b"\n"), path.name), paragraphs=None)
        with zipfile.ZipFile(path) as packed:
            return Embedded(bulletin=_load(_data(packed, path.name), path.name), paragraphs=tuple(_shown(packed)))
    except _UNREADABLE as error:
        raise BulletinError(f"{path.name}：不能作为通报的 DOCX 或 JSON 读取（{type(error).__name__}）") from error


def paragraphs(packed: zipfile.ZipFile) -> tuple[str, ...]:
    """Return what the body of an opened document shows, paragraph by paragraph."""
    return tuple(_shown(packed))


def _load(data: bytes, name: str) -> Bulletin:
    try:
        return Bulletin.load(canonical.decode(data))
    except (CanonicalError, ShapeError) as error:
        raise BulletinError(f"{name}：所附数据不是通报（{error}）") from error


def _data(packed: zipfile.ZipFile, name: str) -> bytes:
    for member in packed.infolist():
        if member.filename.startswith("customXml/item") and member.filename.endswith(".xml"):
            root = parse_xml(_part(packed, member))
            if root.tag == f"{{{EMBEDDED}}}bulletin":
                return str(root.text or "").encode()
    raise BulletinError(f"{name}：文档里没有通报的数据（不是本程序写出的，或另存时丢失）；请改用同名的 JSON 文件")


def _shown(packed: zipfile.ZipFile) -> Iterator[str]:
    body = parse_xml(_part(packed, packed.getinfo(_BODY)))
    for paragraph in body.iter(qn("w:p")):
        yield "".join(text.text or "" for text in paragraph.iter(qn("w:t")))


def _part(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.file_size > MOST_BYTES:
        raise BulletinError(f"{member.filename}有{member.file_size}字节，不读")
    with packed.open(member) as stream:
        return stream.read(MOST_BYTES)
