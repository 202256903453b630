"""What a bundle says of itself: data/manifest.json (manifest/1), and where everything lies in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from evidence import digest, plain
from evidence.model import Finding, State, TargetRef

FORMAT = 1
"""Whoever changes what a bundle looks like takes the next number, and makes its golden bundles (tests/golden/make.py):
those of every format from 1 on are verified for ever."""

SCHEMA = "manifest/1"
MANIFEST = "data/manifest.json"
CHECKPOINT = "data/ledger/checkpoint"
ANCHOR = "data/ledger/anchor"
ANCHOR_PROOF = "data/ledger/anchor.json"
CUSTODY = "data/custody.json"
INSTRUCTIONS = "data/verify-zh.txt"
FIRST_SHEET = "data/first-sheet-zh.html"
OBJECTION = "data/objection-zh.txt"
ANSWER = "data/answer.json"
ANSWER_LETTER = "data/answer-zh.txt"
VERIFIER = "data/verify.py"
VERIFIER_PAGE = "data/verify.html"

FileRole = Literal[
    "manifest",
    "record",
    "finding",
    "facts",
    "artifact",
    "masked",
    "reading",
    "grounds",
    "series",
    "checkpoint",
    "anchor",
    "proof",
    "header",
    "plan",
    "loss",
    "chains",
    "case",
    "warc",
    "report",
    "source",
    "custody",
    "instructions",
    "answer",
    "verifier",
]


ROLES: dict[str, FileRole] = {
    MANIFEST: "manifest",
    FIRST_SHEET: "instructions",
    CUSTODY: "custody",
    INSTRUCTIONS: "instructions",
    OBJECTION: "instructions",
    ANSWER: "answer",
    ANSWER_LETTER: "answer",
    VERIFIER: "verifier",
    VERIFIER_PAGE: "verifier",
    CHECKPOINT: "checkpoint",
    ANCHOR: "anchor",
    ANCHOR_PROOF: "anchor",
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
"""Which role a file has by its path, or by the folder it lies in; there are no other files."""


def role_of(path: str) -> FileRole | None:
    """Return the role of the file at a path; None for a path that no file of a bundle has.

    >>> role_of("data/ledger/chains/ab.json"), role_of("data/custody.json"), role_of("data/notes.txt")
    ('chains', 'custody', None)
    """
    return ROLES.get(path) or next(
        (role for at, role in ROLES.items() if at.endswith("/") and path.startswith(at)), None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One file of the payload; the manifest lists all but itself."""

    path: str
    role: FileRole
    media_type: str
    size: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom the findings are about: one unit, one or several of its targets."""

    unit: str | None
    targets: tuple[TargetRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingEntry:
    """The heading of one finding."""

    id: str
    indicator: str
    clause: str
    target: str
    label: str | None
    state: State
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """What made the bundle."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A blob that a record cites and that stays in the house, since it shows personal data; the record has its digest."""

    sha256: str
    copy: str | None
    """Path of the masked copy that stands for it, which is derived and proves nothing by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """A record that was quarantined: its header is in the bundle, its contents have left the house."""

    record: str
    event: str
    """SHA-256 of the event by which they left, which stands in the ledger and is not in the bundle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The statement that a bundle leaves out no visit of a label from `since` to the checkpoint."""

    target: str
    label: str
    since: datetime | None
    """None: from the first record on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The contents of data/manifest.json."""

    format: int
    bundle: str
    """The bundle's name; derived from all the rest."""
    demonstration: bool
    """Whether any record is of the demonstration or was dated by a simulated clock (law 10)."""
    subject: Subject
    findings: tuple[FindingEntry, ...]
    by: str | None
    """Who bundled."""
    tool: Tool
    files: tuple[FileEntry, ...]
    withheld: tuple[Withheld, ...] = field(default=(), metadata={plain.ADDED: True})
    series: tuple[Claim, ...] = field(default=(), metadata={plain.ADDED: True})
    """The series that are there without a gap."""
    purged: tuple[Purged, ...] = field(default=(), metadata={plain.ADDED: True})
    sm2: str | None = field(default=None, metadata={plain.ADDED: True})
    """SHA-256 of the certificate (its PEM file) by which the bundle is signed with SM2 too; None: it is not."""

    def plain(self) -> dict[str, Any]:
        """Return the manifest as plain JSON."""
        return {"schema": SCHEMA, **plain.dump(self)}

    @property
    def derived_name(self) -> str:
        """The name that the rest of the manifest gives: quzheng- and 12 hexadecimal digits."""
        rest = self.plain()
        del rest["bundle"]
        return f"quzheng-{digest.of_value(rest)[:12]}"

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Manifest:
        """Return the manifest whose plain JSON is `body`; raises ShapeError."""
        fields = dict(body)
        if fields.pop("schema", None) != SCHEMA:
            return plain.load(cls, body, ("schema",))
        return plain.load(cls, fields)


def heading(finding: Finding) -> FindingEntry:
    """Return what a manifest says of a finding."""
    return FindingEntry(
        id=finding.id,
        indicator=finding.indicator,
        clause=finding.clause,
        target=finding.target,
        label=finding.label,
        state=finding.state,
        at=finding.at,
    )


def record_path(id: str) -> str:
    """Return where a record lies."""
    return f"data/records/{id}.json"


def header_path(id: str) -> str:
    """Return where a record lies whose contents are not in the bundle."""
    return f"data/headers/{id}.json"


def plan_path(id: str) -> str:
    """Return where a plan lies."""
    return f"data/plans/{id}.json"


def loss_path(id: str) -> str:
    """Return where a declared loss lies."""
    return f"data/losses/{id}.json"


def event_path(finding: str, n: int) -> str:
    """Return where an event of a case lies."""
    return f"data/cases/{finding}/{n:04}.json"


def chains_path(of: str) -> str:
    """Return where the list of all chains of a target lies, with its proof."""
    return f"data/ledger/chains/{digest.sha256(of.encode())}.json"


def finding_path(id: str) -> str:
    """Return where a finding lies."""
    return f"data/findings/{id}.json"


def reading_path(record: str) -> str:
    """Return where the reading of a record lies whose contents are in the bundle."""
    return f"data/readings/{record}.json"


def grounds_path(finding: str) -> str:
    """Return where that lies by which a finding can be judged again."""
    return f"data/grounds/{finding}.json"


def ground_reading_path(sha256: str) -> str:
    """Return where the reading of a record lies whose contents are not in the bundle, by its own digest."""
    return f"data/grounds/readings/{sha256}.json"


def proof_path(id: str) -> str:
    """Return where the inclusion proof of a record or finding lies."""
    return f"data/ledger/proofs/{id}.json"


def masked_path(sha256: str, media_type: str) -> str:
    """Return where a masked copy lies; the digest is its own."""
    return artifact_path(sha256, media_type).replace("data/artifacts/", "data/masked/")


def artifact_path(sha256: str, media_type: str) -> str:
    """Return where a blob lies. Only pictures keep their kind: captured pages and scripts are never opened as such.

    >>> artifact_path("ab", "image/png"), artifact_path("ab", "text/html; charset=gbk"), artifact_path("ab", "x")
    ('data/artifacts/ab.png', 'data/artifacts/ab.txt', 'data/artifacts/ab.bin')
    """
    kind = media_type.partition(";")[0].strip().lower()
    extension = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "application/json": "json"}.get(kind)
    return f"data/artifacts/{sha256}.{extension or ('txt' if kind.startswith('text/') else 'bin')}"
