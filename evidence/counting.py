"""Takes the census of a store (`quzheng store stats`) in one walk over the ledger and one over its files.

Nothing is decompressed: sizes are those that records and files tell. What a page showed is compared by readings that are
kept already; none is made.
"""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from evidence import canonical, plain
from evidence.catalog import Row
from evidence.census import Census, Cost, Night, Pile, Update
from evidence.errors import EvidenceError
from evidence.files import TEMPORARY
from evidence.holdings import Holdings
from evidence.ledger import Leaf
from evidence.model import Capture, Reading, Record, Role
from evidence.reading.reader import this_reader
from evidence.span import local_day

ROLES: Mapping[Role, str] = {"tile": "tiles", "region": "tiles", "body": "bodies", "download": "downloads"}
"""What a role of artifacts is called here, where that is not its own name."""
SHARED = "shared"
"""Target and month of what belongs to no single target: environments, ledger, proofs, journals."""
_FOLDERS = {
    "catalog": "catalog",
    "journal": "journal",
    "probes": "probes",
    "ledger/checkpoints": "proofs",
    "ledger": "ledger",
    "derived/readings": "readings",
    "derived/lasting": "readings",
    "derived/indexes": "readings",
    "derived": "derived",
}
"""What the folders beside the blobs hold; the first that fits."""


def take(holdings: Holdings) -> Census:
    """Return the census of a store; records that cannot be read are left to `store check`."""
    counting = _Counting(holdings)
    for leaf in holdings.ledger.leaves():
        counting.leaf(leaf)
    counting.rest()
    return counting.census()


@dataclass(slots=True)
class _Before:
    """What is remembered of a page's last record."""

    tiles: frozenset[str]
    bodies: frozenset[str]
    seen: frozenset[str]
    """Every artifact."""
    environment: str
    reading: str
    """Key of its reading; empty where none is known."""


@dataclass(slots=True)
class _Redrawn:
    day: date
    pages: int = 0
    redrawn: int = 0
    stored: int = 0


@dataclass(slots=True)
class _Counting:
    holdings: Holdings
    records: int = 0
    disk: int = 0
    roles: dict[str, Pile] = field(default_factory=dict)
    targets: dict[str, Pile] = field(default_factory=dict)
    months: dict[str, Pile] = field(default_factory=dict)
    nights: dict[date, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    costs: dict[str, dict[tuple[str, str], list[int]]] = field(default_factory=lambda: {"moving": {}, "unchanged": {}})
    last: dict[tuple[str, str], _Before] = field(default_factory=dict)
    updates: dict[tuple[str, str], _Redrawn] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """Uncompressed size of each blob that was counted."""
    browsers: dict[str, str] = field(default_factory=dict)
    keys: dict[str, dict[str, str]] = field(default_factory=dict)

    def leaf(self, leaf: Leaf) -> None:
        if leaf.kind != "record":
            self._document(leaf)
            return
        try:
            record = self.holdings.record(leaf.digest)
        except EvidenceError:
            return
        self.records += 1
        capture = record.capture
        self._cite(capture)
        new = self._blob(leaf.digest, "records", capture)
        tiles = 0
        for sha256, role in _cited(capture):
            stored = self._blob(sha256, role, capture)
            new += stored
            tiles += stored if role == "tiles" else 0
        new += len(leaf.line) + 1 + len(json.dumps(plain.dump(Row.of(record, leaf)), ensure_ascii=False).encode())
        night = self.nights[local_day(capture.started)]
        night[0] += 1
        night[1] += new
        self._compare(record, new, tiles)

    def _document(self, leaf: Leaf) -> None:
        self._blob(leaf.digest, "events", None)

    def _cite(self, capture: Capture) -> None:
        for artifact in capture.artifacts:
            for pile in self._piles(ROLES.get(artifact.role, artifact.role), capture):
                pile.cited += artifact.size

    def _blob(self, sha256: str, role: str, capture: Capture | None) -> int:
        """Count a blob where it is the first time, and return its stored bytes; 0 for one counted, or not there."""
        known = sha256 in self.sizes
        stored = 0
        if not known:
            try:
                path = self.holdings.store.path(sha256)
            except EvidenceError:
                return 0
            stored = self._file(path)
            self.sizes[sha256] = _uncompressed(path, stored)
            for pile in self._piles(role, capture):
                pile.add(self.sizes[sha256], stored)
        if capture is None or role in _NO_ARTIFACTS:
            for pile in self._piles(role, capture):
                pile.cited += self.sizes[sha256]
        return stored

    def _file(self, path: Path) -> int:
        status = path.stat()
        self.disk += status.st_blocks * 512
        return status.st_size

    def _piles(self, role: str, capture: Capture | None) -> Iterator[Pile]:
        own = capture is not None and role not in ("environment", "cleanliness", "flow")
        target = capture.target.id if capture and own else SHARED
        month = f"{local_day(capture.started):%Y-%m}" if capture and own else SHARED
        for piles, name in ((self.roles, role), (self.targets, target), (self.months, month)):
            yield piles.setdefault(name, Pile(name=name))

    def _compare(self, record: Record, new: int, tiles: int) -> None:
        capture = record.capture
        if capture.outcome != "captured" or not capture.of_role("tile"):
            return
        page = capture.target.id, capture.label
        now, before = self._state(record), self.last.get(page)
        self.last[page] = now
        if before is None:
            return
        if self._browser(before.environment) != self._browser(now.environment):
            self._redrawn(capture, before, now, tiles)
        elif before.seen == now.seen:
            self.costs["unchanged"].setdefault(page, []).append(new)
        elif self._same_matter(before.reading, now.reading):
            self.costs["moving"].setdefault(page, []).append(new)

    def _state(self, record: Record) -> _Before:
        capture = record.capture
        target = capture.target.id
        if target not in self.keys:
            self.keys[target] = self.holdings.derived.index(target, this_reader(self.holdings.words).sha256)
        return _Before(
            tiles=_digests(capture, "tile"),
            bodies=_digests(capture, "body"),
            seen=frozenset(one.sha256 for one in capture.artifacts),
            environment=capture.environment,
            reading=self.keys[target].get(record.id, ""),
        )

    def _redrawn(self, capture: Capture, before: _Before, now: _Before, tiles: int) -> None:
        if before.bodies != now.bodies:
            return
        names = self._browser(before.environment), self._browser(now.environment)
        one = self.updates.setdefault(names, _Redrawn(day=local_day(capture.started)))
        one.pages += 1
        if before.tiles.isdisjoint(now.tiles):
            one.redrawn += 1
            one.stored += tiles

    def _browser(self, environment: str) -> str:
        if environment not in self.browsers:
            self.browsers[environment] = _browser_of(environment, self.holdings)
        return self.browsers[environment]

    def _same_matter(self, before: str, now: str) -> bool:
        """Tell whether two readings, as they are kept, say the same of list and text; False where one is not kept."""
        if not before or not now:
            return False
        if before == now:
            return True
        found = [self.holdings.derived.reading(key) for key in (before, now)]
        return None not in found and len({_matter(one) for one in found if one}) == 1

    def rest(self) -> None:
        """Count what no record cites, and what lies beside the blobs."""
        for path in sorted(self.holdings.store.blobs.glob("*/*")):
            name = path.parent.name + path.name.removesuffix(".gz")
            if name not in self.sizes and not path.name.startswith(TEMPORARY):
                self._blob(name, "uncited", None)
        beside = (place for place in sorted(self.holdings.root.iterdir()) if place != self.holdings.store.blobs)
        for path in (path for place in beside for path in (place, *sorted(place.rglob("*")))):
            inside = path.relative_to(self.holdings.root).as_posix()
            if path.is_file():
                role = next((role for folder, role in _FOLDERS.items() if inside.startswith(f"{folder}/")), "other")
                size = self._file(path)
                for pile in self._piles(role, None):
                    pile.add(size, size)
                    pile.cited += size

    def census(self) -> Census:
        roles = _sorted(self.roles)
        whole = Pile(name="whole")
        for pile in roles:
            whole.files += pile.files
            whole.cited += pile.cited
            whole.logical += pile.logical
            whole.stored += pile.stored
        return Census(
            records=self.records,
            moving=_costs(self.costs["moving"]),
            unchanged=_costs(self.costs["unchanged"]),
            updates=tuple(
                Update(
                    day=one.day,
                    before=names[0],
                    after=names[1],
                    pages=one.pages,
                    redrawn=one.redrawn,
                    stored=one.stored,
                )
                for names, one in self.updates.items()
            ),
            whole=whole,
            disk=self.disk,
            roles=roles,
            targets=_sorted(self.targets),
            months=tuple(self.months[name] for name in sorted(self.months)),
            nights=tuple(Night(day=day, records=n, stored=stored) for day, (n, stored) in sorted(self.nights.items())),
        )


_NO_ARTIFACTS: Set[str] = frozenset(
    {"records", "exchanges", "times", "environment", "cleanliness", "flow", "columns", "events", "uncited"}
)
"""Roles of blobs that are no artifacts: their sizes stand in no record."""


def _cited(capture: Capture) -> Iterator[tuple[str, str]]:
    """Yield each blob that a capture cites, with its role."""
    for artifact in capture.artifacts:
        yield artifact.sha256, ROLES.get(artifact.role, artifact.role)
    yield capture.exchanges, "exchanges"
    yield capture.times, "times"
    yield capture.environment, "environment"
    if capture.cleanliness:
        yield capture.cleanliness, "cleanliness"
    for sha256 in (capture.flow.sha256, *capture.flow.helpers):
        yield sha256, "flow"
    if capture.column and capture.column.ledger:
        yield capture.column.ledger, "columns"


def _digests(capture: Capture, role: Role) -> frozenset[str]:
    return frozenset(artifact.sha256 for artifact in capture.of_role(role))


def _uncompressed(path: Path, stored: int) -> int:
    """Return a blob's size: of a compressed one (never above 4 GiB) it stands in the last four bytes."""
    if path.suffix != ".gz":
        return stored
    with path.open("rb") as stream:
        stream.seek(max(0, stored - 4))
        return int.from_bytes(stream.read(4), "little")


def _browser_of(environment: str, holdings: Holdings) -> str:
    """Return the browser of an environment, with the beginning of its program's digest; "?" where it is not told."""
    try:
        body = canonical.decode(holdings.store.read(environment))
    except EvidenceError:
        return "?"
    browser = body.get("browser") if isinstance(body, dict) else None
    if not isinstance(browser, dict):
        return "?"
    said = str(browser.get("version", "?"))
    return f"{said} ({str(browser['sha256'])[:8]})" if browser.get("sha256") else said


def _matter(reading: Reading) -> tuple[object, ...]:
    items = tuple((item.title, item.href, item.date) for item in reading.items)
    return reading.page_kind, reading.title, reading.blank, reading.newest, items, reading.prose


def _costs(pages: Mapping[tuple[str, str], list[int]]) -> Cost:
    means = [round(statistics.mean(costs)) for costs in pages.values()]
    return Cost(pages=len(means), median=round(statistics.median(means)) if means else None, total=sum(means))


def _sorted(piles: Mapping[str, Pile]) -> tuple[Pile, ...]:
    return tuple(sorted(piles.values(), key=lambda pile: (-pile.stored, pile.name)))
