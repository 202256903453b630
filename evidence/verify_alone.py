"""核对证据包：python verify.py BUNDLE.zip [--trust CERT.pem] [--strict] [--json]

只用 Python（3.8 以上）自带的库和 openssl 命令，不联网，不解包，不运行包内任何内容。退出码：0 成立，3 不成立，2 用法有误。

The second verifier: written from FORMAT.md, one file, nothing but the standard library (Python 3.8 or later) and the
`openssl` command. It shares no code with `quzheng verify`, asks the same named checks and must answer the same. A bundle
is hostile until it holds: members are streamed, documents have a limit, and what cannot be read is a failed check.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Callable, Iterable, Iterator, NamedTuple

FORMAT = 1
MAX_DOCUMENT, MAX_LARGE, MAX_SMALL, MAX_TOKEN, MAX_NOTE = 16 << 20, 32 << 20, 64 << 10, 128 << 10, 16 << 10
"""Bytes of a document; of the manifest and the list of files; of certificate and signature; of the time-stamp; of the
checkpoint."""
MAX_DEPTH, MAX_INTEGER, MAX_KEY, MAX_MEMBERS, MAX_NAME = 64, 2**53 - 1, 1000, 65534, 512
PIECE = 1 << 20
OPENSSL_SECONDS = 60
CLOCKS_DIFFER = timedelta(minutes=1)
SHOWN = 3
"""Faults of one check that are told; the rest are counted."""

TAGS = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt")
LIST, TAG_LIST = TAGS[2], TAGS[3]
SEAL_LIST, SIGNER, SIGNATURE = "seal/seal-sha256.txt", "seal/signer.pem", "seal/tagmanifest-sha256.txt.p7s"
TOKEN = SIGNATURE + ".tsr"
SM2_SIGNER, SM2_SIGNATURE = "seal/sm2-signer.pem", "seal/tagmanifest-sha256.txt.sm2"
MANIFEST, CHECKPOINT = "data/manifest.json", "data/ledger/checkpoint"
ANCHOR, ANCHOR_PROOF = "data/ledger/anchor", "data/ledger/anchor.json"
ANSWER, ANSWER_LETTER = "data/answer.json", "data/answer-zh.txt"

ROLES = {
    "data/manifest.json": "manifest",
    "data/custody.json": "custody",
    "data/verify-zh.txt": "instructions",
    "data/objection-zh.txt": "instructions",
    "data/first-sheet-zh.html": "instructions",
    "data/answer.json": "answer",
    "data/answer-zh.txt": "answer",
    "data/verify.py": "verifier",
    "data/verify.html": "verifier",
    "data/ledger/checkpoint": "checkpoint",
    "data/ledger/anchor": "anchor",
    "data/ledger/anchor.json": "anchor",
    "data/ledger/proofs/": "proof",
    "data/ledger/chains/": "chains",
    "data/records/": "record",
    "data/headers/": "header",
    "data/plans/": "plan",
    "data/losses/": "loss",
    "data/cases/": "case",
    "data/findings/": "finding",
    "data/facts/": "facts",
    "data/artifacts/": "artifact",
    "data/masked/": "masked",
    "data/readings/": "reading",
    "data/grounds/": "grounds",
    "data/series/": "series",
    "data/warc/": "warc",
    "data/report/": "report",
    "data/sources/": "source",
}


class Refused(Exception):
    """Something cannot be read as what it should be; says what and why, in Chinese."""


class Answer(NamedTuple):
    """True, false, or could not be asked (None), and why."""

    passed: bool | None
    detail: str


# ---- forms (FORMAT.md, sections 5, 6, 9 and 11): what the documents look like ----


class Shape:
    """What a JSON value has to be."""

    def __init__(self, kind: str, *inner: Any) -> None:
        self.kind, self.inner = kind, inner

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shape) and (self.kind, self.inner) == (other.kind, other.inner)

    __hash__ = None  # type: ignore[assignment]

    def demand(self, value: Any, where: str) -> None:
        """Raise Refused where `value` is not of this shape."""
        if not getattr(self, "_" + self.kind)(value, where):
            raise Refused("{}：不符合规定的写法".format(where or "文件"))

    def _any(self, value: Any, where: str) -> bool:
        return True

    def _text(self, value: Any, where: str) -> bool:
        return isinstance(value, str)

    def _whole(self, value: Any, where: str) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def _truth(self, value: Any, where: str) -> bool:
        return isinstance(value, bool)

    def _digest(self, value: Any, where: str) -> bool:
        return is_sha256(value)

    def _instant(self, value: Any, where: str) -> bool:
        return isinstance(value, str) and moment(value) is not None

    def _day(self, value: Any, where: str) -> bool:
        return isinstance(value, str) and is_day(value)

    def _one(self, value: Any, where: str) -> bool:
        return isinstance(value, str) and value in self.inner

    def _maybe(self, value: Any, where: str) -> bool:
        if value is not None:
            self.inner[0].demand(value, where)
        return True

    def _many(self, value: Any, where: str) -> bool:
        if not isinstance(value, list):
            return False
        for n, one in enumerate(value):
            self.inner[0].demand(one, f"{where}.{n}")
        return True

    def _some(self, value: Any, where: str) -> bool:
        if not isinstance(value, list) or len(value) != len(self.inner):
            return False
        for n, shape in enumerate(self.inner):
            shape.demand(value[n], f"{where}.{n}")
        return True

    def _map(self, value: Any, where: str) -> bool:
        if not isinstance(value, dict):
            return False
        for key, one in value.items():
            self.inner[0].demand(one, f"{where}.{key}")
        return True

    def _object(self, value: Any, where: str) -> bool:
        fields = self.inner[0]
        if not isinstance(value, dict) or not set(value) <= set(fields):
            return False
        for key, shape in fields.items():
            added = shape.kind == "added"
            if key not in value and not added:
                return False
            if key in value:
                if added and value[key] == shape.inner[1]:
                    return False  # what has its default is left out, so that there is one way to write it
                (shape.inner[0] if added else shape).demand(value[key], f"{where}.{key}")
        return True


TEXT, WHOLE, TRUTH, INSTANT, DAY, ANY = (Shape(k) for k in ("text", "whole", "truth", "instant", "day", "any"))


def maybe(shape: Shape) -> Shape:
    """Return the shape of a value that may be null."""
    return Shape("maybe", shape)


def many(shape: Shape) -> Shape:
    """Return the shape of a list."""
    return Shape("many", shape)


def one(*choices: str) -> Shape:
    """Return the shape of one of some words."""
    return Shape("one", *choices)


def added(shape: Shape, default: Any) -> Shape:
    """Return the shape of a field that is left out where it has its default."""
    return Shape("added", shape, default)


def object_of(**fields: Shape) -> Shape:
    """Return the shape of an object; a trailing underscore of a name is not part of the key."""
    return Shape("object", {name[:-1] if name.endswith("_") else name: shape for name, shape in fields.items()})


BOX = Shape("some", WHOLE, WHOLE, WHOLE, WHOLE)
TARGET = object_of(id=TEXT, name=TEXT, kind=TEXT, site_code=maybe(TEXT), unit=maybe(TEXT), url=TEXT)
PURPOSE = one("scheduled", "second_look", "recheck", "manual", "human", "demonstration")
CHECK = object_of(name=TEXT, scope=one("document", "main", "page"), passed=maybe(TRUTH), detail=TEXT)
ARTIFACT = object_of(
    role=one("tile", "region", "dom", "layout", "body", "download", "certificate", "log", "human"),
    n=WHOLE,
    frame=WHOLE,
    url=maybe(TEXT),
    box=maybe(BOX),
    taken=INSTANT,
    media_type=TEXT,
    size=WHOLE,
    sha256=TEXT,
    sm3=TEXT,
)
COLUMN = object_of(name=TEXT, class_=maybe(TEXT), level=maybe(WHOLE), duty=maybe(TRUTH), ledger=maybe(TEXT))
FLOW = object_of(
    name=TEXT,
    sha256=TEXT,
    verified=maybe(DAY),
    scripted=added(TRUTH, False),
    private=added(maybe(many(TEXT)), None),
    helpers=added(many(TEXT), []),
)
CAPTURE = object_of(
    key=TEXT,
    purpose=PURPOSE,
    target=TARGET,
    label=TEXT,
    column=maybe(COLUMN),
    started=INSTANT,
    ended=INSTANT,
    clock=object_of(source=one("system", "simulated"), offset_ms=maybe(WHOLE)),
    vantage=object_of(egress=TEXT, address=maybe(TEXT), resolver=maybe(TEXT)),
    requested_url=TEXT,
    final_url=maybe(TEXT),
    redirects=many(TEXT),
    outcome=one(
        "captured",
        "unreachable",
        "http_error",
        "challenge",
        "blocked",
        "login_lost",
        "interstitial",
        "timeout",
        "crashed",
        "tls_unsupported_here",
        "flow_failed",
        "skipped",
    ),
    reason=maybe(TEXT),
    fault=one("theirs", "ours", "unknown"),
    coverage=one("complete", "partial"),
    checks=many(CHECK),
    moving=many(BOX),
    artifacts=many(ARTIFACT),
    exchanges=TEXT,
    times=TEXT,
    environment=TEXT,
    cleanliness=maybe(TEXT),
    flow=FLOW,
    redactions=many(object_of(kind=TEXT, where=TEXT, length=WHOLE)),
)
FINDING = object_of(
    id=TEXT,
    indicator=TEXT,
    clause=TEXT,
    scope=one("column", "site", "account"),
    target=TEXT,
    label=maybe(TEXT),
    at=INSTANT,
    as_of=maybe(INSTANT),
    state=one("hit", "clear", "undecided"),
    message=TEXT,
    numbers=Shape("map", ANY),
    missing=many(TEXT),
    for_the_unit=many(TEXT),
    against=many(TEXT),
    exhibits=many(TEXT),
    readings=many(TEXT),
    rules=TEXT,
    indicator_sha256=TEXT,
    reviewers=WHOLE,
    second_look=one("agrees", "disagrees", "missing", "not needed"),
    ledger=added(maybe(TEXT), None),
    effect=added(one("veto", "points", "notice", "proposal"), "veto"),
)
HEADING = object_of(
    id=TEXT,
    indicator=TEXT,
    clause=TEXT,
    target=TEXT,
    label=maybe(TEXT),
    state=one("hit", "clear", "undecided"),
    at=INSTANT,
)
FILE = object_of(path=TEXT, role=one(*sorted(set(ROLES.values()))), media_type=TEXT, size=WHOLE, sha256=TEXT, sm3=TEXT)
PROOF = object_of(path=many(TEXT))
LEAF = object_of(index=WHOLE, kind=TEXT, key=TEXT, digest=TEXT)
INCLUSION = object_of(leaf=LEAF, size=WHOLE, proof=PROOF)
FORMS = {
    "manifest/1": object_of(
        format=WHOLE,
        bundle=TEXT,
        demonstration=TRUTH,
        subject=object_of(unit=maybe(TEXT), targets=many(TARGET)),
        findings=many(HEADING),
        by=maybe(TEXT),
        tool=object_of(name=TEXT, version=TEXT),
        files=many(FILE),
        withheld=added(many(object_of(sha256=TEXT, copy=maybe(TEXT))), []),
        series=added(many(object_of(target=TEXT, label=TEXT, since=maybe(INSTANT))), []),
        purged=added(many(object_of(record=TEXT, event=TEXT)), []),
        sm2=added(maybe(TEXT), None),
    ),
    "record/1": Shape("object", dict(CAPTURE.inner[0], previous=maybe(Shape("digest")))),
    "finding/1": FINDING,
    "plan/1": object_of(run=TEXT, target=TEXT, labels=many(TEXT), at=INSTANT, purpose=PURPOSE, previous=maybe(TEXT)),
    "loss/1": object_of(run=TEXT, target=TEXT, label=TEXT, at=INSTANT, reason=TEXT),
    "case/1": object_of(
        finding=TEXT,
        said=TEXT,
        target=TEXT,
        indicator=TEXT,
        at=INSTANT,
        label=maybe(TEXT),
        n=WHOLE,
        step=one(
            "warned",
            "notified",
            "answered",
            "silent",
            "confirmed",
            "withdrawn",
            "published",
            "contested",
            "upheld",
            "changed",
            "overturned",
            "rectified",
            "overdue",
            "rechecked",
        ),
        by=TEXT,
        when=INSTANT,
        reason=TEXT,
        records=many(TEXT),
        due=maybe(DAY),
        previous=maybe(TEXT),
        second=added(TEXT, ""),
        papers=added(many(TEXT), []),
    ),
    "answer/1": object_of(
        number=TEXT,
        finding=TEXT,
        cites=object_of(bundle=TEXT, manifest=TEXT),
        contested=Shape("map", ANY),
        ruling=Shape("map", ANY),
        sheet=Shape("map", ANY),
    ),
    "inclusion/1": INCLUSION,
    "consistency/1": object_of(old=WHOLE, new=WHOLE, proof=PROOF),
    "chains/1": object_of(
        of=TEXT,
        chains=many(object_of(kind=one("record", "plan", "case", "cleanliness"), label=TEXT, head=TEXT)),
        proof=PROOF,
        leaf=INCLUSION,
    ),
    "series/1": object_of(target=TEXT, label=TEXT, rows=many(Shape("map", ANY))),
}
ROW = object_of(
    record=TEXT,
    key=TEXT,
    started=INSTANT,
    ended=INSTANT,
    outcome=TEXT,
    reason=maybe(TEXT),
    fault=TEXT,
    coverage=TEXT,
    purpose=TEXT,
)
"""What a row of a series must agree in with its record; it may hold more."""

KINDS = (
    "record", "finding", "case", "columns", "bundle", "checkpoint-export", "purge", "plan", "loss", "heads", "chains",
    "cleanliness", "period", "access",
)  # fmt: skip
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}\+00:00")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BUNDLE = re.compile(r"quzheng-[0-9a-f]{12}")


def moment(text: str) -> datetime | None:
    """Return the instant of a text; None where it is not one in the one form: UTC with milliseconds.

    So instants can be compared as texts.
    """
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(
            microsecond=int(text[20:23]) * 1000, tzinfo=timezone.utc
        )
    except ValueError:
        return None


def is_day(text: str) -> bool:
    """Tell whether a text is a day in the one form."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_sha256(text: Any) -> bool:
    """Tell whether something is 64 lower-case hexadecimal digits."""
    return isinstance(text, str) and _SHA256.fullmatch(text) is not None


def of_form(value: Any, schema: str) -> dict[str, Any]:
    """Return a document without its `schema`; raises Refused where it is not one of that schema."""
    if not isinstance(value, dict) or value.get("schema") != schema:
        raise Refused(f"应为 {schema}")
    body = {key: inner for key, inner in value.items() if key != "schema"}
    FORMS[schema].demand(body, "")
    return body


# ---- canonical JSON (section 1) ----


def canonical(value: Any) -> bytes:
    """Return the canonical bytes of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def parsed(data: bytes) -> Any:
    """Return the value whose canonical bytes are `data`; raises Refused for any other bytes."""
    try:
        value = json.loads(data.decode("utf-8"), parse_int=_integer, parse_float=_no_float, parse_constant=_no_float)
        _demand_plain(value)
        same = canonical(value) == data
    except (ValueError, RecursionError) as error:
        raise Refused(f"不是规定写法的 JSON（{error}）") from error
    if not same:
        raise Refused("不是规定写法的 JSON（键的顺序、空白、重复的键或转义）")
    return value


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise ValueError("整数过大")
    return int(text)


def _no_float(text: str) -> Any:
    raise ValueError("不得有小数")


def _demand_plain(value: Any) -> None:
    """Raise ValueError for keys that are not ASCII and for values nested too deep; without recursion."""
    level, depth = [value], 0
    while level:
        if depth > MAX_DEPTH:
            raise ValueError("嵌套过深")
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                if not all(key.isascii() for key in each):
                    raise ValueError("键应为 ASCII")
                below.extend(each.values())
            elif isinstance(each, list):
                below.extend(each)
        level, depth = below, depth + 1


def sha256(data: bytes) -> str:
    """Return the SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


# ---- SM3 (GB/T 32905), for Pythons whose OpenSSL lacks it ----


class Sm3:
    """SM3 as hashlib would give it; slow, and only used where hashlib has none."""

    _CONSTANTS = [
        ((0x79CC4519 if n < 16 else 0x7A879D8A) << n % 32 | (0x79CC4519 if n < 16 else 0x7A879D8A) >> (32 - n % 32))
        & 0xFFFFFFFF
        for n in range(64)
    ]

    def __init__(self) -> None:
        self._state: tuple[int, ...] = (
            0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
        )  # fmt: skip
        self._rest, self._length = b"", 0

    def update(self, data: bytes) -> None:
        """Take in more bytes."""
        self._length += len(data)
        data = self._rest + data
        whole = len(data) - len(data) % 64
        for at in range(0, whole, 64):
            self._state = self._compressed(self._state, data[at : at + 64])
        self._rest = data[whole:]

    def hexdigest(self) -> str:
        """Return the digest of all bytes taken in."""
        padding = b"\x80" + bytes((55 - self._length) % 64) + struct.pack(">Q", self._length * 8)
        state, data = self._state, self._rest + padding
        for at in range(0, len(data), 64):
            state = self._compressed(state, data[at : at + 64])
        return "".join(f"{word:08x}" for word in state)

    @classmethod
    def _compressed(cls, state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
        mask = 0xFFFFFFFF
        words = list(struct.unpack(">16I", block))
        for n in range(16, 68):
            third, last = words[n - 3], words[n - 13]
            mixed = words[n - 16] ^ words[n - 9] ^ ((third << 15 | third >> 17) & mask)
            mixed ^= (mixed << 15 | mixed >> 17) & mask ^ (mixed << 23 | mixed >> 9) & mask
            words.append(mixed ^ ((last << 7 | last >> 25) & mask) ^ words[n - 6])
        a, b, c, d, e, f, g, h = state
        for n in range(64):
            turned = (a << 12 | a >> 20) & mask
            first = (turned + e + cls._CONSTANTS[n]) & mask
            first = (first << 7 | first >> 25) & mask
            if n < 16:
                left, right = a ^ b ^ c, e ^ f ^ g
            else:
                left, right = a & b | a & c | b & c, e & f | ~e & g
            one_ = (left + d + (first ^ turned) + (words[n] ^ words[n + 4])) & mask
            two = (right + h + first + words[n]) & mask
            d, c, b, a = c, (b << 9 | b >> 23) & mask, a, one_
            h, g, f = g, (f << 19 | f >> 13) & mask, e
            e = two ^ (two << 9 | two >> 23) & mask ^ (two << 17 | two >> 15) & mask
        return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h)))


def sm3() -> Any:
    """Return a new SM3."""
    try:
        return hashlib.new("sm3")
    except ValueError:
        return Sm3()


# ---- the zip (section 2) ----


class Member(NamedTuple):
    """One file of the zip, as the directory has it."""

    name: bytes
    size: int
    crc: int
    offset: int

    @property
    def begin(self) -> int:
        """Where its bytes begin."""
        return self.offset + 30 + len(self.name)

    @property
    def end(self) -> int:
        """Where the next header begins."""
        return self.begin + self.size

    def local_header(self) -> bytes:
        """Return the permitted local header."""
        return b"PK\3\4" + self._common() + self.name

    def entry(self) -> bytes:
        """Return the permitted entry of the directory."""
        tail = struct.pack("<HHHII", 0, 0, 0, 0x81A40000, self.offset)
        return b"PK\1\2" + struct.pack("<H", 0x0314) + self._common() + tail + self.name

    def _common(self) -> bytes:
        head = struct.pack("<HHHHH", 10, 0, 0, 0, 0x21)
        return head + struct.pack("<IIIHH", self.crc, self.size, self.size, len(self.name), 0)


class Measured(NamedTuple):
    """What the bytes of a member are."""

    size: int
    crc: int
    sha256: str
    sm3: str


class Bundle:
    """An open bundle; raises Refused where the file is no zip at all."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._size = stream.seek(0, 2)
        self._all = self._directory()
        self.order = [member.name.decode("ascii") for member in self._all]
        self.top = self.order[0].split("/", 1)[0] if self.order else ""
        self.members: dict[str, Member] = {}
        for name, member in zip(self.order, self._all):
            self.members[name[len(self.top) + 1 :] if name.startswith(self.top + "/") else name] = member

    def _directory(self) -> list[Member]:
        if self._size < 22:
            raise Refused(f"不是压缩包：只有 {self._size} 字节")
        self._stream.seek(self._size - 22)
        end = self._stream.read(22)
        disk, first, here, count, length, start, comment = struct.unpack("<HHHHIIH", end[4:])
        if end[:4] != b"PK\5\6" or disk or first or comment or here != count or count > MAX_MEMBERS:
            raise Refused("末尾 22 字节不是规定的结束记录")
        if start + length + 22 != self._size:
            raise Refused("结束记录所指的目录位置不对")
        self._start = start
        self._stream.seek(start)
        directory, members = self._stream.read(length), []
        at = 0
        for n in range(count):
            head = directory[at : at + 46]
            if len(head) < 46 or head[:4] != b"PK\1\2":
                raise Refused(f"压缩包目录第 {n} 项不是规定的写法")
            crc, _, size, name_length = struct.unpack("<IIIH", head[16:30])
            name = directory[at + 46 : at + 46 + name_length]
            if not 0 < name_length <= MAX_NAME or len(name) != name_length or not name.isascii():
                raise Refused(f"压缩包目录第 {n} 项的名称不是规定的写法")
            members.append(Member(name, size, crc, struct.unpack("<I", head[42:46])[0]))
            at += 46 + name_length
        if at != length:
            raise Refused("压缩包目录中有多余内容")
        if sum(member.end - member.offset for member in members) > start:
            raise Refused("压缩包内各文件互相重叠")
        return members

    def form_faults(self) -> Iterator[str]:
        """Yield what in the zip is not as section 2 has it."""
        expected = 0
        for member, name in zip(self._all, self.order):
            if member.offset != expected:
                yield f"{name} 应从第 {expected} 字节开始"
            self._stream.seek(member.offset)
            if self._stream.read(30 + len(member.name)) != member.local_header():
                yield f"{name} 的文件头不是规定的写法"
            expected = member.end
        if expected != self._start:
            yield f"压缩包目录应从第 {expected} 字节开始"
        self._stream.seek(self._start)
        for member, name in zip(self._all, self.order):
            entry = member.entry()
            if self._stream.read(len(entry)) != entry:
                yield f"压缩包目录中 {name} 一项不是规定的写法"
        for path, member in self.members.items():
            measured = self.measured.get(path)
            if measured is None or measured.crc != member.crc:
                yield f"{path} 不完整，或校验和不符"

    @cached_property
    def measured(self) -> dict[str, Measured]:
        """What the bytes of each member are; one that is cut short is left out."""
        found = {}
        for path, member in self.members.items():
            hashed, second, crc = hashlib.sha256(), sm3(), 0
            try:
                for piece in self._pieces(member):
                    hashed.update(piece)
                    second.update(piece)
                    crc = zlib.crc32(piece, crc)
            except Refused:
                continue  # that it is missing is what the checks tell
            found[path] = Measured(member.size, crc, hashed.hexdigest(), second.hexdigest())
        return found

    def _pieces(self, member: Member) -> Iterator[bytes]:
        self._stream.seek(member.begin)
        left = member.size
        while left:
            piece = self._stream.read(min(PIECE, left))
            if not piece:
                raise Refused("{} 不完整".format(member.name.decode("ascii")))
            left -= len(piece)
            yield piece

    def has(self, path: str) -> bool:
        """Tell whether there is a member."""
        return path in self.members

    def read(self, path: str, limit: int = MAX_DOCUMENT) -> bytes:
        """Return the bytes of a member; raises Refused where it is missing or longer than `limit`."""
        member = self.members.get(path)
        if member is None:
            raise Refused(f"缺少文件 {path}")
        if member.size > limit:
            raise Refused(f"{path} 有 {member.size} 字节，超过上限 {limit}")
        return b"".join(self._pieces(member))

    def form(self, path: str, schema: str, limit: int = MAX_DOCUMENT) -> dict[str, Any]:
        """Return a document of a schema, without `schema`; raises Refused where it does not have its shape."""
        try:
            return of_form(parsed(self.read(path, limit)), schema)
        except Refused as error:
            raise Refused(f"{path}：{error}") from error

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """data/manifest.json; raises Refused."""
        return self.form(MANIFEST, "manifest/1", MAX_LARGE)

    @cached_property
    def listed(self) -> dict[str, str]:
        """The digests by path of manifest-sha256.txt; raises Refused."""
        return listing(self.read(LIST, MAX_LARGE))

    def of_role(self, role: str) -> list[str]:
        """Return the paths of the files of a role, as the manifest has them; raises Refused."""
        return [entry["path"] for entry in self.manifest["files"] if entry["role"] == role]

    def forms(self, role: str, schema: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the documents of a role by the name of their files, one at a time; raises Refused."""
        for path in self.of_role(role):
            yield _stem(path), self.form(path, schema)

    def digest_of(self, schema: str, body: dict[str, Any]) -> str:
        """Return the SHA-256 of the canonical bytes of a document that `form` gave."""
        return sha256(canonical(dict(body, schema=schema)))


def _stem(path: str) -> str:
    """Return the name of a file without its extension."""
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


# ---- the bag (section 4) ----

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)


def is_path(path: str) -> bool:
    """Tell whether a file of a bag may have this path (section 3)."""
    parts = path.split("/")
    whole = len(path) <= 200 and all(_PART.fullmatch(part) and not part.endswith(".") for part in parts)
    return whole and not any(_DEVICE.match(part) for part in parts)


def listing(data: bytes) -> dict[str, str]:
    """Return the digests by path of a list in the one permitted form; raises Refused for any other."""
    try:
        lines = data.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Refused("清单应为 ASCII 文本") from error
    found = {}
    for line in lines[:-1]:
        match = _LINE.fullmatch(line)
        if not match or not is_path(match.group(2)):
            raise Refused("清单中有一行不是摘要、两个空格和路径")
        found[match.group(2)] = match.group(1)
    if list_of(found) != data:
        raise Refused("清单应每个路径一行，按路径排序，以换行结束")
    return found


def list_of(digests: dict[str, str]) -> bytes:
    """Return the list of some digests by path."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode("ascii")


# ---- DER, as far as certificates and time-stamps need it ----


class Der(NamedTuple):
    """One element: its tag, its contents, and all its bytes."""

    tag: int
    body: bytes
    raw: bytes

    def inside(self) -> list[Der]:
        """Return the elements inside it; raises Refused."""
        found, at = [], 0
        while at < len(self.body):
            found.append(_element(self.body, at))
            at += len(found[-1].raw)
        return found

    def demand(self, tag: int) -> Der:
        """Return itself; raises Refused where it has another tag."""
        if self.tag != tag:
            raise Refused("不是 DER：类型不符")
        return self

    def of(self, tag: int) -> list[Der]:
        """Return the elements inside it; raises Refused where it has another tag."""
        return self.demand(tag).inside()


def der(data: bytes) -> Der:
    """Return the one element that `data` is; raises Refused."""
    element = _element(data, 0)
    if len(element.raw) != len(data):
        raise Refused("不是 DER：长度不符")
    return element


def _element(data: bytes, at: int) -> Der:
    """Return the element at a place: a tag of one byte, a definite length in its shortest form; raises Refused."""
    head = data[at : at + 6]
    if len(head) < 2 or head[0] & 31 == 31:
        raise Refused("不是 DER")
    length, begin = head[1], 2
    if length & 128:
        begin += length & 127
        written = head[2:begin]
        length = int.from_bytes(written, "big")
        if not 3 <= begin <= len(head) or written[0] == 0 or length < 128:
            raise Refused("不是 DER：长度不是最短的写法")
    if at + begin + length > len(data):
        raise Refused("不是 DER：内容不完整")
    return Der(head[0], data[at + begin : at + begin + length], data[at : at + begin + length])


_STRINGS = {12: "utf-8", 19: "ascii", 20: "latin-1", 22: "ascii", 26: "ascii", 28: "utf-32-be", 30: "utf-16-be"}
INTEGER, OCTETS, IDENTIFIER, GENERAL_TIME, SEQUENCE, EXPLICIT = 2, 4, 6, 0x18, 0x30, 0xA0
CN, EKU, CONSTRAINTS = b"\x55\x04\x03", b"\x55\x1d\x25", b"\x55\x1d\x13"
TIME_STAMPING = b"\x2b\x06\x01\x05\x05\x07\x03\x08"
EC, RSA = b"\x2a\x86\x48\xce\x3d\x02\x01", b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
SIGNED_DATA, TST_INFO = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04"
KEY_USAGE, SM2_CURVE = b"\x55\x1d\x0f", b"\x2a\x81\x1c\xcf\x55\x01\x82\x2d"
SHA_256 = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01"


class Certificate:
    """What a verifier must know of a certificate; raises Refused where it is none."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        parts = der(raw).inside()[0].inside()
        if parts[0].tag == 0xA0:
            if der(parts[0].body).body not in (b"\0", b"\1", b"\2"):
                raise Refused("证书的版本不是规定的")
            parts = parts[1:]
        validity, self.subject, key = parts[3], parts[4], parts[5]
        self.key = key.raw
        kinds = key.inside()[0].inside()
        self.key_kind = kinds[0].body
        self.is_sm2 = [(one.tag, one.body) for one in kinds] == [(IDENTIFIER, EC), (IDENTIFIER, SM2_CURVE)]
        self.begins, self.ends = (_time(one) for one in validity.inside())
        self._extensions = [e.inside() for part in parts[6:] if part.tag == 0xA3 for e in part.inside()[0].inside()]
        names = [pair for relative in self.subject.inside() for pair in [relative, *relative.inside()]]
        shapes = [[one.tag for one in extension] for extension in self._extensions]
        if {one.tag for one in names} - {0x30, 0x31} or any(s not in ([6, 4], [6, 1, 4]) for s in shapes):
            raise Refused("不是证书")

    @classmethod
    def of_pem(cls, pem: bytes) -> Certificate:
        """Return the one certificate of a PEM file in the one permitted form; raises Refused."""
        found = cls(pem_blocks(pem)[0])
        if pem != as_pem(found.raw):
            raise Refused("应为一张 PEM 证书，每行 64 个字符，无其他内容")
        return found

    @property
    def fingerprint(self) -> str:
        """The SHA-256 fingerprint as people compare it."""
        return ":".join(f"{byte:02X}" for byte in hashlib.sha256(self.raw).digest())

    @property
    def note_name(self) -> str:
        """The name its key signs notes by."""
        for relative in self.subject.inside():
            for pair in relative.inside():
                kind, value = pair.inside()
                if kind.body == CN:
                    name = value.body.decode(_STRINGS.get(value.tag, "utf-8"))
                    return re.sub(r"[\s+]+", "-", name.strip())
        return "unnamed"

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand for its key in notes."""
        return hashlib.sha256(self.note_name.encode("utf-8") + b"\n\xff" + self.key).digest()[:4]

    @property
    def only_stamps_time(self) -> bool:
        """Whether it may be used for nothing but time-stamps, and says so in a critical extension."""
        uses = [e for e in self._extensions if e[0].body == EKU]
        if len(uses) != 1 or len(uses[0]) != 3 or uses[0][1].body != b"\xff":
            return False
        return [use.body for use in der(uses[0][2].body).inside()] == [TIME_STAMPING]

    @property
    def may_sign(self) -> bool:
        """Whether its key may sign: a use is given, it must be digital signature (bit 0) or non-repudiation (bit 1)."""
        uses = [der(e[-1].body) for e in self._extensions if e[0].body == KEY_USAGE]
        if len(uses) != 1:
            return not uses
        return uses[0].tag == 3 and len(uses[0].body) > 1 and bool(uses[0].body[1] & 0xC0)

    @property
    def may_be_authority(self) -> bool:
        """Whether it stamps times, or may issue certificates that do."""
        limits = [der(e[-1].body).inside() for e in self._extensions if e[0].body == CONSTRAINTS]
        issues = len(limits) == 1 and any((one.tag, one.body) == (1, b"\xff") for one in limits[0])
        return issues or self.only_stamps_time


def _time(element: Der) -> datetime:
    """Return a UTCTime or GeneralizedTime in UTC; raises Refused."""
    text = element.body.decode("ascii")
    if element.tag == 0x17:
        text = ("19" if text[:2] >= "50" else "20") + text
    match = re.fullmatch(r"([0-9]{14})(?:\.([0-9]{1,6})[0-9]*)?Z", text)
    if not match or element.tag not in (0x17, 0x18):
        raise Refused("时间不是规定的写法")
    micro = int((match.group(2) or "0").ljust(6, "0"))
    return datetime.strptime(match.group(1), "%Y%m%d%H%M%S").replace(microsecond=micro, tzinfo=timezone.utc)


def pem_blocks(pem: bytes) -> list[bytes]:
    """Return the certificates of a PEM file; raises Refused where there is none."""
    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----", pem)
    if not blocks:
        raise Refused("没有 PEM 证书")
    return [base64.b64decode(block) for block in blocks]


def as_pem(raw: bytes) -> bytes:
    """Return a certificate as PEM."""
    text = base64.b64encode(raw)
    lines = [text[at : at + 64] + b"\n" for at in range(0, len(text), 64)]
    return b"-----BEGIN CERTIFICATE-----\n" + b"".join(lines) + b"-----END CERTIFICATE-----\n"


class TimeStamp:
    """A granted time-stamp response (RFC 3161) over a SHA-256; raises Refused where it is none, or is not strict DER.

    Only what encloses its TSTInfo is read here; certificates and signature are for `openssl`.
    """

    def __init__(self, data: bytes) -> None:
        answer = der(data).of(SEQUENCE)
        status = _part(_part(answer, 0, SEQUENCE).inside(), 0, INTEGER)
        if _integer_of(status) != 0:
            raise Refused("时间戳申请未获批准")
        self.signed = _part(answer, 1, SEQUENCE).raw
        content = _part(answer, 1, SEQUENCE).inside()
        signed = der(_explicit(content, SIGNED_DATA)).of(SEQUENCE)
        octets = der(_explicit(_part(signed, 2, SEQUENCE).inside(), TST_INFO)).demand(OCTETS)
        info = der(octets.body).of(SEQUENCE)
        _demand_identifier(_part(info, 1, IDENTIFIER))
        stamped = _part(info, 2, SEQUENCE).inside()
        algorithm = _part(_part(stamped, 0, SEQUENCE).inside(), 0, IDENTIFIER)
        self.imprint = _part(stamped, 1, OCTETS).body
        if algorithm.body != SHA_256 or len(self.imprint) != 32:
            raise Refused("时间戳的摘要算法应为 SHA-256")
        time = _part(info, 4, GENERAL_TIME)
        self.at = _time(time)
        if re.search(rb"\.[0-9]*0Z", time.body):
            raise Refused("时间不是规定的写法")
        for nonce in [one for one in info[5:] if one.tag == INTEGER][:1]:
            _integer_of(nonce)


def _part(found: list[Der], n: int, tag: int) -> Der:
    """Return element `n`; raises Refused where it is missing or has another tag."""
    if n >= len(found):
        raise Refused("时间戳不完整")
    return found[n].demand(tag)


def _explicit(found: list[Der], kind: bytes) -> bytes:
    """Return what is marked [0] in a row that begins with an identifier; raises Refused where that is another."""
    if _part(found, 0, IDENTIFIER).body != kind:
        raise Refused("不是时间戳")
    return _part(found, 1, EXPLICIT).body


def _integer_of(element: Der) -> int:
    body = element.body
    if not body or len(body) > 1 and body[0] in (0, 0xFF) and body[0] >> 7 == body[1] >> 7:
        raise Refused("整数不是最短的写法")
    return int.from_bytes(body, "big", signed=True)


def is_pair(signature: bytes) -> bool:
    """Tell whether a signature is DER of two positive numbers and nothing more; `openssl dgst` overlooks what is behind."""
    try:
        numbers = der(signature).of(SEQUENCE)
        return [one.tag for one in numbers] == [INTEGER] * 2 and all(_integer_of(one) > 0 for one in numbers)
    except Refused:
        return False


def _demand_identifier(element: Der) -> None:
    body = element.body
    starts = [n == 0 or not body[n - 1] & 0x80 for n in range(len(body))]
    if not body or body[-1] & 0x80 or any(start and byte == 0x80 for start, byte in zip(starts, body)):
        raise Refused("对象标识符不是规定的写法")


# ---- openssl ----


_REFUSAL = re.compile(
    r"(?:openssl(?:\.exe)?: ?(?:error: ?)?)?(?:'[a-z0-9]+' is an invalid command|invalid command\b|unknown command\b).*"
    r"|(?:[a-z0-9]+: )?(?:option )?(?:unknown option|unrecognized (?:flag|option)|unknown digest)\b.*|usage: .*",
    re.IGNORECASE,
)
"""A line by which an `openssl` says that it lacks a command or an option. It is the whole line that must fit: others repeat
names from certificates, by which a forger could call himself so."""


class OpenSSL:
    """The `openssl` command, if it is there; what it needs lies in a folder of its own while it runs."""

    def __init__(self) -> None:
        # Not shutil.which: on Windows that looks in the current folder first, where a hostile bundle may be unpacked.
        name = "openssl.exe" if os.name == "nt" else "openssl"
        places = [Path(folder) / name for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
        self._program = next(
            (p for p in places if p.is_absolute() and p.is_file() and os.access(str(p), os.X_OK)), None
        )

    @cached_property
    def version(self) -> str:
        """What it says it is, `OpenSSL 3.0.19` or `LibreSSL 3.3.6`; nothing where it is no such program."""
        if self._program is None:
            return ""
        try:
            said = self._run(["version"], dict(os.environ)).stdout.decode("ascii", "replace")
        except (OSError, subprocess.TimeoutExpired):
            return ""
        match = re.match(r"[A-Za-z]+SSL [0-9][A-Za-z0-9.-]*", said)
        return match.group(0) if match else ""

    @property
    def _major(self) -> int:
        """Major version of OpenSSL; 0 for anything else that goes by that name."""
        match = re.match(r"OpenSSL ([0-9]+)\.", self.version)
        return int(match.group(1)) if match else 0

    @property
    def nowhere_else(self) -> list[str]:
        """The options by which it trusts nothing but what it is told."""
        return ["-no-CApath"] * (self._major >= 1) + ["-no-CAstore"] * (self._major >= 3)

    def ask(self, arguments: list[str], files: dict[str, bytes]) -> Answer:
        """Run it with some files; an argument that is the name of one stands for its path."""
        return self.make("", arguments, files)[0]

    def make(self, out: str, arguments: list[str], files: dict[str, bytes]) -> tuple[Answer, bytes]:
        """Run it the same way, and return what it wrote to the file named `out`; nothing where it wrote none."""
        if self._program is None:
            return Answer(None, "本机没有 openssl"), b""
        if not self.version:
            return Answer(None, f"{self._program} 不能运行，或不是 openssl"), b""
        with tempfile.TemporaryDirectory(prefix="quzheng-verify-") as folder:
            for name, data in files.items():
                (Path(folder) / name).write_bytes(data)
            said = [str(Path(folder) / one) if one in files or one == out else one for one in arguments]
            try:
                none = str(Path(folder) / "none")
                run = self._run(said, dict(os.environ, LC_ALL="C", SSL_CERT_DIR=none, SSL_CERT_FILE=none))
            except (OSError, subprocess.TimeoutExpired) as error:
                return Answer(None, f"openssl 没有答复：{error}"), b""
            made = Path(folder) / out
            written = made.read_bytes() if out and made.is_file() else b""
        lines = run.stderr.decode("utf-8", "replace").replace(folder + os.sep, "").strip().splitlines()
        lines += [line for line in lines if re.match(r"error \d+ at ", line)][:1]  # what comes after it says less
        if run.returncode < 0 or run.returncode in (126, 127):
            return Answer(None, f"本机的 openssl（{self.version}）中途停止，不能做这项核对"), b""
        if run.returncode and any(_REFUSAL.fullmatch(line.strip()) for line in lines):
            return Answer(None, f"本机的 openssl（{self.version}）没有所需的命令或选项，不能做这项核对"), b""
        return Answer(run.returncode == 0, lines[-1][-200:] if lines else "openssl"), written

    def _run(self, arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
        command = [str(self._program), *arguments]
        return subprocess.run(command, capture_output=True, timeout=OPENSSL_SECONDS, env=environment, check=False)


# ---- what is asked (section 7) ----


class Checkpoint(NamedTuple):
    """The signed state of the ledger."""

    text: bytes
    origin: str
    size: int
    root: bytes
    signatures: list[bytes]
    """Key id and signature of each line."""


class Question:
    """One bundle in front of one reader; `trust` is PEM, or None."""

    def __init__(self, bundle: Bundle, trust: bytes | None) -> None:
        self.bundle, self.trust, self.openssl = bundle, trust, OpenSSL()
        self._chains: dict[str, dict[tuple[str, str], str]] = {}

    @cached_property
    def certificate(self) -> Certificate:
        """The signer's; raises Refused."""
        return Certificate.of_pem(self.bundle.read(SIGNER, MAX_SMALL))

    @cached_property
    def token(self) -> TimeStamp:
        """The time-stamp; raises Refused."""
        return TimeStamp(self.bundle.read(TOKEN, MAX_TOKEN))

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The state of the ledger; raises Refused."""
        return checkpoint_of(self.bundle.read(CHECKPOINT, MAX_NOTE))

    @cached_property
    def anchor(self) -> Checkpoint | None:
        """Another state of the ledger, which others signed too; None where there is none; raises Refused."""
        return checkpoint_of(self.bundle.read(ANCHOR, MAX_NOTE)) if self.bundle.has(ANCHOR) else None

    @cached_property
    def purged(self) -> dict[str, str]:
        """The event by which the contents of each quarantined record left, by the record's id; raises Refused."""
        return {one["record"]: one["event"] for one in self.bundle.manifest.get("purged", [])}

    @cached_property
    def artifacts(self) -> dict[str, dict[str, Any]]:
        """The manifest's artifacts by their SHA-256; raises Refused."""
        return {entry["sha256"]: entry for entry in self.bundle.manifest["files"] if entry["role"] == "artifact"}

    @cached_property
    def withheld(self) -> dict[str, str | None]:
        """The masked copy, if any, of what stays in the house, by SHA-256; raises Refused."""
        return {one["sha256"]: one["copy"] for one in self.bundle.manifest.get("withheld", [])}

    def records(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the records; raises Refused."""
        return self.bundle.forms("record", "record/1")

    def findings(self) -> Iterator[dict[str, Any]]:
        """Yield the findings; raises Refused."""
        return (body for _, body in self.bundle.forms("finding", "finding/1"))

    def header(self, id: str) -> dict[str, Any] | None:
        """Return a record with its contents or without; None where it is not there; raises Refused."""
        paths = (f"data/{folder}/{id}.json" for folder in ("records", "headers"))
        path = next((path for path in paths if self.bundle.has(path)), None)
        return None if path is None else self.bundle.form(path, "record/1")

    def events(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the steps of cases by their paths; raises Refused."""
        return ((path, self.bundle.form(path, "case/1")) for path in self.bundle.of_role("case"))

    def answer(self) -> dict[str, Any] | None:
        """Return the answer to an objection, None where the bundle is none; raises Refused."""
        parts = self.bundle.of_role("answer")
        if not parts:
            return None
        if len(parts) != 2:
            raise Refused(f"答复应有 {ANSWER} 和 {ANSWER_LETTER} 两个文件")
        answer = self.bundle.form(ANSWER, "answer/1")
        for event in ("contested", "ruling"):
            of_form(answer[event], "case/1")
        return answer

    def chains(self, of: str) -> dict[tuple[str, str], str]:
        """Return the ends of all chains of a target by kind and label; raises _Broken, Refused."""
        if of not in self._chains:
            self._chains[of] = _chains_of(self, of)
        return self._chains[of]

    @cached_property
    def ended(self) -> datetime | None:
        """When the last record ended; raises Refused."""
        return moment(max((record["ended"] for _, record in self.records()), default=""))


_SIGNATURE_LINE = re.compile(r"— [^\s+]+ ([A-Za-z0-9+/]+={0,2})")


def checkpoint_of(data: bytes) -> Checkpoint:
    """Return the checkpoint that `data` is; raises Refused."""
    try:
        text, middle, tail = data.decode("utf-8").partition("\n\n")
        origin, size, root = text.split("\n")
        lines = tail.split("\n")
        signatures = [_bits(_SIGNATURE_LINE.fullmatch(line).group(1)) for line in lines[:-1]]  # type: ignore[union-attr]
        found = Checkpoint((text + "\n").encode("utf-8"), origin, int(size), _bits(root), signatures)
    except (ValueError, AttributeError) as error:
        raise Refused(f"台账状态不是规定的写法（{error}）") from error
    good = middle and origin and lines[-1] == "" and re.fullmatch("0|[1-9][0-9]{0,15}", size)
    if not good or len(found.root) != 32 or any(len(one) < 5 for one in signatures):
        raise Refused("台账状态不是规定的写法")
    return found


def _bits(text: str) -> bytes:
    """Return what a text is the one Base64 of; raises ValueError."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode("ascii") != text:
        raise ValueError("Base64 不是规定的写法")
    return data


def ask_zip_form(question: Question) -> Answer:
    """Every byte outside the members is that of section 2, and the checksums are right."""
    return told(question.bundle.form_faults(), "压缩包格式符合规定，首尾及文件之间没有多余内容")


def ask_names(question: Question) -> Answer:
    """The members are exactly those that are listed, in their order, under the bundle's name."""
    bundle = question.bundle
    paths = [*TAGS, *sorted(bundle.listed), *(seal_of(bundle) if bundle.has(SIGNATURE) else [])]
    expected = ["{}/{}".format(bundle.manifest["bundle"], path) for path in paths]
    return told(_name_faults(expected, bundle.order), f"共 {len(paths)} 个文件，名称和顺序一致，无缺无多")


def seal_of(bundle: Bundle) -> list[str]:
    """Return the files of the seal in their order; the manifest says whether an SM2 signature is one; raises Refused."""
    second = bundle.manifest.get("sm2") is not None
    return [SEAL_LIST, SIGNER, SIGNATURE] + [TOKEN] * bundle.has(TOKEN) + [SM2_SIGNER, SM2_SIGNATURE] * second


def _name_faults(expected: list[str], got: list[str]) -> Iterator[str]:
    missing, extra = set(expected) - set(got), set(got) - set(expected)
    for name in sorted(missing):
        yield f"缺少 {name}"
    for name in sorted(extra):
        yield f"多出 {name}"
    if not missing and not extra and expected != got:
        yield "有重名的文件，或顺序不符合规定"
    elif len(got) != len(set(got)):
        yield "有重名的文件"


def ask_files(question: Question) -> Answer:
    """Each file's bytes have the digest that a list gives."""
    bundle = question.bundle
    listed = dict(bundle.listed)
    listed.update(listing(bundle.read(TAG_LIST)))
    if bundle.has(SEAL_LIST):
        listed.update(listing(bundle.read(SEAL_LIST)))
    wrong = (path for path, digest in listed.items() if getattr(bundle.measured.get(path), "sha256", None) != digest)
    faults = (f"{path} 缺少，或内容与清单不符" for path in wrong)
    return told(faults, f"{len(listed)} 个文件的 SHA-256 与清单一致")


def ask_bag(question: Question) -> Answer:
    """The tag files are those of section 4, and the seal's list names the files of the seal."""
    bundle = question.bundle
    sizes = [bundle.measured[path].size for path in bundle.listed if path in bundle.measured]
    info = "Bag-Software-Agent: quzheng\nExternal-Identifier: {}\nPayload-Oxum: {}.{}\n"
    expected = {
        TAGS[0]: b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        TAGS[1]: info.format(bundle.manifest["bundle"], sum(sizes), len(sizes)).encode("utf-8"),
        LIST: list_of(bundle.listed),
    }
    expected[TAG_LIST] = list_of({path: sha256(data) for path, data in expected.items()})
    faults = [f"{path} 不是规定的写法" for path, data in expected.items() if bundle.read(path, len(data)) != data]
    if bundle.has(SEAL_LIST) and set(listing(bundle.read(SEAL_LIST))) != set(seal_of(bundle)) - {SEAL_LIST}:
        faults.append(f"{SEAL_LIST} 应列出封签的其余各文件")
    return told(faults, "符合 BagIt 1.0")


def ask_manifest(question: Question) -> Answer:
    """The manifest lists every file with its size and both digests, and gives the bundle its name."""
    bundle, manifest = question.bundle, question.bundle.manifest
    if manifest["format"] != FORMAT:
        said = "格式版本应为 {}，实为 {}；请使用相应版本的核对程序"
        return Answer(False, said.format(FORMAT, manifest["format"]))
    return told(
        _manifest_faults(bundle), "证据目录 {}，列 {} 个文件".format(manifest["bundle"], len(manifest["files"]))
    )


def _manifest_faults(bundle: Bundle) -> Iterator[str]:
    manifest = bundle.manifest
    unnamed = {key: value for key, value in manifest.items() if key != "bundle"}
    name = "quzheng-" + bundle.digest_of("manifest/1", unnamed)[:12]
    if manifest["bundle"] != name:
        yield f"名称应为 {name}"
    if [entry["path"] for entry in manifest["files"]] != sorted(set(bundle.listed) - {MANIFEST}):
        yield "所列文件与 manifest-sha256.txt 不一致"
    for entry in manifest["files"]:
        path, measured = entry["path"], bundle.measured.get(entry["path"])
        if entry["role"] != role_of(path):
            yield "{} 不是 {} 应在的位置".format(path, entry["role"])
        if entry["sha256"] != bundle.listed.get(path):
            yield f"{path} 的 SHA-256 与 manifest-sha256.txt 不一致"
        elif not measured or measured.sha256 != entry["sha256"]:
            continue  # the bytes are at fault, not the manifest
        elif (measured.size, measured.sm3) != (entry["size"], entry["sm3"]):
            yield f"{path} 的大小或 SM3 与文件不一致"


def role_of(path: str) -> str | None:
    """Return the role that a path gives; None for one that no file has."""
    folders = (role for at, role in ROLES.items() if at.endswith("/") and path.startswith(at))
    return ROLES.get(path) or next(folders, None)


def ask_records(question: Question) -> Answer:
    """Each record is the one its id names, what it cites is there, and findings cite records that are there."""
    faults: list[str] = []
    owners: dict[str, str] = {}
    private: set[str] = set()
    for id, record in question.records():
        owners[id] = record["target"]["id"]
        faults += _record_faults(question, id, record)
        if record["flow"].get("private") is not None:
            private.update(cited(record))
    headings, ids = [], set()
    for finding in question.findings():
        headings.append(canonical({key: finding[key] for key in HEADING.inner[0]}))
        ids.add(finding["id"])
        faults += _finding_faults(question, finding, owners)
    if set(headings) != {canonical(heading) for heading in question.bundle.manifest["findings"]}:
        faults.append("证据目录所列问题与问题文件不一致")
    if not headings or not owners:
        faults.append("没有问题或没有记录")
    faults += _withheld_faults(question, private)
    faults += _case_faults(question)
    answer = question.answer()
    if answer is not None:
        faults += _answer_faults(answer, question.bundle.manifest["bundle"], ids)
    faults += _purged_faults(question)
    faults += _after_faults(question)
    return told(faults, f"{len(headings)} 个问题，{len(owners)} 条记录，所引文件齐全")


def cited(record: dict[str, Any]) -> list[str]:
    """Return the digests of all blobs that a record cites."""
    flow, column = record["flow"], record["column"]
    found = [artifact["sha256"] for artifact in record["artifacts"]]
    found += [record["exchanges"], record["times"], record["environment"], flow["sha256"], *flow.get("helpers", [])]
    found += [digest for digest in (record["cleanliness"], column and column["ledger"]) if digest]
    return found


def _record_faults(question: Question, id: str, record: dict[str, Any]) -> Iterator[str]:
    if question.bundle.digest_of("record/1", record) != id:
        yield f"记录 {id[:12]} 的内容与编号不符"
    for artifact in record["artifacts"]:
        entry = question.artifacts.get(artifact["sha256"])
        if entry and (entry["size"], entry["sm3"]) != (artifact["size"], artifact["sm3"]):
            yield "记录 {} 所引 {} 与 {} 不符".format(id[:12], artifact["role"], entry["path"])
    for digest in cited(record):
        entry = question.artifacts.get(digest)
        there = entry is not None and entry["path"].startswith(f"data/artifacts/{digest}.")
        if not there and digest not in question.withheld:
            yield f"记录 {id[:12]} 所引文件 {digest} 不在包内"


def _finding_faults(question: Question, finding: dict[str, Any], owners: dict[str, str]) -> Iterator[str]:
    name = finding["id"][:12]
    if finding["target"] not in {target["id"] for target in question.bundle.manifest["subject"]["targets"]}:
        yield f"问题 {name} 的对象不是本包的对象"
    if not finding["exhibits"]:
        yield f"问题 {name} 没有引用任何记录"
    for id in finding["exhibits"]:
        owner = owners.get(id)
        if owner is None and id in question.purged:
            header = question.header(id)
            owner = header["target"]["id"] if header else None
        if owner != finding["target"]:
            yield f"问题 {name} 所引记录 {id[:12]} 不在包内，或属于其他对象"


def _withheld_faults(question: Question, private: Iterable[str]) -> Iterator[str]:
    copies = set(question.bundle.of_role("masked"))
    for digest, copy in question.withheld.items():
        if digest not in private:
            yield f"未附原件的 {digest} 不属于含个人信息的记录"
        if digest in question.artifacts:
            yield f"{digest} 列为未附原件，却在包内"
        if copy is not None and copy not in copies:
            yield f"{digest} 的遮盖副本不在包内"
    for path in sorted(copies - set(question.withheld.values())):
        yield f"{path} 不是任何文件的遮盖副本"


def _case_faults(question: Question) -> Iterator[str]:
    """The steps of each case are 1 to n, each after the one before it, on a finding of one of the targets."""
    targets = {target["id"] for target in question.bundle.manifest["subject"]["targets"]}
    last: dict[str, tuple[int, str]] = {}
    for path, event in question.events():
        finding, n = event["finding"], event["n"]
        before, previous = last.get(finding, (0, None))
        named = path == f"data/cases/{finding}/{n:04}.json"
        if not named or event["target"] not in targets or (n, event["previous"]) != (before + 1, previous):
            yield f"{path} 不是本包对象的案卷中的下一步"
        last[finding] = n, question.bundle.digest_of("case/1", event)


def _answer_faults(answer: dict[str, Any], bundle: str, findings: set[str]) -> Iterator[str]:
    """What section 9 demands of an answer in the bundle of a name, with findings of these ids."""
    cites, contested, ruling = answer["cites"], answer["contested"], answer["ruling"]
    if not _BUNDLE.fullmatch(cites["bundle"]) or cites["bundle"] == bundle:
        yield "答复没有写明所答复的证据包"
    if not is_sha256(cites["manifest"]):
        yield "答复没有写明所答复证据包的目录的摘要"
    if findings != {answer["finding"]} or {contested["finding"], ruling["finding"]} != findings:
        yield "答复、异议和裁定应是关于本包的同一个问题"
    if contested["step"] != "contested" or ruling["step"] not in ("upheld", "changed", "overturned"):
        yield "答复应附一次异议和一次裁定"
    if ruling["previous"] != sha256(canonical(contested)):
        yield "所附裁定不是对所附异议作出的"
    if sha256(canonical(answer["sheet"])) not in ruling.get("papers", []):
        yield "裁定所依据的不是所附核对情况"
    original = answer["sheet"].get("original")
    if not isinstance(original, dict) or any(original.get(key) != cited for key, cited in cites.items()):
        yield "所答复的证据包不是裁定时核对的证据包"


def _purged_faults(question: Question) -> Iterator[str]:
    """A quarantined record is there as a header alone, under its own id."""
    for id in question.purged:
        header = question.header(id)
        if header is None or question.bundle.has(f"data/records/{id}.json"):
            yield f"已隔离的记录 {id[:12]} 应只有记录头"
        elif question.bundle.digest_of("record/1", header) != id:
            yield f"已隔离的记录 {id[:12]} 的内容与编号不符"


def _runs(question: Question) -> list[tuple[str, str]]:
    """Return the runs of the records, each with the digest of the cleanliness record made before it."""
    records = (record for _, record in question.records())
    return sorted({(r["key"].split("/")[0], r["cleanliness"]) for r in records if r["cleanliness"]})


def _after_faults(question: Question) -> Iterator[str]:
    """The cleanliness record made after each run is there, or the ledger shows that there is none (section 8)."""
    for run, state, why in _states(question):
        if state == "unproved":
            yield f"{run} 轮的清洁性检查：{why}"


def _states(question: Question) -> list[tuple[str, str, str]]:
    """Return each run of the records with what is known of the cleanliness record made after it, and why no more is."""
    return [(run, *_state(question, run, before)) for run, before in _runs(question)]


def _state(question: Question, run: str, before: str) -> tuple[str, str]:
    try:
        return _checked_after(question, run, before), ""
    except _Broken as broken:
        return "unproved", str(broken)


def _checked_after(question: Question, run: str, before: str) -> str:
    """Return `made`, `cut off` (there is none) or `older` (nothing of it is in the ledger); raises _Broken."""
    if not question.bundle.has(_chains_path("run/" + run)):
        if before in question.artifacts:
            try:
                body = parsed(question.bundle.read(question.artifacts[before]["path"]))
            except Refused:
                body = None  # what cannot be read is no excuse
            if isinstance(body, dict) and "followed" not in body:
                return "older"
        raise _Broken("没有列出台账所记的采集前后检查")
    last = question.chains("run/" + run).get(("cleanliness", before))
    if last is None:
        raise _Broken("台账里没有采集前的检查")
    if last == before:
        return "cut off"
    entry = question.artifacts.get(last)
    if entry is None or not entry["path"].startswith(f"data/artifacts/{last}."):
        raise _Broken("事后检查不在包内")
    body = parsed(question.bundle.read(entry["path"]))
    expected = {"schema": "cleanliness/1", "moment": "after", "run": run, "before": before}
    if not isinstance(body, dict) or any(body.get(key) != value for key, value in expected.items()):
        raise _Broken("所附事后检查不是这一轮的")
    return "made"


UNCHECKED = {
    "cut off": "未作事后清洁性检查（该轮采集在检查之前中断，或制作本包时尚未结束）",
    "older": "没有事后清洁性检查（由旧版程序采集，事后检查没有记入台账）",
}


def _unchecked(question: Question) -> Iterator[str]:
    """Say which runs have no cleanliness record made after them, and why."""
    states = _states(question)
    for state, said in UNCHECKED.items():
        names = sorted({run for run, found, _ in states if found == state})
        if names:
            more = "等" if len(names) > SHOWN else ""
            yield printable("{} 轮采集{}：{}{}".format(len(names), said, "、".join(names[:SHOWN]), more))


def ask_ledger_inclusion(question: Question) -> Answer:
    """Records, losses, purges, steps of cases and lists of chains stand in the ledger; so do findings that have a proof."""
    bundle, count = question.bundle, 0
    faults: list[str] = []
    for digest, kind, key in _entered(question):
        inclusion = bundle.form(_proof_path(digest), "inclusion/1")
        leaf = inclusion["leaf"]
        if (leaf["kind"], leaf["key"], leaf["digest"]) != (kind, key, digest):
            faults.append(f"{digest[:12]} 的台账证明是另一项的")
        faults += _leaf_faults(question, inclusion, digest[:12])
        count += 1
    for name, listed in bundle.forms("chains", "chains/1"):
        faults += _leaf_faults(question, listed["leaf"], name[:12])
    return told(faults, f"{count} 项均在台账（共 {question.checkpoint.size} 项）中")


def _proof_path(digest: str) -> str:
    return f"data/ledger/proofs/{digest}.json"


def _entered(question: Question) -> Iterator[tuple[str, str, str]]:
    """Yield digest, kind and key of each leaf that must be proved."""
    for id, record in question.records():
        yield id, "record", record["key"]
    for finding in question.findings():
        digest = question.bundle.digest_of("finding/1", finding)
        if question.bundle.has(_proof_path(digest)):
            yield digest, "finding", "{}/{}".format(finding["id"], digest)
    for id, loss in question.bundle.forms("loss", "loss/1"):
        yield id, "loss", "{}/{}/{}".format(loss["run"], loss["target"], loss["label"])
    for _, event in question.events():
        yield question.bundle.digest_of("case/1", event), "case", _case_key(event)
    answer = question.answer()
    for event in (answer["contested"], answer["ruling"]) if answer is not None else ():
        yield sha256(canonical(event)), "case", _case_key(event)
    for id, digest in question.purged.items():
        yield digest, "purge", id


def _case_key(event: dict[str, Any]) -> str:
    return "{}/{}/{:04}".format(event["target"], event["finding"], event["n"])


def _leaf_faults(question: Question, inclusion: dict[str, Any], where: str) -> Iterator[str]:
    leaf, state = inclusion["leaf"], question.checkpoint
    key_fits = 0 < len(leaf["key"]) <= MAX_KEY and leaf["key"].isprintable()
    if leaf["kind"] not in KINDS or not key_fits or not is_sha256(leaf["digest"]):
        raise Refused(f"{where} 的台账证明不是规定的写法")
    entry = {name: leaf[name] for name in ("digest", "key", "kind")}
    root = climbed(entry, leaf["index"], inclusion["size"], inclusion["proof"]["path"])
    if inclusion["size"] != state.size or root != state.root:
        yield f"{where} 的台账证明得不出台账的根"


def climbed(entry: dict[str, Any], index: int, size: int, path: list[str]) -> bytes | None:
    """Return the root that a proof leads to (RFC 9162, 2.1.3.2); None where it cannot be one; raises Refused."""
    if not all(is_sha256(step) for step in path):
        raise Refused("台账证明中有的散列不是规定的写法")
    if not 0 <= index < size:
        return None
    node, last = index, size - 1
    found = hashlib.sha256(b"\0" + canonical(entry)).digest()
    for step in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            found = hashlib.sha256(b"\1" + bytes.fromhex(step) + found).digest()
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\1" + found + bytes.fromhex(step)).digest()
        node, last = node >> 1, last >> 1
    return found if last == 0 else None


def _continues(question: Question) -> bool:
    """Tell whether of checkpoint and anchor, if there is one, the larger continues the smaller."""
    bundle, anchor = question.bundle, question.anchor
    if anchor is None or not bundle.has(ANCHOR_PROOF):
        return anchor is None and not bundle.has(ANCHOR_PROOF)
    old, new = sorted((question.checkpoint, anchor), key=lambda state: state.size)
    if not 0 < old.size < new.size or old.origin != new.origin:
        return False
    proof = bundle.form(ANCHOR_PROOF, "consistency/1")
    return (proof["old"], proof["new"]) == (old.size, new.size) and _grew(old, new, proof["proof"]["path"])


def _grew(old: Checkpoint, new: Checkpoint, path: list[str]) -> bool:
    """Tell whether a path shows that a larger tree begins with a smaller (RFC 9162, 2.1.4.2); raises Refused."""
    if not all(is_sha256(step) for step in path):
        raise Refused("台账证明中有的散列不是规定的写法")
    steps = [bytes.fromhex(step) for step in path]
    if old.size & (old.size - 1) == 0:
        steps.insert(0, old.root)
    if not steps:
        return False
    node, last = old.size - 1, new.size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = (
                hashlib.sha256(b"\1" + step + first).digest(),
                hashlib.sha256(b"\1" + step + second).digest(),
            )
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            second = hashlib.sha256(b"\1" + second + step).digest()
        node, last = node >> 1, last >> 1
    return last == 0 and (first, second) == (old.root, new.root)


def ask_checkpoint(question: Question) -> Answer:
    """The signer of the bundle signed the state of the ledger, and an anchor is another state of the same ledger."""
    state, certificate = question.checkpoint, question.certificate
    ours = [one[4:] for one in state.signatures if one[:4] == certificate.key_id]
    if not ours:
        return Answer(False, "台账状态没有本包签名人的签名")
    if not _continues(question):
        return Answer(False, "另一台账状态与本包的台账状态不能前后相续")
    for signature in ours:
        found = _signed(question, state, signature, certificate)
        if not found.passed:
            said = "台账状态的签名无效" if found.passed is False else "无法核对台账状态的签名"
            return Answer(found.passed, f"{said}（{found.detail}）")
    return Answer(True, f"{state.origin}，{state.size} 项，根 {state.root.hex()[:16]}…")


def _signed(question: Question, state: Checkpoint, signature: bytes, certificate: Certificate) -> Answer:
    """Say whether a signature over a state of the ledger is by the key of a certificate."""
    if certificate.key_kind not in (EC, RSA):
        return Answer(False, "不是规定的算法")
    if certificate.key_kind == EC and not is_pair(signature):
        return Answer(False, "不是规定写法的签名")
    key = b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(certificate.key) + b"-----END PUBLIC KEY-----\n"
    files = {"note": state.text, "note.sig": signature, "key.pem": key}
    return question.openssl.ask(["dgst", "-sha256", "-verify", "key.pem", "-signature", "note.sig", "note"], files)


def ask_signature(question: Question) -> Answer:
    """The tag manifest is signed by exactly the certificate in the bundle."""
    bundle = question.bundle
    if not bundle.has(SIGNATURE):
        return Answer(False, "没有签名（UNSEALED），不能作为证据使用")
    files = {
        "seal.p7s": bundle.read(SIGNATURE, MAX_SMALL),
        "content": bundle.read(TAG_LIST),
        "signer.pem": as_pem(question.certificate.raw),
    }
    command = ["cms", "-verify", "-binary", "-inform", "DER", "-in", "seal.p7s", "-content", "content"]
    found = question.openssl.ask(
        [*command, "-certfile", "signer.pem", "-nointern", "-noverify", "-out", os.devnull], files
    )
    if found.passed:
        return Answer(True, f"签名有效，证书指纹 {question.certificate.fingerprint}")
    return Answer(
        found.passed, "{}（{}）".format("签名无效" if found.passed is False else "无法核对签名", found.detail)
    )


def ask_signer_trusted(question: Question) -> Answer:
    """The signer is one the reader knows, and was valid then."""
    if not question.bundle.has(SIGNER):
        return Answer(None, "没有签名人")
    certificate = question.certificate
    mark = certificate.fingerprint
    if question.trust is None:
        return Answer(None, f"未指定可信证书；请将指纹与通报公布的核对：{mark}")
    now = datetime.now(timezone.utc)
    at = max(question.ended or now, certificate.begins)
    found = question.openssl.ask(
        [
            *("verify", "-partial_chain", *question.openssl.nowhere_else, "-CAfile", "trust.pem"),
            *("-attime", str(int(at.timestamp())), "signer.pem"),
        ],
        {"trust.pem": question.trust, "signer.pem": as_pem(certificate.raw)},
    )
    if found.passed and now > certificate.ends and not _signed_before(question, certificate.ends):
        until = certificate.ends.strftime("%Y-%m-%d")
        return Answer(None, f"证书已于 {until} 到期，又没有可信的时间戳证明签名在此之前，证书指纹 {mark}")
    said = "可信" if found.passed else f"不能确认可信（{found.detail}）"
    return Answer(found.passed, f"{said}，证书指纹 {mark}")


def _signed_before(question: Question, end: datetime) -> bool:
    """Tell whether a trusted time-stamp proves that the signature was there by `end`."""
    stamped = all(asked(check, question).passed for check in (ask_time_stamp, ask_time_stamp_trusted))
    return stamped and question.token.at <= end


def ask_time_stamp(question: Question) -> Answer:
    """The response is granted, for this signature, and signed by a certificate inside it that only stamps times."""
    if not question.bundle.has(TOKEN):
        return Answer(None, "没有时间戳")
    token, signature = question.token, question.bundle.read(SIGNATURE, MAX_SMALL)
    if token.imprint != hashlib.sha256(signature).digest():
        return Answer(False, "时间戳不是对本包签名的")
    found, signer = _stamper(question)
    if signer is None:
        return found
    if not signer.only_stamps_time:
        return Answer(False, "签发时间戳的证书不是专用于时间戳的")
    # Its own certificate is the anchor: whom it belongs to is the next question.
    files = {
        "signature": signature,
        "token.tsr": question.bundle.read(TOKEN, MAX_TOKEN),
        "signer.pem": as_pem(signer.raw),
    }
    command = ["ts", "-verify", "-data", "signature", "-in", "token.tsr", "-CAfile", "signer.pem"]
    found = question.openssl.ask([*command, "-partial_chain", "-no_check_time"], files)
    when = f"{token.at:%Y-%m-%d %H:%M:%S} UTC，证书指纹 {signer.fingerprint}"
    return Answer(found.passed, f"时间 {when}" if found.passed else f"时间戳不能核对（{found.detail}）")


def _stamper(question: Question) -> tuple[Answer, Certificate | None]:
    """Return the certificate inside the token whose key signed it; or none, and why."""
    command = ["cms", "-verify", "-noverify", "-inform", "DER", "-in", "token.der", "-out", os.devnull]
    files = {"token.der": question.token.signed}
    found, pem = question.openssl.make("signer.pem", [*command, "-signer", "signer.pem"], files)
    if not found.passed:
        return Answer(found.passed, f"时间戳的签名无效，或里面没有签发它的证书（{found.detail}）"), None
    return found, Certificate.of_pem(pem)


def ask_time_stamp_trusted(question: Question) -> Answer:
    """The authority of the time-stamp is one the reader knows, at the token's own time."""
    if not question.bundle.has(TOKEN):
        return Answer(None, "没有时间戳")
    if question.trust is None:
        return Answer(None, "未指定可信证书")
    token = question.token
    if not any(Certificate(raw).may_be_authority for raw in pem_blocks(question.trust)):
        return Answer(None, "指定的证书中没有时间戳机构的")
    found, signer = _stamper(question)
    if signer is None:
        return found
    taken = ["pkcs7", "-inform", "DER", "-in", "token.der", "-print_certs", "-out", "inside.pem"]
    _, inside = question.openssl.make("inside.pem", taken, {"token.der": token.signed})
    files = {"signer.pem": as_pem(signer.raw), "trust.pem": question.trust, "inside.pem": inside}
    between = ["-untrusted", "inside.pem"] if inside else []
    at = ["-purpose", "timestampsign", "-attime", str(int(token.at.timestamp()))]
    anchors = ["-partial_chain", *question.openssl.nowhere_else, "-CAfile", "trust.pem", *between]
    found = question.openssl.ask(["verify", *anchors, *at, "signer.pem"], files)
    return Answer(found.passed, "时间戳机构可信" if found.passed else f"不能确认时间戳机构可信（{found.detail}）")


# ---- the SM2 signature beside the seal (section 4) ----

DISTID = "distid:1234567812345678"
EXAMPLE = (
    b"message digest",
    bytes.fromhex(
        "3059301306072a8648ce3d020106082a811ccf5501822d03420004"
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    ),
    bytes.fromhex(
        "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
        "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    ),
)
"""Bytes, key and signature of GB/T 32918.5-2017, annex A.2: what an `openssl` that knows SM2 finds good."""


def has_sm2(question: Question) -> bool:
    """Tell whether the bundle has an SM2 signature, or its manifest says so."""
    if question.bundle.has(SM2_SIGNER) or question.bundle.has(SM2_SIGNATURE):
        return True
    try:
        return question.bundle.manifest.get("sm2") is not None
    except UNREADABLE:
        return False  # `manifest` says why it cannot be read


def ask_sm2_signature(question: Question) -> Answer:
    """The tag manifest is signed with SM2 too, by the certificate that the manifest names and that may sign."""
    bundle = question.bundle
    if bundle.manifest.get("sm2") is None:
        return Answer(False, "包内有 SM2 签名，证据目录却没有写明")
    certificate = _sm2_certificate(bundle)
    if certificate is None:
        return Answer(False, "没有证据目录所写的 SM2 签名证书")
    if not certificate.may_sign:
        return Answer(False, "SM2 证书不是签名证书")
    signature = bundle.read(SM2_SIGNATURE, MAX_SMALL)
    if not is_pair(signature):
        return Answer(False, "不是规定写法的 SM2 签名")
    found = _sm2_signed(question, bundle.read(TAG_LIST), certificate.key, signature)
    if found.passed:
        return Answer(True, f"SM2 签名有效，证书指纹 {certificate.fingerprint}")
    if not _knows_sm2(question):
        return Answer(None, "本机的 openssl 不能核对 SM2（需要 OpenSSL 3.0 以上）")
    return Answer(found.passed, f"SM2 签名无效（{found.detail}）")


def ask_sm2_signer_trusted(question: Question) -> Answer:
    """The SM2 certificate is one the reader knows, and was valid when the bundle was sealed."""
    certificate = _sm2_certificate(question.bundle)
    if certificate is None:
        return Answer(None, "没有证据目录所写的 SM2 签名证书")
    mark = f"SM2 证书指纹 {certificate.fingerprint}"
    if question.trust is None:
        return Answer(None, f"未指定可信证书；请将指纹与通报公布的核对：{mark}")
    now = datetime.now(timezone.utc)
    at = max(question.ended or now, certificate.begins)
    if not any(Certificate(raw).is_sm2 for raw in pem_blocks(question.trust)):
        return Answer(None, f"指定的证书中没有 SM2 证书；{mark}")
    moment_ = ["-vfyopt", DISTID, "-attime", str(int(at.timestamp()))]
    found = question.openssl.ask(
        ["verify", "-partial_chain", *question.openssl.nowhere_else, "-CAfile", "trust.pem", *moment_, "signer.pem"],
        {"trust.pem": question.trust, "signer.pem": as_pem(certificate.raw)},
    )
    if not found.passed:
        if not _knows_sm2(question):
            return Answer(None, f"本机的 openssl 不能核对 SM2（需要 OpenSSL 3.0 以上）；{mark}")
        return Answer(found.passed, f"不能确认可信（{found.detail}），{mark}")
    stamped = all(asked(check, question).passed for check in (ask_time_stamp, ask_time_stamp_trusted))
    if stamped and question.token.at < certificate.begins - CLOCKS_DIFFER:
        return Answer(False, f"封签的时间戳早于证书的生效时间，{mark}")
    if now > certificate.ends:
        return Answer(None, f"证书已到期，不能证明签名在此之前，{mark}")
    return Answer(True, f"可信，{mark}")


def _sm2_certificate(bundle: Bundle) -> Certificate | None:
    """Return the certificate that the manifest names; None where it is not there; raises Refused."""
    try:
        pem = bundle.read(SM2_SIGNER, MAX_SMALL)
    except Refused:
        return None
    if sha256(pem) != bundle.manifest.get("sm2"):
        return None
    found = Certificate.of_pem(pem)
    if not found.is_sm2:
        raise Refused("证书的密钥不是 SM2 密钥")
    return found


def _sm2_signed(question: Question, data: bytes, key: bytes, signature: bytes) -> Answer:
    public = b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(key) + b"-----END PUBLIC KEY-----\n"
    files = {"content": data, "content.sig": signature, "key.pem": public}
    command = ["dgst", "-sm3", "-verify", "key.pem", "-sigopt", DISTID, "-signature", "content.sig", "content"]
    return question.openssl.ask(command, files)


def _knows_sm2(question: Question) -> bool:
    """Tell whether `openssl` finds the standard's own example good; else what it says of SM2 means nothing."""
    return _sm2_signed(question, *EXAMPLE).passed is True


def ask_order_of_times(question: Question) -> Answer:
    """What must have come first did."""
    return told(_time_faults(question), "各时间先后合理")


def _time_faults(question: Question) -> Iterator[str]:
    started: dict[str, str] = {}
    before: dict[str, str] = {}
    for id, record in question.records():
        started[id] = record["started"]
        if record["previous"]:
            before[id] = record["previous"]
        pictured = [a["taken"] for a in record["artifacts"] if a["role"] in ("tile", "region", "dom", "layout")]
        times = [record["started"], *sorted(pictured), record["ended"]]
        if times != sorted(times):
            yield f"记录 {id[:12]} 的起止时间与所存文件不符"
    for id, earlier in before.items():
        if started.get(earlier, "") > started[id]:
            yield f"记录 {id[:12]} 早于它的前一条记录"
    for finding in question.findings():
        if finding["as_of"] and finding["as_of"] > finding["at"]:
            yield "问题 {} 依据的记录晚于监测时间点".format(finding["id"][:12])
    stamped, ended = _time_of_stamp(question), question.ended
    if stamped is not None and ended is not None and stamped < ended - CLOCKS_DIFFER:
        yield "时间戳早于最后一条记录"


def _time_of_stamp(question: Question) -> datetime | None:
    """Return the time-stamp's time; None where there is none, or it cannot be read, which `time-stamp` says."""
    try:
        return question.token.at if question.bundle.has(TOKEN) else None
    except UNREADABLE:
        return None


# ---- no chain, step or visit left out (section 8) ----


def ask_series_complete(question: Question) -> Answer:
    """No chain of the targets is left out, no step of a case, and no visit of the claimed series."""
    claims = question.bundle.manifest.get("series", [])
    found = told(_left_out(question, claims), f"各对象的链和案卷齐全，{len(claims)} 个序列自始至终无缺")
    if not found.passed:
        return found
    cited = {id for finding in question.findings() for id in finding["exhibits"]} - set(question.purged)
    shown = [record for record in map(question.header, sorted(cited)) if record is not None]
    open_ = {(record["target"]["id"], record["label"]) for record in shown} - {_names(claim) for claim in claims}
    if open_:
        said = "、".join("/".join(one) for one in sorted(open_)[:SHOWN])
        return Answer(None, printable(f"{found.detail}；未声明无缺的序列有 {len(open_)} 个：{said}"))
    return found


def _left_out(question: Question, claims: list[dict[str, Any]]) -> Iterator[str]:
    yield from _target_faults(question)
    yield from _series_faults(question, claims)


def _target_faults(question: Question) -> Iterator[str]:
    """Each target has the list of its chains, nobody else has, and each case in it is there to its end."""
    targets = {target["id"] for target in question.bundle.manifest["subject"]["targets"]}
    last: dict[str, dict[str, str]] = {}
    for _, event in question.events():
        last.setdefault(event["target"], {})[event["finding"]] = question.bundle.digest_of("case/1", event)
    for of in sorted(targets):
        try:
            chains = question.chains(of)
        except _Broken as broken:
            yield f"{of}：{broken}"
            continue
        if {label: head for (kind, label), head in chains.items() if kind == "case"} != last.get(of, {}):
            yield f"{of}：台账里它的案卷与包内的不一致"
    known = {_chains_path(of) for of in targets | {"run/" + run for run, _ in _runs(question)}}
    for path in sorted(set(question.bundle.of_role("chains")) - known):
        yield f"{path} 不是本包对象或采集轮次的链"


def _chains_path(of: str) -> str:
    return "data/ledger/chains/{}.json".format(sha256(of.encode("utf-8")))


def _chains_of(question: Question, of: str) -> dict[tuple[str, str], str]:
    """Return the ends of all chains of a target by kind and label, as the ledger's last leaf has them; raises _Broken."""
    path = _chains_path(of)
    if not question.bundle.has(path):
        raise _Broken("没有列出它全部的链")
    listed = question.bundle.form(path, "chains/1")
    leaf, last = listed["leaf"]["leaf"], listed["leaf"]["size"] - 1
    if listed["of"] != of:
        raise _Broken("链的清单是另一对象的")
    if leaf["kind"] == "heads":
        raise _Broken("台账状态是旧式的，不能证明各链齐全，请由制作单位重新制作证据包")
    if (leaf["kind"], leaf["index"], leaf["key"]) != ("chains", last, str(last)):
        raise _Broken("台账末项不是各链的承诺")
    names = [(one_["kind"], one_["label"]) for one_ in listed["chains"]]
    if any(before >= after for before, after in zip(names, names[1:])):
        raise _Broken("各链的排列不是规定的写法")
    root = _climbed_by_name(of, {"chains": listed["chains"], "of": of}, listed["proof"]["path"])
    if root is None or root.hex() != leaf["digest"]:
        raise _Broken("所列各链不是台账承诺的")
    return {name: one_["head"] for name, one_ in zip(names, listed["chains"])}


def _climbed_by_name(name: str, entry: dict[str, Any], path: list[str]) -> bytes | None:
    """Return the root that a path leads to in the tree where the SHA-256 of a name is its place; None where it is none."""
    if not all(is_sha256(step) for step in path):
        raise Refused("台账证明中有的散列不是规定的写法")
    if not 32 <= len(path) <= 256:
        return None
    bits = "".join(f"{byte:08b}" for byte in hashlib.sha256(name.encode("utf-8")).digest())
    found = hashlib.sha256(b"\0" + canonical(entry)).digest()
    for step, bit in zip(path, reversed(bits[: len(path)])):
        beside = bytes.fromhex(step)
        found = hashlib.sha256(b"\1" + (beside + found if bit == "1" else found + beside)).digest()
    return found


def _series_faults(question: Question, claims: list[dict[str, Any]]) -> Iterator[str]:
    losses = dict(question.bundle.forms("loss", "loss/1"))
    for id, loss in losses.items():
        if question.bundle.digest_of("loss/1", loss) != id:
            yield f"缺失声明 {id[:12]} 的内容与编号不符"
    used: dict[str, set[str]] = {"header": set(question.purged), "plan": set()}
    for claim in claims:
        try:
            records = _chain(question, claim, "record", claim["label"])
            plans = _chain(question, claim, "plan", "")
            if not records:
                raise _Broken("台账里没有这个序列")
        except _Broken as broken:
            yield "{}/{}：{}".format(claim["target"], claim["label"], broken)
            continue
        used["header"].update(records)
        used["plan"].update(plans)
        lost = {one["run"] for one in losses.values() if _names(one) == _names(claim)}
        yield from _claim_faults(question, claim, records, plans, lost)
    for role, known in used.items():
        for path in question.bundle.of_role(role):
            if _stem(path) not in known:
                yield f"{path} 不属于任何序列"


class _Broken(Exception):
    """A chain goes no further back than here."""


def _names(one: dict[str, Any]) -> tuple[str, str]:
    return one["target"], one["label"]


def _inside(at: str, since: str | None) -> bool:
    return since is None or at >= since


def _chain(question: Question, claim: dict[str, Any], kind: str, label: str) -> dict[str, dict[str, Any]]:
    """Return the records or plans of a claim by id, from the last back; raises _Broken."""
    bundle = question.bundle
    found: dict[str, dict[str, Any]] = {}
    id = question.chains(claim["target"]).get((kind, label))
    while id is not None:
        folders = ("records", "headers") if kind == "record" else ("plans",)
        path = next((p for p in (f"data/{f}/{id}.json" for f in folders) if bundle.has(p)), None)
        if path is None:
            raise _Broken("缺少{} {}".format("记录" if kind == "record" else "采集计划", id[:12]))
        body = bundle.form(path, kind + "/1")
        owner = (body["target"]["id"], body["label"]) if kind == "record" else (body["target"], "")
        if bundle.digest_of(kind + "/1", body) != id or owner != (claim["target"], label):
            raise _Broken(f"{id[:12]} 的内容与编号或对象不符")
        found[id] = body
        at = body["started"] if kind == "record" else body["at"]
        id = body["previous"] if _inside(at, claim["since"]) else None
    return found


def _claim_faults(
    question: Question,
    claim: dict[str, Any],
    records: dict[str, dict[str, Any]],
    plans: dict[str, dict[str, Any]],
    lost: set[str],
) -> Iterator[str]:
    where, since = "{}/{}".format(claim["target"], claim["label"]), claim["since"]
    real = [dict(record, record=id) for id, record in records.items() if _inside(record["started"], since)]
    for _, series in question.bundle.forms("series", "series/1"):
        if _names(series) != _names(claim):
            continue
        for row in series["rows"]:
            ROW.demand({key: row[key] for key in ROW.inner[0] if key in row}, "rows")
        rows = [row for row in series["rows"] if _inside(row["started"], since)]
        if sorted(map(_row, rows)) != sorted(map(_row, real)):
            yield f"{where}：时间线所列访问与各条记录不一致"
    seen = {record["key"].split("/")[0] for record in records.values()} | lost
    for plan in plans.values():
        if claim["label"] in plan["labels"] and _inside(plan["at"], since) and plan["run"] not in seen:
            yield "{}：{} 轮计划内的访问既无记录，也未声明缺失".format(where, plan["run"])


def _row(row: dict[str, Any]) -> bytes:
    return canonical({key: row[key] for key in ROW.inner[0]})


# ---- the verdict ----

Check = Callable[[Question], Answer]
REQUIRED: dict[str, Check] = {
    "files": ask_files,
    "names": ask_names,
    "zip form": ask_zip_form,
    "bag": ask_bag,
    "manifest": ask_manifest,
    "records": ask_records,
    "ledger inclusion": ask_ledger_inclusion,
    "checkpoint": ask_checkpoint,
    "signature": ask_signature,
}
CONDITIONAL: dict[str, Check] = {
    "signer trusted": ask_signer_trusted,
    "time-stamp": ask_time_stamp,
    "time-stamp trusted": ask_time_stamp_trusted,
    "order of times": ask_order_of_times,
    "series-complete": ask_series_complete,
}
BESIDE: dict[str, Check] = {"sm2 signature": ask_sm2_signature, "sm2 signer trusted": ask_sm2_signer_trusted}
"""Asked of a bundle that has an SM2 signature, or says so; none may be false."""

UNREADABLE = (
    Refused,
    OSError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    RecursionError,
    MemoryError,
    struct.error,
)
"""What reading a hostile bundle may raise; each is an answer, none an accident."""


class Verdict(NamedTuple):
    """What was asked, and what was found."""

    checks: dict[str, Answer]
    notices: list[str]

    def holds(self, strict: bool = False) -> bool:
        """Tell whether all that is required is true and nothing is false; with `strict`, whether nothing is open."""
        required = all(self.checks[name].passed for name in REQUIRED)
        rest = [answer.passed for name, answer in self.checks.items() if name not in REQUIRED]
        return required and False not in rest and not (strict and None in rest)


def verify(path: str, trust: bytes | None = None) -> Verdict:
    """Return the verdict on the bundle at `path`; `trust` is PEM of the certificates that the reader knows."""
    try:
        with Path(path).open("rb") as stream:
            question = Question(Bundle(stream), trust)
            beside = BESIDE if has_sm2(question) else {}
            every = {n: asked(c, question) for asks in (REQUIRED, CONDITIONAL, beside) for n, c in asks.items()}
            said = [*notices(question), *vouched(question, stamped=every["time-stamp trusted"].passed is True)]
            return Verdict(every, said)
    except UNREADABLE as error:
        every = dict.fromkeys((*REQUIRED, *CONDITIONAL), Answer(None, "未能核对"))
        every["zip form"] = Answer(False, f"不是规定格式的压缩包：{printable(error)}")
        return Verdict(every, [])


def asked(check: Check, question: Question) -> Answer:
    """Ask one check; what cannot be read makes it false."""
    try:
        return check(question)
    except UNREADABLE as error:
        return Answer(False, f"无法读取：{printable(error)}")


def told(faults: Iterable[str], good: str) -> Answer:
    """Return true and `good` where there is no fault, else false with the first few."""
    shown: list[str] = []
    more = 0
    for fault in faults:
        if len(shown) < SHOWN:
            shown.append(printable(fault))
        else:
            more += 1
    if not shown:
        return Answer(True, good)
    return Answer(False, "；".join(shown) + (f"；另有 {more} 处" if more else ""))


def printable(said: object) -> str:
    """Return text from a hostile bundle as one short printable line."""
    return "".join(c if c.isprintable() else "\ufffd" for c in str(said).replace("\n", " "))[:300]


def notices(question: Question) -> list[str]:
    """Return what a reader should know that fails nothing."""
    try:
        clocks = {(record["purpose"], record["clock"]["source"]) for _, record in question.records()}
        demonstration, withheld = question.bundle.manifest["demonstration"], len(question.withheld)
        purged = len(question.purged)
        unchecked = list(_unchecked(question))
    except UNREADABLE:
        return []  # what cannot be read is a failed check already
    found = []
    if demonstration or any(purpose == "demonstration" for purpose, _ in clocks):
        found.append("这是演示数据，不是对真实网站的取证")
    if withheld:
        found.append(f"{withheld} 个文件含个人信息，包内只有遮盖副本或没有副本；副本不是原件，原件可凭记录里的摘要核对")
    if any(source == "simulated" for _, source in clocks):
        found.append("部分记录的时间来自模拟时钟，不能作为证据使用")
    if purged:
        found.append(f"{purged} 条记录已隔离，内容已移出取证单位的存储，包内只有记录头，其内容不能核对")
    return found + unchecked


ALONE = "只有取证单位自己能证明这一时间"


def vouched(question: Question, *, stamped: bool) -> list[str]:
    """Return who outside the house vouches for the time; `stamped` tells whether a trusted time-stamp does."""
    try:
        return [printable(said) for said in _vouched(question, stamped)]
    except UNREADABLE:
        return [ALONE]  # what cannot be read vouches for nothing


def _vouched(question: Question, stamped: bool) -> Iterator[str]:
    own = question.certificate if question.bundle.has(SIGNER) else None
    known = [Certificate(raw) for raw in pem_blocks(question.trust)] if question.trust else []
    leaves = [question.bundle.form(_proof_path(id), "inclusion/1")["leaf"] for id, _ in question.records()]
    last = max((leaf["index"] for leaf in leaves), default=0)
    alone, others = not stamped, 0
    for state in (question.checkpoint, question.anchor):
        if state is None or state.size <= last:
            continue  # it does not hold every record
        others += sum(1 for line in state.signatures if own is None or line[:4] != own.key_id)
        for one_ in known:
            if (own is None or one_.key != own.key) and _cosigned(question, state, one_):
                alone = False
                yield (
                    f"{one_.note_name}（证书指纹 {one_.fingerprint}）也为台账 {state.size} 项的状态签了名："
                    "本包各记录在其签名之前已在台账中，签名时间可向该单位查询"
                )
    if stamped:
        yield "时间戳机构证明：本包的签名不晚于时间戳所载时间"
    if alone:
        yield ALONE + (f"（台账状态另有 {others} 行联署，--trust 中没有能核对它们的证书）" if others else "")


def _cosigned(question: Question, state: Checkpoint, certificate: Certificate) -> bool:
    """Tell whether a line of a state is a good signature by the key of a certificate."""
    lines = [line[4:] for line in state.signatures if line[:4] == certificate.key_id]
    return any(_signed(question, state, line, certificate).passed for line in lines)


def main(arguments: list[str] | None = None) -> int:
    """Print the verdict on the bundle that the command line names; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="verify.py", description="核对证据包：逐项给出结论。退出码 0 成立，3 不成立。"
    )
    parser.add_argument("bundle", metavar="BUNDLE.zip", help="证据包")
    parser.add_argument("--trust", metavar="CERT.pem", help="通报中公布的签名证书或其签发机构的证书（PEM）")
    parser.add_argument("--strict", action="store_true", help="不能核对的也算不成立")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that lacks a character still shows the rest
    options = parser.parse_args(arguments)
    trust = None
    if options.trust:
        try:
            with Path(options.trust).open("rb") as stream:
                trust = stream.read(PIECE + 1)
            if len(trust) > PIECE:
                raise Refused("文件过大")
            pem_blocks(trust)
        except (OSError, Refused, binascii.Error) as error:
            parser.error(f"读不出证书 {options.trust}：{error}")
    verdict = verify(options.bundle, trust)
    show(verdict, verdict.holds(options.strict), options.json)
    return 0 if verdict.holds(options.strict) else 3


def show(verdict: Verdict, holds: bool, as_json: bool) -> None:
    """Print a verdict."""
    if as_json:
        checks = [{"name": name, "passed": a.passed, "detail": a.detail} for name, a in verdict.checks.items()]
        print(json.dumps({"holds": holds, "checks": checks, "notices": verdict.notices}))
        return
    marks = {True: "通过", False: "不通过", None: "未核对"}
    for name, answer in verdict.checks.items():
        print(f"{marks[answer.passed]}  {name}：{answer.detail}")
    for notice in verdict.notices:
        print(f"注意：{notice}")
    print("结论：成立" if holds else "结论：不成立")


if __name__ == "__main__":
    sys.exit(main())
