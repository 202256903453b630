"""The bundle that is contested: which one it was by the ledger, and whether the file at hand is it and still holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence import canonical, digest
from evidence.errors import DisputeError, EvidenceError
from evidence.holdings import Holdings
from evidence.ledger import each_leaf
from evidence.manifest import MANIFEST, Manifest
from evidence.opened import MAX_MANIFEST, Opened
from evidence.verify import verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One check of the verifier."""

    name: str
    passed: bool | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The bundle an objection is against."""

    bundle: str
    manifest: str
    """Name and SHA-256 of manifest.json, as the ledger has them."""
    said: str | None
    """The name that the unit gave; None where it gave none."""
    same: bool | None
    """Whether the file at hand is that very bundle; None: no file was at hand."""
    holds: bool | None
    """What the verifier said of the file at hand."""
    checks: tuple[Asked, ...] = ()


def original(holdings: Holdings, finding: str, said: str | None, file: Path | None, upto: int) -> Original:
    """Return the bundle of a finding that was sealed last before leaf `upto`, or the one the unit named, and whether it holds.

    Raises DisputeError where none was ever sealed: there is then nothing the answer could cite.
    """
    issued = dict(_issued(holdings, finding, upto))
    if not issued:
        raise DisputeError(
            f"台账里没有问题{finding[:12]}的证据包（异议之前封装的）：先核对通报时所附的是哪一个，没有封装过的不能答复"
        )
    name = said if said in issued else next(reversed(issued))
    known = Original(bundle=name, manifest=issued[name], said=said, same=None, holds=None)
    return _with_file(known, file) if file else known


def _issued(holdings: Holdings, finding: str, upto: int) -> Iterator[tuple[str, str]]:
    """Yield name and manifest digest of the sealed bundles that hold a finding and are no answers, oldest first."""
    for leaf in each_leaf(holdings.ledger, "bundle"):
        if leaf.index < upto and holdings.store.has(leaf.digest):
            described = Manifest.load(canonical.decode(holdings.store.read(leaf.digest)))
            answers = any(entry.role == "answer" for entry in described.files)
            if not answers and any(one.id == finding for one in described.findings):
                yield leaf.key, leaf.digest


def _with_file(known: Original, file: Path) -> Original:
    """Verify the file at hand; that it is ours the ledger tells, whatever certificate the office has by now."""
    verdict = verify(file)
    checks = tuple(Asked(name=one.name, passed=one.passed, detail=one.detail) for one in verdict.checks)
    return Original(
        bundle=known.bundle,
        manifest=known.manifest,
        said=known.said,
        same=_manifest_of(file) == known.manifest,
        holds=verdict.holds(),
        checks=checks,
    )


def _manifest_of(file: Path) -> str | None:
    """Return the digest of a bundle's manifest; None where the file has none that can be read."""
    try:
        with file.open("rb") as stream:
            return digest.sha256(Opened(stream).read(MANIFEST, MAX_MANIFEST))
    except (OSError, EvidenceError):
        return None
