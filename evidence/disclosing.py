"""Masked fields of a bundle's readings, disclosed one by one to somebody entitled (disclosure/1): value and salt by record and path.

Whoever has the bundle sees by the commitment in it that the value is the one that was read; of all other fields he learns nothing.
Only what is committed to once, under a mask that the value fits, can be disclosed: so nobody can keep two values ready.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence import canonical, masking, plain
from evidence.errors import BundleError, CanonicalError, ShapeError
from evidence.grounds import Grounds
from evidence.holdings import Holdings
from evidence.manifest import ground_reading_path, reading_path
from evidence.masking.committing import commitment, is_salt, salt_of, stands_for
from evidence.model import Reading
from evidence.opened import Opened, in_form
from evidence.readings import by_reader

SCHEMA = "disclosure/1"
_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One field, disclosed."""

    record: str
    path: str
    """JSON Pointer into the reading of the record, as the bundle shows it."""
    salt: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What is handed over."""

    fields: tuple[Told, ...]

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {"schema": SCHEMA, **plain.dump(self)}

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Disclosure:
        """Return the one whose plain JSON is `body`; raises ShapeError."""
        given = dict(body)
        if (found := given.pop("schema", None)) != SCHEMA:
            raise ShapeError(("schema",), SCHEMA, found)
        return plain.load(cls, given)

    @classmethod
    def read(cls, data: bytes) -> Disclosure | None:
        """Return the disclosure that bytes are; None where they are none."""
        try:
            body = canonical.decode(data)
            return cls.load(body) if isinstance(body, dict) else None
        except (CanonicalError, ShapeError):
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSaid:
    """Whether one disclosed field is the one that a bundle masks."""

    record: str
    path: str
    holds: bool
    said: str

    def line(self) -> str:
        """Return it in a line, in Chinese."""
        return f"{'✓' if self.holds else '✗'} 记录 {self.record[:64]} 读取结果的字段 {self.path[:120]}：{self.said}"


def held_against(bundle: Opened, disclosure: Disclosure) -> Iterator[FieldSaid]:
    """Yield of each field whether it is what the bundle is bound to; raises EvidenceError for what cannot be read of it."""
    for told in disclosure.fields:
        fault = _fault(bundle, told)
        said = fault or f"与包内承诺相符，原值 {_short(told.value)}"
        yield FieldSaid(record=told.record, path=told.path, holds=fault is None, said=said)


def _fault(bundle: Opened, told: Told) -> str | None:
    read = reading_of(bundle, told.record)
    if read is None:
        return "包内没有该记录的读取结果"
    bound = [one.commitment for one in read.withheld if one.path == told.path]
    if len(bound) != 1:
        return "包内没有对该字段的承诺" if not bound else f"包内对该字段有{len(bound)}个承诺，不能作数"
    if not is_salt(told.salt):
        return "盐值不是规定的写法"
    if not stands_for(read.plain(), told.path, told.value):
        return "与遮盖后的文字对不上"
    return None if commitment(bytes.fromhex(told.salt), told.value) == bound[0] else "与包内承诺不符"


def reading_of(bundle: Opened, record: str) -> Reading | None:
    """Return the reading of a record as a bundle shows it; None where there is none; raises EvidenceError."""
    paths = [reading_path(record), *_weighed(bundle, record)]
    path = next((path for path in paths if bundle.has(path)), None)
    return in_form(Reading, path, bundle.document(path)) if path is not None else None


def _weighed(bundle: Opened, record: str) -> Iterator[str]:
    for entry in bundle.manifest.files:
        if entry.role == "grounds" and "/readings/" not in entry.path:
            for look in in_form(Grounds, entry.path, bundle.document(entry.path)).looks:
                if look.row.record == record and look.reading is not None:
                    yield ground_reading_path(look.reading)


def disclose(
    path: Path, record: str, paths: Sequence[str], *, holdings: Holdings, salting: masking.Salting
) -> Disclosure:
    """Return the disclosure of fields of a record's reading in the bundle at `path`.

    Raises BundleError where the bundle does not hide such a field or the house cannot tell its value or salt any more, NotFound
    for a record that it has not or that is in quarantine, and what opening the vault raises.
    """
    with path.open("rb") as stream:
        read = reading_of(Opened(stream), record)
    if read is None:
        raise BundleError(f"{path}：包内没有记录 {record[:12]} 的读取结果")
    bound = {one.path: one.commitment for one in read.withheld}
    found, original = holdings.open_record(record), None
    if found.id == record:
        original = by_reader(found, read.reader.sha256, holdings)
    if original is None:
        raise BundleError(f"记录 {record[:12]} 由该版读取程序得出的结果已不在，不能逐个字段出示；请出示原件")
    hidden = {one.path: one for one in masking.hidden_fields(original, found, holdings.store)}
    salts = salting()
    if salts is None:
        raise BundleError("没有保险箱密钥，得不出盐值\ntry: QUZHENG_VAULT_KEY")
    told = []
    for one in paths:
        field = hidden.get(one)
        if one not in bound or field is None:
            raise BundleError(f"{path}：记录 {record[:12]} 没有被遮盖的字段 {one}\ntry: 不写 --field，先看有哪些")
        salt = salt_of(record, field, salts)
        if commitment(salt, field.value) != bound[one]:
            raise BundleError(f"字段 {one} 的值或密钥与封装时不同，不能出示；请出示原件")
        told.append(Told(record=record, path=one, salt=salt.hex(), value=field.value))
    return Disclosure(fields=tuple(told))


def _short(value: Any) -> str:
    said = value if isinstance(value, str) else canonical.encode(value).decode()
    clipped = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
    return "".join(letter if letter.isprintable() else "□" for letter in clipped)
