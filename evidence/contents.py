"""The payload of a bundle: every file that goes under data/, with its digests, before it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from evidence import aftercheck, bag, canonical, differing, digest, heads, masking, plain, purged, report
from evidence.case_event import Event
from evidence.catalog import Row
from evidence.citation import Answer
from evidence.differing import Differing
from evidence.disputes import form
from evidence.dossier import Dossier, Exhibit
from evidence.errors import BundleError
from evidence.grounding import Grounded
from evidence.holdings import Holdings
from evidence.ledger import Leaf
from evidence.manifest import (
    ANCHOR,
    ANCHOR_PROOF,
    ANSWER,
    ANSWER_LETTER,
    CHECKPOINT,
    CUSTODY,
    FIRST_SHEET,
    INSTRUCTIONS,
    OBJECTION,
    VERIFIER,
    VERIFIER_PAGE,
    Claim,
    FileEntry,
    FileRole,
    Purged,
    Withheld,
    artifact_path,
    chains_path,
    event_path,
    finding_path,
    ground_reading_path,
    grounds_path,
    header_path,
    loss_path,
    masked_path,
    plan_path,
    proof_path,
    reading_path,
    record_path,
)
from evidence.masking import Masked
from evidence.model import Record
from evidence.note import Checkpoint
from evidence.report.exhibit import Difference
from evidence.unbroken import Unbroken
from evidence.warc import write_warc

MAX_NAME = 60
"""Characters of a label or source name that becomes a file name."""

_JSON = "application/json"

Opener = Callable[[], BinaryIO]
"""Gives the bytes of a file, from their beginning, each time it is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One file of the payload and how to get its bytes."""

    entry: FileEntry
    open: Opener

    @classmethod
    def of(cls, path: str, role: FileRole, media_type: str, data: bytes) -> Piece:
        """Return a piece whose bytes are in memory."""
        return cls(entry=_entry(path, role, media_type, data), open=lambda: BytesIO(data))

    @classmethod
    def json(cls, path: str, role: FileRole, value: object) -> Piece:
        """Return a piece of canonical JSON."""
        return cls.of(path, role, _JSON, canonical.encode(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What makes a bundle the answer to an objection."""

    answer: Answer
    letter: str
    """The same in words."""
    records: tuple[Record, ...]
    """What was captured to answer it, beside the exhibits of the finding."""


class Contents:
    """Collects the payload of one bundle; every path once."""

    def __init__(self, holdings: Holdings, work: Path) -> None:
        self._holdings = holdings
        self._work = work
        self._pieces: dict[str, Piece] = {}
        self._artifacts: dict[str, str] = {}
        self._withheld: dict[str, Withheld] = {}
        self._claims: dict[tuple[str, str], Claim] = {}
        self._drawn: dict[str, Differing | None] = {}
        self._purged: dict[str, Purged] = {}

    def pieces(self) -> tuple[Piece, ...]:
        """Return the payload in the order of its paths."""
        return tuple(self._pieces[path] for path in sorted(self._pieces))

    def add(self, piece: Piece) -> None:
        """Take in a piece; raises BundleError for a path no bag may have, or two contents for one path."""
        path = piece.entry.path
        if not bag.is_path(path):
            raise BundleError(f"{path!r:.120} cannot be a path in a bundle: plain letters, digits, '.', '_', '-' only")
        if self._pieces.setdefault(path, piece).entry != piece.entry:
            raise BundleError(f"two different files for {path}")

    def record(self, record: Record) -> None:
        """Take in a record with everything it cites, and its network as WARC.

        Where it shows personal data the originals stay in the house: what can be masked is there as a copy, and the
        network, which repeats it all, is not.
        """
        if gone := purged.refusal(self._holdings, record):
            raise BundleError(gone)
        self.add(Piece.json(record_path(record.id), "record", record.plain()))
        masked = masking.masked(record, self._holdings.store)
        if masked:
            self._stand_in(masked)
        for artifact in record.capture.artifacts:
            if artifact.sha256 in self._withheld:
                continue
            path = self._artifacts.setdefault(artifact.sha256, artifact_path(artifact.sha256, artifact.media_type))
            if path not in self._pieces:
                facts = artifact.size, artifact.sha256, artifact.sm3
                self.add(self._blob(path, artifact.media_type, *facts))
        for sha256 in record.capture.cited:
            if sha256 not in self._artifacts and sha256 not in self._withheld:
                self._cited(sha256)
        if record.capture.purpose != "human" and not masked:
            self._warc(record)

    @property
    def withheld(self) -> tuple[Withheld, ...]:
        """What stays in the house, by digest."""
        return tuple(self._withheld[sha256] for sha256 in sorted(self._withheld))

    def _stand_in(self, masked: Masked) -> None:
        for copy in masked.copies.values():
            path = None
            if copy.data is not None:
                path = masked_path(digest.sha256(copy.data), copy.media_type)
                if path not in self._pieces:
                    self.add(Piece.of(path, "masked", copy.media_type, copy.data))
            self._withheld[copy.sha256] = Withheld(sha256=copy.sha256, copy=path)

    def dossier(self, dossier: Dossier, folder: str) -> None:
        """Take in a finding: itself, its facts, readings, series and its report (in `folder`)."""
        finding = dossier.finding
        self.add(Piece.json(finding_path(finding.id), "finding", finding.plain()))
        facts = {"schema": "facts/1", "facts": plain.dump(dossier.facts)}
        self.add(Piece.json(f"data/facts/{finding.id}.json", "facts", facts))
        if finding.ledger and finding.ledger not in self._artifacts:
            self._cited(finding.ledger)
        for exhibit in dossier.exhibits:
            self._readings(exhibit)
            self._series(exhibit)
        up = "../" * folder.removeprefix("data/").rstrip("/").count("/") + "../"
        differences = dict(self._differences(dossier, folder))
        files = report.render(dossier, href=lambda sha256: self._href(sha256, up), differences=differences)
        for name, data in files.items():
            kind = "text/html" if name.endswith(".html") else "application/octet-stream"
            self.add(Piece.of(folder + name, "report", kind, data))

    def grounds(self, grounded: Grounded, rows: Mapping[str, Sequence[Row]]) -> None:
        """Take in what a finding can be judged again by, after all exhibits; `rows` are the series of further labels."""
        grounds = grounded.grounds
        self.add(Piece.json(grounds_path(grounds.finding), "grounds", grounds.plain()))
        for look in grounds.looks:
            if look.reading and reading_path(look.row.record) not in self._pieces:
                read = grounded.readings[look.reading].plain()
                self.add(Piece.json(ground_reading_path(look.reading), "grounds", read))
        for label, every in rows.items():
            if grounds.whom is not None:
                self._rows(grounds.whom.id, label, every)

    def ledger(self, checkpoint: Checkpoint, leaves: Iterable[Leaf]) -> None:
        """Take in the checkpoint, and the proof of each leaf against it."""
        self.add(Piece.of(CHECKPOINT, "checkpoint", "text/plain", checkpoint.encode()))
        for leaf in leaves:
            proof = self._holdings.ledger.inclusion(leaf.index, checkpoint.size)
            self.add(Piece.json(proof_path(leaf.digest), "proof", {"schema": "inclusion/1", **plain.dump(proof)}))

    def unbroken(self, series: Unbroken, checkpoint: Checkpoint) -> None:
        """Take in all that shows a series to be without a gap; records that are exhibits are there already."""
        for record in series.records:
            if record_path(record.id) not in self._pieces:
                self.add(Piece.json(header_path(record.id), "header", record.plain()))
        for plan in series.plans:
            self.add(Piece.json(plan_path(plan.id), "plan", plan.plain()))
        for loss in series.losses:
            self.add(Piece.json(loss_path(loss.id), "loss", loss.plain()))
            leaf = self._holdings.ledger.find("loss", f"{loss.run}/{loss.target}/{loss.label}")
            self.ledger(checkpoint, [leaf] if leaf else [])
        self._claims[series.claim.target, series.claim.label] = series.claim

    def cases(self, events: Iterable[Event], checkpoint: Checkpoint) -> None:
        """Take in what became of findings, with the proof of each event."""
        for event in events:
            self.add(Piece.json(event_path(event.finding, event.n), "case", event.plain()))
            leaf = self._holdings.ledger.find("case", event.key)
            self.ledger(checkpoint, [leaf] if leaf else [])

    def chains(self, targets: Iterable[str], records: Iterable[Record], checkpoint: Checkpoint) -> None:
        """Take in the lists of all chains of some targets, with the proof that each is the whole list; and the same of the runs of
        some records, with the cleanliness record made after each, where there is one."""
        sessions, chain = aftercheck.sessions(records), self._holdings.ledger.chain
        runs = sorted({of for run, _ in sessions if chain.of(of := heads.of_run(run))})
        proofs = self._holdings.ledger.prove_chains((*targets, *runs), checkpoint.size)
        for of, proof in proofs.items():
            self.add(Piece.json(chains_path(of), "chains", {"schema": "chains/1", **plain.dump(proof)}))
        for run, before in sessions:
            last = proofs[of].head(heads.CLEANLINESS, before) if (of := heads.of_run(run)) in proofs else None
            if last is not None and last != before and last not in self._artifacts:
                self._cited(last)

    def first_sheet(self, page: bytes) -> None:
        """Take in the first sheet (证据说明)."""
        self.add(Piece.of(FIRST_SHEET, "instructions", "text/html", page))

    def purged(self, record: Record, leaf: Leaf) -> None:
        """Take in a quarantined record: its header, and that its contents left by a leaf which is proved elsewhere."""
        self.add(Piece.json(header_path(record.id), "header", record.plain()))
        self._purged[record.id] = Purged(record=record.id, event=leaf.digest)

    @property
    def purged_records(self) -> tuple[Purged, ...]:
        """The quarantined records, by id."""
        return tuple(self._purged[id] for id in sorted(self._purged))

    def anchor(self, anchor: Checkpoint, checkpoint: Checkpoint) -> None:
        """Take in a state that others signed too, and the proof that of it and the checkpoint one continues the other."""
        old, new = sorted((anchor.size, checkpoint.size))
        self.add(Piece.of(ANCHOR, "anchor", "text/plain", anchor.encode()))
        self.add(Piece.json(ANCHOR_PROOF, "anchor", self._holdings.ledger.consistency(old, new).plain()))

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The series taken in, by target and label."""
        return tuple(self._claims[name] for name in sorted(self._claims))

    def sources(self, sources: Mapping[str, bytes]) -> None:
        """Take in the source texts that were used, by name."""
        for name, data in sources.items():
            self.add(Piece.of(f"data/sources/{_named(name)}", "source", "text/plain", data))

    def objection(self, findings: Sequence[str]) -> None:
        """Take in the form on which the unit may object, with the numbers of these findings."""
        self.add(Piece.of(OBJECTION, "instructions", "text/plain", _for_windows(form.blank(findings))))

    def answer(self, answer: Answer, letter: str) -> None:
        """Take in the answer to an objection, and the letter that says it in words."""
        self.add(Piece.json(ANSWER, "answer", answer.plain()))
        self.add(Piece.of(ANSWER_LETTER, "answer", "text/plain", _for_windows(letter)))

    def custody(self, events: Sequence[Mapping[str, str | None]]) -> None:
        """Take in the list of who did what when, and how to check it all."""
        self.add(Piece.json(CUSTODY, "custody", {"schema": "custody/1", "events": list(events)}))
        self.add(Piece.of(INSTRUCTIONS, "instructions", "text/plain", _for_windows(_instructions())))
        self.add(Piece.of(VERIFIER, "verifier", "text/x-python", verifier()))
        self.add(
            Piece.of(VERIFIER_PAGE, "verifier", "text/html", Path(__file__).with_name("verify_page.html").read_bytes())
        )

    def _cited(self, sha256: str) -> None:
        data = self._holdings.store.read(sha256)
        kind = _JSON if data[:1] in (b"{", b"[") else "text/plain"
        path = self._artifacts.setdefault(sha256, artifact_path(sha256, kind))
        self.add(self._blob(path, kind, len(data), sha256, digest.sm3(data)))

    def _blob(self, path: str, media_type: str, size: int, sha256: str, sm3: str) -> Piece:
        entry = FileEntry(path=path, role="artifact", media_type=media_type, size=size, sha256=sha256, sm3=sm3)
        return Piece(entry=entry, open=lambda: self._holdings.store.open(sha256))

    def _warc(self, record: Record) -> None:
        file = self._work / f"{record.id}.warc"
        if file.exists():
            return
        with file.open("wb") as out:
            write_warc(record, self._holdings.store, out)
        self.add(_of_file(f"data/warc/{record.id}.warc", "warc", "application/warc", file))

    def _readings(self, exhibit: Exhibit) -> None:
        pairs = (exhibit.record, exhibit.reading), (exhibit.earlier, exhibit.earlier_reading)
        for record, reading in pairs:
            if record and reading:
                self.add(Piece.json(reading_path(record.id), "reading", reading.plain()))

    def _series(self, exhibit: Exhibit) -> None:
        capture = exhibit.record.capture
        self._rows(capture.target.id, capture.label, exhibit.rows)

    def _rows(self, target: str, label: str, rows: Sequence[Row]) -> None:
        body = {"schema": "series/1", "target": target, "label": label, "rows": plain.dump(rows)}
        self.add(Piece.json(f"data/series/{_named(target)}/{_named(label)}.json", "series", body))

    def _differences(self, dossier: Dossier, folder: str) -> Iterator[tuple[str, Difference]]:
        """Draw what differs on each exhibit's page since the capture before it, and yield it by its record."""
        for n, exhibit in enumerate(dossier.exhibits, 1):
            file, name = self._work / f"{exhibit.record.id}.png", f"difference-{n}.png"
            if exhibit.record.id not in self._drawn:
                self._drawn[exhibit.record.id] = differing.draw(exhibit, self._holdings, file)
            found = self._drawn[exhibit.record.id]
            if found is None:
                continue
            shown = Difference(said=found.said, masked=found.masked, moving=found.moving)
            if found.size is not None:
                self.add(_of_file(folder + name, "report", "image/png", file))
                width, height = found.size
                shown = replace(shown, href=name, width=width, height=height, look_at=found.look_at)
            yield exhibit.record.id, shown

    def _href(self, sha256: str, up: str) -> str:
        kept = self._withheld.get(sha256)
        path = kept.copy if kept else self._artifacts.get(sha256)
        if path is None:
            raise BundleError(f"the report shows {sha256}, which no record of the bundle cites")
        return up + path.removeprefix("data/")


def custody_events(
    dossiers: Sequence[Dossier],
    leaves: Iterable[Leaf],
    events: Iterable[Event],
    by: str | None,
    reply: Reply | None = None,
) -> Iterator[dict[str, str | None]]:
    """Yield who did what when, as far as records and cases tell: captured, admitted, judged, taken further, bundled."""
    places = {leaf.digest: leaf for leaf in leaves}
    stated_by = {one.record.id: one.statement.by for dossier in dossiers for one in dossier.human}
    for record in records_of(dossiers, reply):
        capture = record.capture
        who = f"flow {capture.flow.name} by way of {capture.vantage.egress}"
        what = "handed in" if capture.purpose == "human" else "captured"
        yield _event(plain.instant(capture.started), stated_by.get(record.id, who), what, record.id)
        yield _event(None, "ledger", f"admitted as leaf {places[record.id].index}", record.id)
    for dossier in dossiers:
        finding = dossier.finding
        yield _event(plain.instant(finding.at), f"indicator {finding.indicator}", "judged", finding.id)
    for event in events:
        who = "、".join(filter(None, (event.by, event.second)))
        yield _event(plain.instant(event.when), who, event.step, event.finding)
    yield from (_event(None, by, "bundled", dossier.finding.id) for dossier in dossiers)


def records_of(dossiers: Sequence[Dossier], reply: Reply | None = None) -> tuple[Record, ...]:
    """Return the records of the dossiers, the earlier captures and human exhibits too, and those of a reply, each once."""
    shown = {
        record.id: record
        for dossier in dossiers
        for exhibit in dossier.exhibits
        for record in (exhibit.record, exhibit.earlier)
        if record
    }
    shown |= {one.record.id: one.record for dossier in dossiers for one in dossier.human}
    shown |= {record.id: record for record in (reply.records if reply else ())}
    return tuple(shown.values())


def _event(at: str | None, who: str | None, what: str, subject: str) -> dict[str, str | None]:
    return {"at": at, "who": who, "what": what, "subject": subject}


def _of_file(path: str, role: FileRole, media_type: str, file: Path) -> Piece:
    """Return a piece whose bytes wait in a file."""
    with file.open("rb") as held:
        sha256, sm3 = digest.of_stream(held, "sha256"), digest.of_stream(held, "sm3")
    size = file.stat().st_size
    entry = FileEntry(path=path, role=role, media_type=media_type, size=size, sha256=sha256, sm3=sm3)
    return Piece(entry=entry, open=lambda: file.open("rb"))


def _entry(path: str, role: FileRole, media_type: str, data: bytes) -> FileEntry:
    sha256, sm3 = digest.sha256(data), digest.sm3(data)
    return FileEntry(path=path, role=role, media_type=media_type, size=len(data), sha256=sha256, sm3=sm3)


def _named(name: str) -> str:
    """Return a name as that of a file: itself, where it may be one on every system, else the beginning of its digest."""
    usable = len(name) <= MAX_NAME and "/" not in name and bag.is_path(name)
    return name if usable else digest.sha256(name.encode())[:16]


def _instructions() -> str:
    return Path(__file__).with_name("verify-zh.txt").read_text("utf-8")


def _for_windows(text: str) -> bytes:
    """Return a text as old Windows editors show it: with a byte order mark and CR LF."""
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()


def verifier() -> bytes:
    """Return the program that every bundle carries, by which it is checked without us."""
    return Path(__file__).with_name("verify_alone.py").read_bytes()
