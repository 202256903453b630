"""What we computed from records, kept apart from them: readings, replays and findings, as canonical JSON files.

    derived/readings/KEY.json     derived/pictures/KEY.json     derived/indexes/TARGET.json
    derived/lasting/KEY.json     derived/replays/RECORD.json     derived/findings/ID.json

All of it can be made again from the store; a reading or replay that is damaged or of an older form counts as not there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Set
from datetime import date
from pathlib import Path

from evidence import canonical, digest, plain
from evidence.catalog import check_slug
from evidence.errors import CanonicalError, NotFound, ShapeError, StoreError
from evidence.files import Stamp, stamp, write_changed
from evidence.model import Finding, Reading
from evidence.reading.pictures import Kept
from evidence.replay import Replay

_SHA256 = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


class Derived:
    """Readings by a key of 64 hexadecimal digits, replays by their record's id, findings by their own."""

    def __init__(self, root: Path) -> None:
        self._readings = root / "derived" / "readings"
        self._lasting = root / "derived" / "lasting"
        self._indexes = root / "derived" / "indexes"
        self._pictures = root / "derived" / "pictures"
        self._replays = root / "derived" / "replays"
        self._findings = root / "derived" / "findings"

    def put_reading(self, key: str, reading: Reading) -> None:
        """Keep a reading under the digest of what it was made from and by; raises StoreError."""
        _keep(_place(self._readings, key), reading.plain())

    def reading(self, key: str) -> Reading | None:
        """Return the reading kept under a key; None where there is none that can be used."""
        try:
            return Reading.load(json.loads(_place(self._readings, key).read_bytes()))
        except (FileNotFoundError, ValueError, AttributeError, ShapeError):
            return None

    def has_reading(self, key: str) -> bool:
        """Tell whether a reading is kept under a key, without opening it."""
        return _place(self._readings, key).is_file()

    def lasting(self, key: str) -> tuple[date, str] | None:
        """Return from which day on the page of a key reads the same on any day, and the key of that reading."""
        try:
            body = json.loads(_place(self._lasting, key).read_bytes())
            return date.fromisoformat(body["since"]), str(body["reading"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def put_lasting(self, key: str, since: date, reading: str) -> None:
        """Keep that the page of a key reads so on any day from `since` on; raises StoreError."""
        _keep(_place(self._lasting, key), {"since": since.isoformat(), "reading": reading})

    def index(self, target: str, reader: str) -> dict[str, str]:
        """Return, by record of a target, the key of its reading by this reader; empty where none is kept."""
        try:
            body = canonical.decode((self._indexes / f"{check_slug(target)}.json").read_bytes())
        except (FileNotFoundError, CanonicalError):
            return {}
        fits = isinstance(body, dict) and body.get("reader") == reader and isinstance(body.get("keys"), dict)
        return {str(id): str(key) for id, key in body["keys"].items()} if fits else {}

    def keys(self, target: str) -> dict[str, str]:
        """Return the same by whatever reader it was read last; empty where none is kept."""
        try:
            body = canonical.decode((self._indexes / f"{check_slug(target)}.json").read_bytes())
        except (FileNotFoundError, CanonicalError):
            return {}
        keys = body.get("keys") if isinstance(body, dict) else None
        return {str(id): str(key) for id, key in keys.items()} if isinstance(keys, dict) else {}

    def put_index(self, target: str, reader: str, keys: Mapping[str, str]) -> None:
        """Keep which record of a target has which reading; raises StoreError."""
        _keep(self._indexes / f"{check_slug(target)}.json", {"reader": reader, "keys": dict(keys)})

    def put_picture(self, key: str, kept: Kept) -> None:
        """Keep what was made of a picture under the digest of it and of what read it; raises StoreError."""
        _keep(_place(self._pictures, key), plain.dump(kept))

    def picture(self, key: str) -> Kept | None:
        """Return what was made of a picture; None where there is nothing that can be used."""
        try:
            return plain.load(Kept, canonical.decode(_place(self._pictures, key).read_bytes()))
        except (FileNotFoundError, CanonicalError, ShapeError):
            return None

    def put_replay(self, replay: Replay) -> None:
        """Keep a replay, replacing the one of the same record; raises StoreError."""
        _keep(_place(self._replays, replay.record), replay.plain())

    def replay(self, record: str) -> Replay | None:
        """Return the replay of a record; None where there is none that can be used."""
        try:
            return Replay.load(canonical.decode(_place(self._replays, record).read_bytes()))
        except (FileNotFoundError, CanonicalError, ShapeError):
            return None

    def put_finding(self, finding: Finding) -> str:
        """Keep a finding, replacing one of the same id, and return the SHA-256 of its canonical bytes; raises StoreError."""
        return digest.sha256(_keep(_place(self._findings, finding.id), finding.plain()))

    def finding(self, id: str) -> Finding:
        """Return a finding; raises NotFound, or ShapeError where its file is damaged."""
        path = _place(self._findings, id)
        try:
            return Finding.load(canonical.decode(path.read_bytes()))
        except FileNotFoundError as error:
            raise NotFound(f"no finding {id} in {self._findings}\ntry: quzheng findings list") from error

    def finding_stamps(self, ids: Iterable[str]) -> tuple[Stamp | None, ...]:
        """Return the stamps of findings' files, None of one that is not there; opens none."""
        folder = str(self._findings)
        return tuple(stamp(f"{folder}/{id}.json") for id in ids)

    def findings_stamp(self) -> Stamp | None:
        """Return what changes whenever a finding is put; None before the first."""
        return stamp(self._findings)

    def forget(self, record: str, blobs: Set[str]) -> None:
        """Remove all that was made of a record and of blobs that left the store; done twice is no fault.

        Readings and pictures that other records have too stay while their blobs do. Findings are `judgements`' affair.
        """
        made = (*self._readings.glob("*.json"), *self._pictures.glob("*.json"))
        gone = [path for path in made if not blobs.isdisjoint(_named(path))]
        keys = {path.stem for path in gone}
        gone += [path for path in self._lasting.glob("*.json") if not keys.isdisjoint(_named(path))]
        gone += [path for path in self._indexes.glob("*.json") if record in _named(path)]
        for path in (*gone, _place(self._replays, record)):
            path.unlink(missing_ok=True)

    def full_id(self, beginning: str) -> str:
        """Return the id of the one finding whose id begins so; raises NotFound where there is none or more than one."""
        return the_one(beginning, (path.stem for path in self._findings.glob("*.json")), "finding")

    def findings(self) -> tuple[Finding, ...]:
        """Return all findings, ordered by T, then indicator, target and label."""
        found = [self.finding(path.stem) for path in sorted(self._findings.glob("*.json"))]
        return tuple(sorted(found, key=lambda f: (f.at, f.indicator, f.target, f.label or "", f.id)))


def the_one(beginning: str, ids: Iterable[str], what: str) -> str:
    """Return the one id that begins so; raises NotFound where there is none or more than one.

    >>> the_one("ab", ["abc", "bcd"], "finding")
    'abc'
    """
    found = sorted({id for id in ids if beginning and id.startswith(beginning)})
    if len(found) != 1:
        many = f"{len(found)} begin with it: write more of it" if found else "none begins with it"
        raise NotFound(f"no {what} {beginning!r:.80}: {many}")
    return found[0]


def _place(folder: Path, key: str) -> Path:
    if not digest.is_sha256(key):
        raise NotFound(f"a key of 64 hexadecimal digits is needed, got {key!r:.80}")
    return folder / f"{key}.json"


def _named(path: Path) -> frozenset[str]:
    """Return every SHA-256 that stands in a file, whole or damaged."""
    return frozenset(found.decode() for found in _SHA256.findall(path.read_bytes()))


def _keep(path: Path, body: object) -> bytes:
    data = canonical.encode(body)
    try:
        write_changed(path, data, lasting=False)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error}") from error
    return data
