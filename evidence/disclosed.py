"""Whether files that were handed over are the originals of what a bundle's records cite, by their SHA-256.

A record that is there without its contents, as a header or withheld, still names them by digest: so what is disclosed
later, or by another, is held against it. That the record itself is genuine is for the verdict to say. A file may also disclose
masked fields of readings (`disclosing`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from evidence import digest, disclosing, plain
from evidence.disclosing import Disclosure, FieldSaid
from evidence.model import Capture, Record
from evidence.opened import MAX_DOCUMENT, Opened
from evidence.verify import UNREADABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one record cites a file as."""

    record: str
    role: str
    """The artifact's role, or exchanges, times, environment, cleanliness, flow, helper, ledger."""
    n: int | None
    """The artifact's number within its role."""
    header: bool
    """Whether only the record's header is in the bundle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """A file that was handed over, and every place where a record cites it; none: it is no original of this bundle."""

    file: str
    sha256: str
    places: tuple[Place, ...]
    fields: tuple[FieldSaid, ...] = field(default=(), metadata={plain.ADDED: True})
    """Of a file that discloses fields: what is to be said of each."""

    @property
    def holds(self) -> bool:
        """Whether it is an original, or every field that it discloses is the one that was masked."""
        return bool(self.places) or (bool(self.fields) and all(one.holds for one in self.fields))

    def lines(self) -> Iterator[str]:
        """Yield what is to be said of the file, in Chinese."""
        yield from (f"{one.line()}（{self.file}）" for one in self.fields)
        if not self.places and not self.fields:
            yield f"✗ {self.file}：不是本包任何记录的原始内容（SHA-256 {self.sha256}）"
        for place in self.places:
            number = "" if place.n is None else f" {place.n}"
            where = "记录头" if place.header else "记录"
            yield f"✓ {self.file}：{where} {place.record} 的 {place.role}{number} 的原始内容"


def held_against(bundle: Path, files: Sequence[Path]) -> tuple[Disclosed, ...]:
    """Return what each file is in the bundle at `bundle`: nothing, where that cannot be read as one.

    Raises OSError for a file that cannot be read.
    """
    hashed = [_digest(path) for path in files]
    told = {path: Disclosure.read(path.read_bytes()) for path in files if path.stat().st_size <= MAX_DOCUMENT}
    try:
        found = _places(bundle, frozenset(hashed))
    except UNREADABLE:
        found = {}  # the verdict says what is wrong with the bundle
    return tuple(
        Disclosed(
            file=str(path),
            sha256=sha256,
            places=tuple(found.get(sha256, ())),
            fields=_fields(bundle, told.get(path)) if sha256 not in found else (),
        )
        for path, sha256 in zip(files, hashed, strict=True)
    )


def _fields(bundle: Path, told: Disclosure | None) -> tuple[FieldSaid, ...]:
    if told is None:
        return ()
    try:
        with bundle.open("rb") as stream:
            return tuple(disclosing.held_against(Opened(stream), told))
    except UNREADABLE:
        return tuple(
            FieldSaid(record=one.record, path=one.path, holds=False, said="证据包不能读取") for one in told.fields
        )


def _places(bundle: Path, wanted: Set[str]) -> Mapping[str, list[Place]]:
    found: dict[str, list[Place]] = defaultdict(list)
    with bundle.open("rb") as stream:
        for id, record, header in _records(Opened(stream)):
            for sha256, role, n in _cited(record.capture):
                if sha256 in wanted:
                    found[sha256].append(Place(record=id, role=role, n=n, header=header))
    return found


def _records(bundle: Opened) -> Iterator[tuple[str, Record, bool]]:
    for entry in bundle.manifest.files:
        if entry.role in ("record", "header"):
            yield PurePosixPath(entry.path).stem, Record.load(bundle.document(entry.path)), entry.role == "header"


def _cited(capture: Capture) -> Iterator[tuple[str, str, int | None]]:
    yield from ((artifact.sha256, artifact.role, artifact.n) for artifact in capture.artifacts)
    yield from (
        (sha256, role, None)
        for role, sha256 in (
            ("exchanges", capture.exchanges),
            ("times", capture.times),
            ("environment", capture.environment),
            ("cleanliness", capture.cleanliness),
            ("flow", capture.flow.sha256),
            ("ledger", capture.column.ledger if capture.column else None),
            *(("helper", sha256) for sha256 in capture.flow.helpers),
        )
        if sha256
    )


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return digest.of_stream(stream, "sha256")
