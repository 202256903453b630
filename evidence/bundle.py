"""Writes what leaves the house: a bag in a zip of the one permitted form, signed over its tag manifest.

The same dossiers, ledger and key give the same bytes, but for the two files of the seal that hold a fresh signature.
Without a signer the bundle is still written, but named UNSEALED (law 8).
"""

from __future__ import annotations

import importlib.metadata
import logging
import os
import secrets
import tempfile
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path

from evidence import bag, canonical, digest, heads, masking, report, zipform
from evidence.casebook import case_of
from evidence.contents import Contents, Opener, Piece, custody_events, records_of
from evidence.dossier import Dossier, Exhibit
from evidence.errors import BundleError, FormError
from evidence.files import TEMPORARY, make_folder, sync_folder
from evidence.holdings import Holdings
from evidence.ledger import FileLedger, Leaf
from evidence.manifest import FORMAT, MANIFEST, Manifest, Subject, Tool, heading
from evidence.model import TargetRef
from evidence.note import Checkpoint
from evidence.office import Office
from evidence.report.first_sheet import first_sheet
from evidence.seal import Signer
from evidence.store import Store
from evidence.unbroken import Unbroken, unbroken

log = logging.getLogger(__name__)

UNSEALED = ".UNSEALED.zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleResult:
    """What was written."""

    path: Path
    sealed: bool
    """False: there was no signer; the file's name says so, and it does not hold."""
    name: str
    """The folder inside, derived from the contents."""


def write_bundle(
    dossiers: Sequence[Dossier],
    *,
    holdings: Holdings,
    signer: Signer | None,
    out: Path,
    sources: Mapping[str, bytes] | None = None,
    by: str | None = None,
    since: datetime | None = None,
    office: Office | None = None,
) -> BundleResult:
    """Write one bundle of findings on one unit to `out` (FILE.zip, or a folder to name it in).

    `sources` are the texts of the flow, indicator and rules that were used, by name; `by` is who bundles; `since` is
    where the series begin that are shown without a gap (None: with their first record); `office` is whose evidence it is. A
    sealed bundle is entered in the ledger. Raises BundleError where the findings do not belong in one bundle or what they
    cite is not there, and above the limits of the zip form; nothing is then left at `out`.
    """
    subject = _subject(dossiers)
    dossiers = [_for_others(dossier, holdings.store) for dossier in dossiers]
    leaves = _leaves(dossiers, holdings.ledger)
    with holdings.ledger.exclusive():  # what a run admits meanwhile would be the end of a series that is not there
        dossiers = [_up_to_date(dossier, holdings, since) for dossier in dossiers]
        series = _series(dossiers, holdings, since)
        events = tuple(event for dossier in dossiers for event in case_of(holdings, dossier.finding).events)
        cited = {dossier.subject.id for dossier in dossiers} | {dossier.finding.id for dossier in dossiers}
        checkpoint = _checkpoint(holdings.ledger, leaves, cited, signer)
    with tempfile.TemporaryDirectory(prefix="quzheng-bundle-") as work:
        contents = Contents(holdings, Path(work))
        for record in records_of(dossiers):
            contents.record(record)
        for dossier in dossiers:
            contents.dossier(dossier, _report_folder(dossier, dossiers))
        contents.ledger(checkpoint, leaves)
        for one in series:
            contents.unbroken(one, checkpoint)
        contents.cases(events, checkpoint)
        contents.sources(sources or {})
        contents.custody(tuple(custody_events(dossiers, leaves, events, by)))
        contents.first_sheet(report.render_first_sheet(first_sheet(dossiers, events, office or Office(), by)))
        manifest = _manifest(dossiers, subject, contents, by)
        path = _destination(out, manifest.bundle, sealed=signer is not None)
        _write(path, manifest, contents.pieces(), signer)
    if signer:
        # The manifest stays in the house, so that no purge takes what the bundle holds.
        kept = holdings.store.put(canonical.encode(manifest.plain()), "application/json")
        holdings.ledger.append("bundle", manifest.bundle, kept.sha256)
    return BundleResult(path=path, sealed=signer is not None, name=manifest.bundle)


def _up_to_date(dossier: Dossier, holdings: Holdings, since: datetime | None) -> Dossier:
    """Return a dossier whose series go on to the present: a night that came since it was gathered belongs to them."""
    exhibits = tuple(
        replace(one, rows=holdings.rows(one.record.capture.target.id, one.record.capture.label, since))
        for one in dossier.exhibits
    )
    return replace(dossier, exhibits=exhibits)


def _for_others(dossier: Dossier, store: Store) -> Dossier:
    """Return a dossier whose readings show no personal data."""
    return replace(dossier, exhibits=tuple(_masked(exhibit, store) for exhibit in dossier.exhibits))


def _masked(exhibit: Exhibit, store: Store) -> Exhibit:
    pairs = (exhibit.record, exhibit.reading), (exhibit.earlier, exhibit.earlier_reading)
    now, before = (
        masking.reading(reading, record, store) if record and reading else reading for record, reading in pairs
    )
    return replace(exhibit, reading=now, earlier_reading=before)


def _subject(dossiers: Sequence[Dossier]) -> Subject:
    """Return whom the bundle is about; a bundle goes to one unit, which must not learn of others."""
    if not dossiers:
        raise BundleError("no finding to bundle\ntry: quzheng findings list")
    targets = {dossier.subject.id: dossier.subject for dossier in dossiers}
    units = {_unit(target) for target in targets.values()}
    if len(units) > 1:
        raise BundleError(f"findings on different units in one bundle: {', '.join(sorted(units))}\nbundle each alone")
    for dossier in dossiers:
        _check_own(dossier)
    return Subject(unit=dossiers[0].subject.unit, targets=tuple(targets[id] for id in sorted(targets)))


def _unit(target: TargetRef) -> str:
    return target.unit or target.site_code or target.id


def _check_own(dossier: Dossier) -> None:
    finding, cited = dossier.finding, tuple(exhibit.record.id for exhibit in dossier.exhibits)
    if not cited:
        raise BundleError(f"the finding {finding.id} has no exhibit: there is nothing that would prove it")
    if cited != finding.exhibits:
        raise BundleError(f"the dossier of {finding.id} does not hold the records that the finding cites")
    records = (*(e.record for e in dossier.exhibits), *(one.record for one in dossier.human))
    others = {record.capture.target.id for record in records} | {finding.target}
    if others != {dossier.subject.id}:
        raise BundleError(f"the finding {finding.id} is about {dossier.subject.id}, got exhibits of {sorted(others)}")


def _leaves(dossiers: Sequence[Dossier], ledger: FileLedger) -> tuple[Leaf, ...]:
    """Return the leaves of all records, and of those findings that were entered as they stand."""
    found = []
    for record in records_of(dossiers):
        leaf = ledger.find("record", record.capture.key)
        if leaf is None or leaf.digest != record.id:
            raise BundleError(f"the record {record.id} is not in the ledger under its key {record.capture.key}")
        found.append(leaf)
    for dossier in dossiers:
        leaf = ledger.find("finding", dossier.finding.id)
        if leaf and leaf.digest == digest.of_value(dossier.finding.plain()):
            found.append(leaf)
    return tuple(found)


def _series(dossiers: Sequence[Dossier], holdings: Holdings, since: datetime | None) -> tuple[Unbroken, ...]:
    """Return the series of all labels that exhibits are of; one with a visit under way is not claimed to be whole."""
    labels = sorted(
        {
            (exhibit.record.capture.target.id, exhibit.record.capture.label)
            for dossier in dossiers
            for exhibit in dossier.exhibits
        }
    )
    found = []
    for target, label in labels:
        series = unbroken(holdings, target, label, since)
        if series is None or series.open:
            why = f"run {series.open[0]} has no record of it" if series else "no run planned it"
            log.warning("the series of %s/%s is not claimed to be without a gap: %s", target, label, why)
        else:
            found.append(series)
    return tuple(found)


def _checkpoint(ledger: FileLedger, leaves: Sequence[Leaf], of: Set[str], signer: Signer | None) -> Checkpoint:
    """Return the first checkpoint by the signer that commits to the heads, and after which came nothing of the targets
    and findings in `of`.

    Where there is none, the heads are committed to and the present is signed for; so the end of no series is left out,
    and bundling twice gives the same.
    """
    if signer is None:
        return ledger.state(ledger.commit_heads().index + 1)
    every = ledger.leaves()
    last = max(max(leaf.index for leaf in leaves), *(leaf.index for leaf in every if _is_of(leaf, of)))
    for kept in ledger.checkpoints():
        ends = last < kept.size <= len(every) and every[kept.size - 1].kind == "heads"
        if ends and kept.of_key(signer.key_id) and kept.text == ledger.state(kept.size).text:
            return kept
    ledger.commit_heads()
    return ledger.checkpoint(signer)


def _is_of(leaf: Leaf, of: Set[str]) -> bool:
    """Tell whether a leaf continues a chain of one of the targets or findings, or declares a loss of one of them."""
    chain = heads.chain_of(leaf.kind, leaf.key)
    return (chain is not None and chain[1] in of) or (leaf.kind == "loss" and leaf.key.split("/")[1] in of)


def _report_folder(dossier: Dossier, dossiers: Sequence[Dossier]) -> str:
    return "data/report/" if len(dossiers) == 1 else f"data/report/{dossier.finding.id[:16]}/"


def _manifest(dossiers: Sequence[Dossier], subject: Subject, contents: Contents, by: str | None) -> Manifest:
    unnamed = Manifest(
        format=FORMAT,
        bundle="",
        demonstration=any(dossier.demonstration for dossier in dossiers),
        subject=subject,
        findings=tuple(heading(dossier.finding) for dossier in dossiers),
        by=by,
        tool=Tool(name="quzheng", version=_version()),
        files=tuple(piece.entry for piece in contents.pieces()),
        withheld=contents.withheld,
        series=contents.claims,
    )
    return replace(unnamed, bundle=unnamed.derived_name)


def _write(path: Path, manifest: Manifest, pieces: Sequence[Piece], signer: Signer | None) -> None:
    described = Piece.json(MANIFEST, "manifest", manifest.plain())
    payload = {piece.entry.path: piece for piece in (*pieces, described)}
    sizes = {name: piece.entry.size for name, piece in payload.items()}
    tags = bag.tag_files(manifest.bundle, sizes, {name: piece.entry.sha256 for name, piece in payload.items()})
    seal = _seal(tags[bag.TAG_MANIFEST], signer) if signer else {}
    openers: dict[str, Opener] = {name: partial(BytesIO, tags[name]) for name in bag.TAG_FILES}
    openers |= {name: payload[name].open for name in sorted(payload)}
    openers |= {name: partial(BytesIO, seal[name]) for name in bag.SEAL_FILES if seal}
    _write_zip(path, [(f"{manifest.bundle}/{name}", opener) for name, opener in openers.items()])


def _write_zip(path: Path, files: Sequence[tuple[str, Opener]]) -> None:
    make_folder(path.parent)
    temporary = path.parent / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(8)}"
    try:
        with temporary.open("w+b") as stream:
            zipform.write(stream, files)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except (OSError, FormError) as error:
        raise BundleError(f"{path} cannot be written: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def _seal(tag_manifest: bytes, signer: Signer) -> dict[str, bytes]:
    seal = {bag.SIGNATURE: signer.sign(tag_manifest), bag.SIGNER: signer.certificate_pem}
    return {**seal, bag.SEAL_LIST: bag.listing({path: digest.sha256(data) for path, data in seal.items()})}


def _destination(out: Path, name: str, *, sealed: bool) -> Path:
    path = out / f"{name}.zip" if out.is_dir() else out
    return path if sealed else path.with_name(path.name.removesuffix(".zip").removesuffix(".UNSEALED") + UNSEALED)


def _version() -> str:
    try:
        return importlib.metadata.version("quzheng")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
