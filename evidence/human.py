"""Human exhibits: what a person captured on a telephone, photographed, was sent or exported, as a record like any other.

The bytes are hashed the moment they are handed in. What the person states (device, account, beginning and end, second
person, checklist) stands in the record's environment as their statement, apart from what we know: when the file came
and what its digest is. Such a record has the purpose "human" and shows only a part (law 6); it stands under a label of
its own, so no browser capture is ever compared with it and no series counts it. What a person tried on an account, and what came of
it, is stated in a form (`evidence.tries`) that the indicators of functions weigh; all else is only shown.
"""

from __future__ import annotations

import logging
import mimetypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from evidence import canonical, plain, tries
from evidence.admit import admit
from evidence.columns import ACCOUNT_KINDS, Subject
from evidence.errors import AdmitError, CanonicalError, NotFound, ShapeError, StoreError
from evidence.holdings import Holdings, Stacks
from evidence.model import Artifact, Blob, Capture, ClockRef, Finding, Record, TargetRef, Vantage
from evidence.pageless import nothing, this_program
from evidence.span import local_day
from evidence.tries import Tried, Try

log = logging.getLogger(__name__)

Kind = Literal["phone-video", "photo", "letter", "export", "register", "objection"]
KINDS: tuple[Kind, ...] = ("phone-video", "photo", "letter", "export")
"""What `exhibit add` takes; a register comes by `targets import`, an objection by `dispute open`."""

SHOWING: tuple[Kind, ...] = ("phone-video", "photo")
"""Kinds that can show what was tried and what came of it."""

EGRESS = "by hand"
SCHEMA = "human/1"
_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"%PDF-": "application/pdf",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file as it was handed in."""

    name: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the person states of a human exhibit; nothing of it was seen by the program."""

    kind: Kind
    by: str
    finding: str | None = None
    """The finding it is about; None for a register."""
    indicator: str | None = None
    at: datetime | None = None
    """Indicator and T of that finding, so that it stays with it when the same T is judged again."""
    device: str | None = None
    os: str | None = None
    app: str | None = None
    """Program and version, such as 微信 8.0.50."""
    account: str | None = None
    """The account the person was logged in with."""
    begun: datetime | None = None
    ended: datetime | None = None
    """When the recording began and ended; for an export: when it was fetched."""
    second: str | None = None
    """The second person who was there."""
    whole: bool | None = None
    """For an export: whether it is stated to be all there is."""
    note: str | None = None
    checklist: tuple[tuple[str, str], ...] = ()
    """Points with their answers, such as 飞行模式 and 否."""
    files: tuple[File, ...] = ()
    tries: tuple[Try, ...] = field(default=(), metadata={plain.ADDED: True})
    """What was tried on an account, and what came of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanExhibit:
    """A record of purpose human and what was stated with it."""

    record: Record
    statement: Statement


def add(
    holdings: Holdings,
    target: TargetRef,
    label: str | None,
    paths: Sequence[Path],
    statement: Statement,
    *,
    now: datetime,
) -> Record:
    """Keep the files and the statement, and return the record; the same again gives the record that is there.

    `label` is that of the finding (None: the target as a whole). Raises AdmitError where nothing is handed in, the
    end lies before the beginning or tries are stated that cannot be, OSError for a file that cannot be read.
    """
    _check(paths, statement)
    _check_tries(target, statement, now)
    named = [(path.name, holdings.store.put_file(path, media_type(path))) for path in paths]
    return keep(holdings, target, label, named, statement, now=now)


def add_letters(
    holdings: Holdings,
    finding: Finding,
    subjects: Callable[[], Sequence[Subject]],
    named: Sequence[tuple[str, Path]],
    *,
    by: str,
    now: datetime,
    note: str = "",
) -> tuple[str, ...]:
    """Admit what belongs to a step of a finding's case (a letter, a reply) under the names it came with, as one record; return its id.

    None where nothing was handed in. Raises NotFound where nothing says who the finding is about, OSError, AdmitError.
    """
    if not named:
        return ()
    stated = Statement(
        kind="letter", by=by, finding=finding.id, indicator=finding.indicator, at=finding.at, note=note or None
    )
    target = target_of(finding, holdings, subjects)
    files = [(name, holdings.store.put_file(path, media_type(path))) for name, path in named]
    return (keep(holdings, target, finding.label, files, stated, now=now).id,)


def keep(
    holdings: Holdings,
    target: TargetRef,
    label: str | None,
    named: Sequence[tuple[str, Blob]],
    statement: Statement,
    *,
    now: datetime,
) -> Record:
    """Return the record of files that lie in the store already, by their names, and of the statement; as `add` does."""
    blobs = [blob for _, blob in named]
    stated = replace(statement, files=tuple(_file(name, blob) for name, blob in named))
    environment = holdings.store.put(canonical.encode({"schema": SCHEMA, **plain.dump(stated)}), "application/json")
    taken = Capture(
        key=f"HUMAN-{environment.sha256[:24]}/{target.id}/{own_label(label)}/1",
        purpose="human",
        target=target,
        label=own_label(label),
        column=None,
        started=now,
        ended=now,
        clock=ClockRef(source="system"),
        vantage=Vantage(egress=EGRESS, address=None, resolver=None),
        requested_url=target.url,
        final_url=None,
        redirects=(),
        outcome="captured",
        reason=None,
        fault="unknown",
        coverage="partial",
        checks=(),
        moving=(),
        artifacts=tuple(_artifact(n, blob, now) for n, blob in enumerate(blobs)),
        exchanges=nothing(holdings, "exchanges"),
        times=nothing(holdings, "times"),
        environment=environment.sha256,
        cleanliness=None,
        flow=this_program(holdings, __file__, "human"),
        redactions=(),
    )
    return admit(taken, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


def own_label(label: str | None) -> str:
    """Return the label under which human exhibits on a label stand.

    >>> own_label(None), own_label("zwgk/tzgg")
    ('human', 'human/zwgk/tzgg')
    """
    return "human" if label is None else f"human/{label}"


def of_target(holdings: Holdings, target: str) -> Iterator[HumanExhibit]:
    """Yield the human exhibits on a target, oldest first, none in quarantine; raises what reading the records raises."""
    for row in holdings.rows(target):
        if row.purpose == "human" and not row.quarantined:
            record = holdings.record(row.record)
            yield HumanExhibit(record=record, statement=statement_of(record, holdings))


def of_finding(holdings: Holdings, finding: Finding) -> tuple[HumanExhibit, ...]:
    """Return what people handed in on a finding, or on what the same indicator said of the same day's T, oldest first;
    with what the finding rests on, whenever it was handed in."""
    return tuple(one for one in of_target(holdings, finding.target) if _is_on(one, finding))


def tried(holdings: Stacks, target: str) -> Iterator[Tried]:
    """Yield what people tried on a target, oldest first; what cannot be opened is told as such and takes nothing with it."""
    for row in holdings.rows(target):
        if row.purpose != "human":
            continue
        try:
            said = statement_of(holdings.record(row.record), holdings)
        except (NotFound, StoreError, ShapeError, CanonicalError) as error:
            log.warning("human exhibit %s cannot be opened: %s", row.record, error)
            yield Tried(record=row.record, received=row.started, fault="有一份人工材料打不开，不知其中写了什么")
            continue
        if said.tries:
            yield Tried(
                record=row.record,
                received=row.started,
                by=said.by,
                second=said.second,
                device=said.device,
                app=said.app,
                begun=said.begun,
                ended=said.ended,
                tries=said.tries,
            )


def target_of(finding: Finding, holdings: Holdings, subjects: Callable[[], Sequence[Subject]]) -> TargetRef:
    """Return the target of a finding as it stood when it was looked at; of one never seen, as the list has it.

    Raises NotFound where neither says who it is.
    """
    if finding.exhibits:
        return holdings.record(finding.exhibits[0]).capture.target
    for one in subjects():
        if one.id == finding.target:
            return TargetRef(
                id=one.id, name=one.name, kind=one.kind, site_code=one.site_code, unit=one.unit, url=one.url
            )
    raise NotFound(f"the target {finding.target} of finding {finding.id[:12]} is neither in a record nor in the list")


def kind_of(said: str) -> Kind:
    """Return the kind of an exhibit by its name; raises AdmitError for one that is none."""
    for kind in KINDS:
        if kind == said:
            return kind
    raise AdmitError(f"a human exhibit is one of {', '.join(KINDS)}, got {said!r:.40}")


def _is_on(one: HumanExhibit, finding: Finding) -> bool:
    said = one.statement
    if said.finding == finding.id or one.record.id in finding.exhibits:
        return True
    same = (one.record.capture.label, said.indicator) == (own_label(finding.label), finding.indicator)
    return same and said.at is not None and local_day(said.at) == local_day(finding.at)


def statement_of(record: Record, holdings: Stacks) -> Statement:
    """Return what was stated with a human exhibit; raises ShapeError for a record that is none."""
    body = canonical.decode(holdings.store.read(record.capture.environment))
    if not isinstance(body, dict) or body.pop("schema", None) != SCHEMA:
        raise ShapeError(("schema",), SCHEMA, body)
    return plain.load(Statement, body)


def shown_name(name: str) -> str:
    """Return a file's name as text; bytes of it that are no UTF-8 are replaced, not refused."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def kind_by_bytes(path: Path) -> str | None:
    """Return the media type that a file's first bytes tell; None where they tell none."""
    with path.open("rb") as stream:
        head = stream.read(16)
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)


def media_type(path: Path) -> str:
    """Return the media type of a file: by its first bytes for what a report shows, else by its name."""
    known = kind_by_bytes(path)
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return known or ("application/octet-stream" if guessed.startswith("image/") else guessed)


def _check(paths: Sequence[Path], statement: Statement) -> None:
    if not paths:
        raise AdmitError("no file was handed in: a human exhibit is at least one file")
    if not statement.by.strip():
        raise AdmitError("who captured this is not said\ntry: --by NAME")
    if statement.begun and statement.ended and statement.ended < statement.begun:
        raise AdmitError(f"the recording ends ({statement.ended}) before it begins ({statement.begun})")


def _check_tries(target: TargetRef, statement: Statement, now: datetime) -> None:
    if not statement.tries:
        return
    if target.kind not in ACCOUNT_KINDS:
        raise AdmitError(f"{target.name}是网站，--tried 只用于新媒体账号和移动客户端")
    if statement.kind not in SHOWING:
        raise AdmitError("所试的结果须由录屏或照片显示：--kind phone-video 或 --kind photo")
    tries.check(statement.tries, ended=statement.ended, now=now)


def _file(name: str, blob: Blob) -> File:
    return File(name=shown_name(name), sha256=blob.sha256, size=blob.size, media_type=blob.media_type)


def _artifact(n: int, blob: Blob, now: datetime) -> Artifact:
    return Artifact(
        role="human",
        n=n,
        frame=0,
        url=None,
        box=None,
        taken=now,
        media_type=blob.media_type,
        size=blob.size,
        sha256=blob.sha256,
        sm3=blob.sm3,
    )
