"""The one form of zip that a bundle may have, so that no byte of it is without meaning.

Members stored, no directories, in a given order; flags 0, 1980-01-01 00:00:00, made by Unix, mode 0644; no extra
fields, no comments, no zip64; nothing before, between or behind. Who knows names, sizes, checksums and bytes of the
members can write every other byte of the file, and the verifier does.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from evidence.errors import FormError

MAX_MEMBERS = 65_534
MAX_NAME = 512
MAX_FILE = 0xFFFF_FFFE
"""Bytes of the whole file: what the format can say without zip64."""

CHUNK = 1 << 20
_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_DOS_DATE = 0x21
_MADE_BY_UNIX, _NEEDS = 3 << 8 | 20, 10
_MODE = 0o100644 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of the zip."""

    name: str
    size: int
    crc: int
    offset: int
    """Where its local header begins."""

    @property
    def data_offset(self) -> int:
        """Where its bytes begin."""
        return self.offset + _LOCAL.size + len(self.name)

    @property
    def end(self) -> int:
        """Where the next header begins."""
        return self.data_offset + self.size

    def local_header(self) -> bytes:
        """Return the only permitted local header."""
        sizes = self.crc, self.size, self.size, len(self.name)
        return _LOCAL.pack(0x04034B50, _NEEDS, 0, 0, 0, _DOS_DATE, *sizes, 0) + self.name.encode("ascii")

    def central_entry(self) -> bytes:
        """Return the only permitted entry of the central directory."""
        sizes = self.crc, self.size, self.size, len(self.name)
        head = (0x02014B50, _MADE_BY_UNIX, _NEEDS, 0, 0, 0, _DOS_DATE, *sizes, 0, 0, 0, 0, _MODE, self.offset)
        return _CENTRAL.pack(*head) + self.name.encode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a file says its members are; `faults` name where it is not in the permitted form."""

    members: tuple[Member, ...]
    faults: tuple[str, ...]


def write(out: BinaryIO, files: Iterable[tuple[str, Callable[[], BinaryIO]]]) -> None:
    """Write members (name, opener of its bytes) in their order; raises FormError above the limits of the form."""
    members = []
    for name, opener in files:
        offset = _within(out.tell())
        out.write(_place(name, 0, 0, offset).local_header())
        crc = size = 0
        with opener() as stream:
            while piece := stream.read(CHUNK):
                crc, size = zlib.crc32(piece, crc), size + len(piece)
                out.write(piece)
        _within(out.tell())
        members.append(_place(name, size, crc, offset))
        out.seek(offset)
        out.write(members[-1].local_header())
        out.seek(0, 2)
    if len(members) > MAX_MEMBERS:
        raise FormError(f"a bundle holds at most {MAX_MEMBERS} files, got {len(members)}; bundle fewer findings")
    start = out.tell()
    out.write(b"".join(member.central_entry() for member in members))
    out.write(_end_record(members, start, out.tell() - start))
    _within(out.tell())


def survey(stream: BinaryIO) -> Survey:
    """Return the members of a zip and every byte range that is not as `write` would write it.

    Reads the directory and the headers, not the members. Raises FormError where there is no directory to read.
    """
    size = stream.seek(0, 2)
    count, length, start = _read_end(stream, size)
    members = tuple(_read_directory(stream, count, length, start))
    if sum(member.end - member.offset for member in members) > start:
        raise FormError("压缩包内各文件互相重叠")
    return Survey(members=members, faults=tuple(_faults(stream, members, start, size)))


def pieces(stream: BinaryIO, member: Member) -> Iterator[bytes]:
    """Yield the bytes of a member in pieces; raises FormError where the file ends before them."""
    stream.seek(member.data_offset)
    left = member.size
    while left:
        piece = stream.read(min(CHUNK, left))
        if not piece:
            raise FormError(f"文件在 {member.name} 中间中断")
        left -= len(piece)
        yield piece


def _read_end(stream: BinaryIO, size: int) -> tuple[int, int, int]:
    if size < _END.size:
        raise FormError(f"不是压缩包：只有 {size} 字节")
    stream.seek(size - _END.size)
    magic, disk, first, here, count, length, start, comment = _END.unpack(stream.read(_END.size))
    if magic != 0x06054B50 or comment or disk or first or here != count:
        raise FormError("不是规定格式的压缩包：末尾 22 字节不是结束记录")
    if start + length + _END.size != size or count > MAX_MEMBERS:
        raise FormError("不是规定格式的压缩包：结束记录所指的目录位置不对")
    return count, length, start


def _read_directory(stream: BinaryIO, count: int, length: int, start: int) -> Iterator[Member]:
    stream.seek(start)
    for n in range(count):
        head = stream.read(_CENTRAL.size)
        if len(head) < _CENTRAL.size or stream.tell() > start + length:
            raise FormError(f"压缩包目录在第 {n} 项之前中断")
        fields = _CENTRAL.unpack(head)
        crc, _packed, size, name_length, offset = fields[7], fields[8], fields[9], fields[10], fields[16]
        name = stream.read(min(name_length, MAX_NAME + 1))
        if fields[0] != 0x02014B50 or not 0 < len(name) <= MAX_NAME or not name.isascii():
            raise FormError(f"压缩包目录第 {n} 项不是规定的写法")
        yield _place(name.decode("ascii"), size, crc, offset)
    if stream.tell() != start + length:
        raise FormError("压缩包目录中有多余内容")


def _faults(stream: BinaryIO, members: tuple[Member, ...], start: int, size: int) -> Iterator[str]:
    expected = 0
    for member in members:
        stream.seek(member.offset)
        if member.offset != expected:
            yield f"{member.name} 应从第 {expected} 字节开始，实为 {member.offset}"
        if stream.read(_LOCAL.size + len(member.name)) != member.local_header():
            yield f"{member.name} 的文件头不是规定的写法"
        expected = member.end
    if expected != start:
        yield f"压缩包目录应从第 {expected} 字节开始，实为 {start}"
    stream.seek(start)
    for member in members:
        entry = member.central_entry()
        if stream.read(len(entry)) != entry:
            yield f"压缩包目录中 {member.name} 一项不是规定的写法"
    if stream.read() != _end_record(members, start, size - start - _END.size):
        yield "压缩包的结束记录不是规定的写法"


def _end_record(members: tuple[Member, ...] | list[Member], start: int, length: int) -> bytes:
    return _END.pack(0x06054B50, 0, 0, len(members), len(members), length, start, 0)


def _place(name: str, size: int, crc: int, offset: int) -> Member:
    return Member(name=name, size=size, crc=crc, offset=offset)


def _within(position: int) -> int:
    if position > MAX_FILE:
        raise FormError(f"a bundle is at most {MAX_FILE} bytes; bundle fewer findings")
    return position
