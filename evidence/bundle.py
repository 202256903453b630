"""Writes what leaves the house: a bag in a zip of the one permitted form, signed over its tag manifest.

The same dossiers, ledger and key give the same bytes, but for the files of the seal that hold a fresh signature and its
time-stamp. Without a signer, or without a time-stamp or an SM2 signature where one is demanded, the bundle is still
written, but named UNSEALED (law 8).
"""

from __future__ import annotations

import importlib.metadata
import logging
import tempfile
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path

from evidence import aftercheck, bag, canonical, casebook, digest, heads, masking, plain, report, timestamp, zipform
from evidence.case_event import Event
from evidence.catalog import Row
from evidence.contents import Contents, Opener, Piece, Reply, custody_events, records_of
from evidence.dossier import Dossier, Exhibit
from evidence.errors import BundleError, FormError, SealError
from evidence.files import make_folder, whole_file
from evidence.grounding import Grounded
from evidence.holdings import Holdings
from evidence.ledger import FileLedger, Leaf
from evidence.manifest import FORMAT, MANIFEST, Manifest, Subject, Tool, heading
from evidence.model import Record, TargetRef
from evidence.note import Checkpoint
from evidence.office import Office
from evidence.proof import PURGE
from evidence.report.first_sheet import first_sheet
from evidence.seal import Signer
from evidence.sm2 import SecondSigner, Signature
from evidence.store import Store
from evidence.timestamp import Authority
from evidence.unbroken import Unbroken, unbroken

log = logging.getLogger(__name__)

UNSEALED = ".UNSEALED.zip"
MAX_HEADERS = 4_000
"""Records in all series, above which those that no exhibit is of are shown by their headings alone: some 30 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleResult:
    """What was written."""

    path: Path
    sealed: bool
    """False: there was no signer, or no time-stamp or SM2 signature where one is demanded; the file's name says so, and it
    does not hold."""
    name: str
    """The folder inside, derived from the contents."""
    lacking: str | None = None
    """What the seal lacks, and why; for an inspector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seal:
    files: Mapping[str, bytes]
    """In the order of the zip; none: UNSEALED."""
    lacking: str | None = None


def write_bundle(
    dossiers: Sequence[Dossier],
    *,
    holdings: Holdings,
    signer: Signer | None,
    out: Path,
    authority: Authority | None = None,
    second: SecondSigner | None = None,
    sources: Mapping[str, bytes] | None = None,
    by: str | None = None,
    since: datetime | None = None,
    office: Office | None = None,
    reply: Reply | None = None,
    salting: masking.Salting = masking.unsalted,
) -> BundleResult:
    """Write one bundle of findings on one unit to `out` (FILE.zip, or a folder to name it in).

    `authority` gives the signature a time-stamp, `second` signs beside it with SM2; `sources` are the texts of the flow, indicator and rules that were used, by
    name; `by` is who bundles; `since` is where the series begin that are shown without a gap (None: with their first
    record); `office` is whose evidence it is; with `reply` it is the answer to an objection; `salting` gives what masked
    fields of readings are committed to by, field by field. A sealed bundle is entered in the ledger. Raises BundleError where the findings do not belong in one bundle or what they
    cite is not there, and above the limits of the zip form; nothing is then left at `out`.
    """
    subject = _subject(dossiers)
    masked = [_for_others(dossier, holdings.store, salting) for dossier in dossiers]
    shown = _shown(masked, subject, holdings, signer, since, reply)
    with tempfile.TemporaryDirectory(prefix="quzheng-bundle-") as work:
        contents = Contents(holdings, Path(work))
        _fill(contents, shown, subject)
        if anchor := _anchor(holdings.ledger, shown.leaves, shown.checkpoint, signer):
            contents.anchor(anchor, shown.checkpoint)
        contents.sources(sources or {})
        contents.custody(tuple(custody_events(shown.dossiers, shown.leaves, shown.events, by, reply)))
        sheet = first_sheet(shown.dossiers, shown.events, office or Office(), by)
        contents.first_sheet(report.render_first_sheet(sheet))
        contents.objection([dossier.finding.id for dossier in shown.dossiers])
        if reply:
            contents.answer(reply.answer, reply.letter)
        manifest = _manifest(shown.dossiers, subject, contents, by)
        ended = max(record.capture.ended for record in shown.records)
        means = _Means(signer=signer, authority=authority, second=second, ended=ended)
        manifest, seal = _sealed(manifest, contents.pieces(), means)
        tags, payload = _bag(manifest, contents.pieces())
        path = _destination(out, manifest.bundle, sealed=bool(seal.files))
        _write(path, manifest.bundle, tags, payload, seal.files)
    if seal.files:
        kept = holdings.store.put(canonical.encode(manifest.plain()), "application/json")
        holdings.ledger.append("bundle", manifest.bundle, kept.sha256)
    return BundleResult(path=path, sealed=bool(seal.files), name=manifest.bundle, lacking=seal.lacking)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What a bundle shows of the holdings, as they stood at one moment."""

    dossiers: Sequence[Dossier]
    records: Sequence[Record]
    """All whose contents are shown."""
    series: tuple[Unbroken, ...]
    further: Mapping[str, Mapping[str, tuple[Row, ...]]]
    """By finding: the headings of every label that was weighed."""
    events: tuple[Event, ...]
    purged: tuple[tuple[Record, Leaf], ...]
    leaves: tuple[Leaf, ...]
    checkpoint: Checkpoint
    """Covers all of it."""


def _shown(
    dossiers: Sequence[Dossier],
    subject: Subject,
    holdings: Holdings,
    signer: Signer | None,
    since: datetime | None,
    reply: Reply | None,
) -> _Shown:
    """Return what the dossiers show, their series to the present, and the checkpoint over it."""
    targets = {target.id for target in subject.targets}
    casebook.name_targets(holdings)
    records = records_of(dossiers, reply)
    leaves = _leaves(dossiers, holdings.ledger, reply)
    runs = {heads.of_run(run) for run, _ in aftercheck.sessions(records)}
    with holdings.ledger.exclusive():  # what a run admits meanwhile would be the end of a series that is not there
        dossiers = [_up_to_date(dossier, holdings, since) for dossier in dossiers]
        series = _series(dossiers, holdings, since)
        purged = _purged(dossiers, series, holdings)
        leaves = (*leaves, *(leaf for _, leaf in purged))
        return _Shown(
            dossiers=dossiers,
            records=records,
            series=series,
            further={
                one.finding.id: _further(one.grounded, series, holdings, since) for one in dossiers if one.grounded
            },
            events=tuple(event for target in subject.targets for event in casebook.of_target(holdings, target.id)),
            purged=purged,
            leaves=leaves,
            checkpoint=_checkpoint(holdings.ledger, leaves, targets | runs, signer),
        )


def _fill(contents: Contents, shown: _Shown, subject: Subject) -> None:
    """Put records, dossiers, the ledger's proofs, series and cases into the contents."""
    for record in shown.records:
        contents.record(record)
    for dossier in shown.dossiers:
        contents.dossier(dossier, _report_folder(dossier, shown.dossiers))
    for dossier in shown.dossiers:
        if dossier.grounded is not None:
            contents.grounds(dossier.grounded, shown.further[dossier.finding.id])
    contents.ledger(shown.checkpoint, shown.leaves)
    for one in shown.series:
        contents.unbroken(one, shown.checkpoint)
    contents.cases(shown.events, shown.checkpoint)
    contents.chains(tuple(target.id for target in subject.targets), shown.records, shown.checkpoint)
    for record, leaf in shown.purged:
        contents.purged(record, leaf)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Means:
    """What there is to seal with."""

    signer: Signer | None
    authority: Authority | None
    second: SecondSigner | None
    ended: datetime
    """When the last capture did, which no time-stamp may be before."""


def _up_to_date(dossier: Dossier, holdings: Holdings, since: datetime | None) -> Dossier:
    """Return a dossier whose series go on to the present: a night that came since it was gathered belongs to them, and the
    cleanliness check after a run that has ended since to its exhibits."""
    exhibits = tuple(
        replace(
            one,
            rows=holdings.rows(one.record.capture.target.id, one.record.capture.label, since),
            after=aftercheck.of_record(one.record, holdings),
        )
        for one in dossier.exhibits
    )
    return replace(dossier, exhibits=exhibits)


def _for_others(dossier: Dossier, store: Store, salting: masking.Salting) -> Dossier:
    """Return a dossier whose readings show no personal data."""
    return replace(dossier, exhibits=tuple(_masked(exhibit, store, salting) for exhibit in dossier.exhibits))


def _masked(exhibit: Exhibit, store: Store, salting: masking.Salting) -> Exhibit:
    pairs = (exhibit.record, exhibit.reading), (exhibit.earlier, exhibit.earlier_reading)
    now, before = (
        masking.reading(reading, record, store, salting) if record and reading else reading for record, reading in pairs
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
        said = "：所依据的记录都已隔离" if dossier.set_aside else ": there is nothing that would prove it"
        raise BundleError(f"the finding {finding.id} has no exhibit{said}")
    gone = {record.id for record in dossier.set_aside}
    if cited != tuple(id for id in finding.exhibits if id not in gone):
        raise BundleError(f"the dossier of {finding.id} does not hold the records that the finding cites")
    records = (*(e.record for e in dossier.exhibits), *(one.record for one in dossier.human), *dossier.set_aside)
    others = {record.capture.target.id for record in records} | {finding.target}
    if others != {dossier.subject.id}:
        raise BundleError(f"the finding {finding.id} is about {dossier.subject.id}, got exhibits of {sorted(others)}")


def _leaves(dossiers: Sequence[Dossier], ledger: FileLedger, reply: Reply | None) -> tuple[Leaf, ...]:
    """Return the leaves of all records, of those findings that were entered as they stand, and of objection and ruling."""
    found = []
    for record in records_of(dossiers, reply):
        leaf = ledger.find("record", record.capture.key)
        if leaf is None or leaf.digest != record.id:
            raise BundleError(f"the record {record.id} is not in the ledger under its key {record.capture.key}")
        found.append(leaf)
    for dossier in dossiers:
        leaf = ledger.find("finding", f"{dossier.finding.id}/{digest.of_value(dossier.finding.plain())}")
        if leaf:
            found.append(leaf)
    for key, sha256 in reply.answer.leaves() if reply else ():
        leaf = ledger.find("case", key)
        if leaf is None or leaf.digest != sha256:
            raise BundleError(f"the case event {key} is not in the ledger as the answer has it")
        found.append(leaf)
    return tuple(found)


def _series(dossiers: Sequence[Dossier], holdings: Holdings, since: datetime | None) -> tuple[Unbroken, ...]:
    """Return the series of all labels that exhibits are of, then of those weighed besides, as far as headers are few enough.

    One with a visit under way is not claimed to be whole.
    """
    shown = {
        (exhibit.record.capture.target.id, exhibit.record.capture.label)
        for dossier in dossiers
        for exhibit in dossier.exhibits
    }
    weighed = {
        (one.finding.target, label) for one in dossiers if one.grounded is not None for label in one.grounded.labels
    }
    found, headers = [], 0
    for n, (target, label) in enumerate((*sorted(shown), *sorted(weighed - shown))):
        series = unbroken(holdings, target, label, since)
        if series is None or series.open:
            why = f"run {series.open[0]} has no record of it" if series else "there is no record"
            log.warning("the series of %s/%s is not claimed to be without a gap: %s", target, label, why)
            continue
        headers += len(series.records)
        if n >= len(shown) and headers > MAX_HEADERS:
            log.warning("the series of %s/%s is shown by its headings alone: too many records", target, label)
            continue
        found.append(series)
    return tuple(found)


def _further(
    grounded: Grounded, series: Sequence[Unbroken], holdings: Holdings, since: datetime | None
) -> dict[str, tuple[Row, ...]]:
    """Return the headings of every label that was weighed and whose series is there."""
    target = grounded.grounds.whom.id if grounded.grounds.whom is not None else None
    labels = {one.claim.label for one in series if one.claim.target == target}
    return {one: holdings.rows(target, one, since) for one in grounded.labels if target and one in labels}


def _checkpoint(ledger: FileLedger, leaves: Sequence[Leaf], of: Set[str], signer: Signer | None) -> Checkpoint:
    """Return the first checkpoint by the signer that commits to the heads, and after which came nothing of the targets and runs in `of`.

    Where there is none, the heads are committed to and the present is signed for; so the end of no series is left out,
    and bundling twice gives the same.
    """
    if signer is None:
        return ledger.state(ledger.commit_heads().index + 1)
    every = ledger.leaves()
    last = max(max(leaf.index for leaf in leaves), *(leaf.index for leaf in every if _is_of(leaf, of)))
    for kept in ledger.checkpoints():
        ends = last < kept.size <= len(every) and every[kept.size - 1].kind == heads.KIND
        if ends and kept.of_key(signer.key_id) and kept.text == ledger.state(kept.size).text:
            return kept
    ledger.commit_heads()
    return ledger.checkpoint(signer)


def _purged(
    dossiers: Sequence[Dossier], series: Sequence[Unbroken], holdings: Holdings
) -> tuple[tuple[Record, Leaf], ...]:
    """Return the quarantined records that exhibits name or series hold, with the leaf by which their contents left.

    Raises BundleError where a dossier was gathered before one of its records was quarantined.
    """
    gone = holdings.ledger.purged
    if late := [record for record in records_of(dossiers) if record.id in gone]:
        raise BundleError(f"记录 {late[0].id[:12]} 刚被隔离：请重新判定后再生成证据包")
    named = {id for dossier in dossiers for id in dossier.finding.exhibits if id in gone}
    named |= {record.id for one in series for record in one.records if record.id in gone}
    leaves = {id: holdings.ledger.find(PURGE, id) for id in sorted(named)}
    return tuple((holdings.record(id), leaf) for id, leaf in leaves.items() if leaf is not None)


def _anchor(
    ledger: FileLedger, leaves: Sequence[Leaf], checkpoint: Checkpoint, signer: Signer | None
) -> Checkpoint | None:
    """Return the state with every record that most others signed too, the first of them; None if it is the bundle's own."""
    last = max(leaf.index for leaf in leaves if leaf.kind == "record")
    own = (signer.key_id,) if signer else ()
    covering = [kept for kept in ledger.checkpoints() if last < kept.size <= ledger.size and kept.others(own)]
    cosigned = [kept for kept in covering if kept.text == ledger.state(kept.size).text]
    best = max(cosigned, key=lambda kept: (len(kept.signatures), -kept.size), default=None)
    return None if best is None or best.size == checkpoint.size else best


def _is_of(leaf: Leaf, of: Set[str]) -> bool:
    """Tell whether a leaf continues a chain of one of the targets and runs, or declares a loss of one of the targets."""
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
        purged=contents.purged_records,
    )
    return _named(unnamed)


def _named(manifest: Manifest) -> Manifest:
    return replace(manifest, bundle=manifest.derived_name)


def _bag(manifest: Manifest, pieces: Sequence[Piece]) -> tuple[dict[str, bytes], dict[str, Piece]]:
    """Return the tag files and the payload, by name."""
    described = Piece.json(MANIFEST, "manifest", manifest.plain())
    payload = {piece.entry.path: piece for piece in (*pieces, described)}
    sizes = {name: piece.entry.size for name, piece in payload.items()}
    return bag.tag_files(manifest.bundle, sizes, {name: piece.entry.sha256 for name, piece in payload.items()}), payload


def _write(
    path: Path, name: str, tags: Mapping[str, bytes], payload: Mapping[str, Piece], seal: Mapping[str, bytes]
) -> None:
    openers: dict[str, Opener] = {file: partial(BytesIO, tags[file]) for file in bag.TAG_FILES}
    openers |= {file: payload[file].open for file in sorted(payload)}
    openers |= {file: partial(BytesIO, data) for file, data in seal.items()}
    _write_zip(path, [(f"{name}/{file}", opener) for file, opener in openers.items()])


def _write_zip(path: Path, files: Sequence[tuple[str, Opener]]) -> None:
    make_folder(path.parent)
    try:
        with whole_file(path) as stream:
            zipform.write(stream, files)
    except (OSError, FormError) as error:
        raise BundleError(f"{path} cannot be written: {error}") from error


def _sealed(manifest: Manifest, pieces: Sequence[Piece], means: _Means) -> tuple[Manifest, _Seal]:
    """Return the seal, and the manifest it is over: that one names the SM2 certificate where there is such a signature."""
    if means.signer is None:
        return manifest, _Seal(files={}, lacking="没有可用的单位签名私钥和证书（见 quzheng doctor）")
    second, lacking = None, None
    try:
        if means.second:
            claiming = _named(replace(manifest, sm2=digest.sha256(means.second.certificate().pem)))
            second = means.second.sign(_bag(claiming, pieces)[0][bag.TAG_MANIFEST])
            manifest = claiming
    except SealError as error:
        lacking = f"没有取得 SM2 签名：{error}"
        if means.second and means.second.required:
            return manifest, _Seal(files={}, lacking=lacking)
    seal = _seal(_bag(manifest, pieces)[0][bag.TAG_MANIFEST], means.signer, means, second)
    return manifest, replace(seal, lacking="；".join(filter(None, (lacking, seal.lacking))) or None)


def _seal(tag_manifest: bytes, signer: Signer, means: _Means, second: Signature | None) -> _Seal:
    authority, signature, token, lacking = means.authority, signer.sign(tag_manifest), None, None
    try:
        token = _token(signature, means.ended, authority) if authority else None
    except SealError as error:
        lacking = f"没有取得时间戳：{error}"
        if authority and authority.required:
            return _Seal(files={}, lacking=lacking)
    beside = {bag.SM2_SIGNER: second.signer, bag.SM2_SIGNATURE: second.signature} if second else None
    return _Seal(files=bag.seal_files(signature, signer.certificate_pem, token, beside), lacking=lacking)


def _token(signature: bytes, ended: datetime, authority: Authority) -> bytes:
    response = authority.stamp(signature)
    at = timestamp.read(response).at
    if timestamp.too_early(at, ended):
        raise SealError(
            f"时间戳机构的时间 {plain.instant(at)} 早于最后一次取证的结束 {plain.instant(ended)}，请核对本机时钟"
        )
    return response


def _destination(out: Path, name: str, *, sealed: bool) -> Path:
    path = out / f"{name}.zip" if out.is_dir() else out
    return path if sealed else path.with_name(path.name.removesuffix(".zip").removesuffix(".UNSEALED") + UNSEALED)


def _version() -> str:
    try:
        return importlib.metadata.version("quzheng")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
