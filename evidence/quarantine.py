"""Quarantine of a record suspected to show state secrets (保密法 31、34): its contents leave, digest, place, time and who stay.

Order: the blobs are written to the encrypted file; the event enters the ledger (from then on nothing opens the record's
contents); the sheet is written; blobs and all that was derived from them are removed. After a kill the same call goes on where
it stopped: before the event nothing is gone, after it only removing is left, which may be done twice.

What others need is never taken from them: a blob that a record outside quarantine cites stays, and so does every document
that the ledger names, even where a hostile page served its very bytes.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidence import canonical, handover, judgements, purge
from evidence.errors import CanonicalError, DamagedBlob, QuarantineError
from evidence.files import make_folder, write_whole
from evidence.holdings import Holdings
from evidence.ledger import each_leaf
from evidence.model import Record
from evidence.proof import PURGE
from evidence.purge import Moved, Purge, Shared


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asks for."""

    by: str
    why: str
    recipient: str | None = None
    """Public key (age1…) of whoever takes the contents over."""
    destroy: bool = False
    """That the contents are deleted and nobody gets them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """What was done."""

    event: Purge
    sheet: Path
    handed: Path | None
    """The encrypted file; None where the contents were deleted, or it was written by an earlier call."""

    def sentence(self) -> str:
        """Return it in Chinese."""
        said = f"记录 {self.event.record[:12]} 已隔离：{len(self.event.moved)} 个文件移出存储，移交单 {self.sheet}"
        said += f"，加密文件 {self.handed}" if self.handed else ""
        keepers = dict.fromkeys(id for one in self.event.stays for id in one.records)
        if keepers:
            names = "、".join(id[:12] for id in keepers)
            said += f"\n{len(self.event.stays)} 个文件仍被未隔离的记录引用，没有移出：{names}；内容相同的请一并隔离"
        return said


def quarantine(holdings: Holdings, id: str, asked: Asked, out: Path, *, now: datetime) -> Quarantined:
    """Quarantine the record `id`, writing `quarantine-ID.txt` (and `.age`) to the folder `out`; done when this returns.

    For a record that is in quarantine already the removing is done again. Raises QuarantineError where it is not said by
    whom, why or what becomes of the contents; nothing was taken away then.
    """
    make_folder(out)
    sheet, file = (out / f"quarantine-{id[:12]}.{kind}" for kind in ("txt", "age"))
    with holdings.ledger.exclusive():
        record, before = holdings.record(id), purge.of(holdings, id)
        event = before or _enter(holdings, record, asked, file, now)
        write_whole(sheet, handover.sheet(event, record, file.name).encode())
        _remove(holdings, event)
    return Quarantined(event=event, sheet=sheet, handed=file if event.handed and before is None else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What an event took away and is in the store all the same."""

    event: Purge
    left: tuple[str, ...]
    """What nobody outside quarantine cites: the removing was cut off."""
    again: tuple[str, ...]
    """Records made since that cite the same bytes: the page still shows them."""


def remains(holdings: Holdings) -> Iterator[Remains]:
    """Yield, for each event of which something is in the store, what and why."""
    for _, event in purge.every(holdings):
        there = {sha256 for sha256 in event.blobs if holdings.store.has(sha256)}
        if there:
            kept = _kept(holdings, there)
            citing = dict.fromkeys(id for ids in kept.values() for id in ids)
            yield Remains(event=event, left=tuple(sorted(there - kept.keys())), again=tuple(citing))


def _enter(holdings: Holdings, record: Record, asked: Asked, file: Path, now: datetime) -> Purge:
    by, why = " ".join(asked.by.split()), " ".join(asked.why.split())
    if not by or not why:
        raise QuarantineError("须写明经办人（--by）和事由（--why）")
    if (asked.recipient is None) == (not asked.destroy):
        raise QuarantineError(
            "须写明内容的去向，二者择一：--to 接收方公钥（加密移交），或 --destroy（确认不留存，直接删除）"
        )
    contents = tuple(sha256 for sha256 in _contents(record) if holdings.store.has(sha256))
    kept = _kept(holdings, set(contents), besides=record.id)
    moved = tuple(sha256 for sha256 in contents if sha256 not in kept)
    handed = handover.write_encrypted(file, asked.recipient, holdings.store, moved) if asked.recipient else None
    event = Purge(
        record=record.id,
        target=record.capture.target.id,
        label=record.capture.label,
        started=record.capture.started,
        by=by,
        when=now,
        why=why,
        moved=tuple(Moved(sha256=sha256, size=_size(holdings, sha256)) for sha256 in moved),
        stays=tuple(Shared(sha256=sha256, records=ids) for sha256, ids in kept.items() if ids),
        handed=handed,
        recipient=asked.recipient,
        said=tuple(sorted(_said(holdings, record.id))),
    )
    blob = holdings.store.put(canonical.encode(event.plain()), "application/json")
    holdings.ledger.append(PURGE, record.id, blob.sha256)
    return event


def _contents(record: Record) -> tuple[str, ...]:
    """Return what a record cites of what was seen: not our own flow, nor the column ledger, which show nothing of it."""
    capture = record.capture
    cited = [artifact.sha256 for artifact in capture.artifacts]
    cited += [capture.exchanges, capture.times, capture.environment, capture.cleanliness or ""]
    return tuple(dict.fromkeys(filter(None, cited)))


def _kept(holdings: Holdings, blobs: Set[str], besides: str | None = None) -> Mapping[str, tuple[str, ...]]:
    """Return which of some blobs must stay, with the records outside quarantine that cite them (none: a document)."""
    purged = holdings.ledger.purged | {besides}
    found: dict[str, list[str]] = defaultdict(list)
    for leaf in holdings.ledger.leaves():
        if (
            leaf.digest in blobs and leaf.kind != "finding"
        ):  # of which the ledger has the digest, and nobody needs the words
            found[leaf.digest] = found[leaf.digest]
    for leaf in each_leaf(holdings.ledger, "record"):
        if leaf.digest not in purged:
            for sha256 in blobs & set(holdings.record(leaf.digest).capture.cited):
                found[sha256].append(leaf.digest)
    return {sha256: tuple(ids) for sha256, ids in found.items()}


def _size(holdings: Holdings, sha256: str) -> int | None:
    """Return how many bytes a blob has; None for a damaged one, which leaves like any other."""
    try:
        with holdings.store.open(sha256) as stream:
            return stream.seek(0, os.SEEK_END)
    except DamagedBlob:
        return None


def _said(holdings: Holdings, record: str) -> Iterator[str]:
    """Yield the digests of findings, as cases and periods keep them, that rest on a record."""
    of_cases = (_object(holdings, leaf.digest).get("said") for leaf in each_leaf(holdings.ledger, "case"))
    for said in dict.fromkeys((*of_cases, *_frozen(holdings))):
        if isinstance(said, str) and holdings.store.has(said):
            exhibits = _object(holdings, said).get("exhibits")
            if isinstance(exhibits, list) and record in exhibits:
                yield said


def _frozen(holdings: Holdings) -> Iterator[object]:
    """Yield the digests of the findings that periods froze."""
    for leaf in each_leaf(holdings.ledger, "period"):
        event = _object(holdings, leaf.digest)
        document = event.get("document")
        if event.get("step") == "frozen" and isinstance(document, str):
            period = _object(holdings, document)
            for member in (*_list(period, "members"), *_list(period, "outside")):
                yield from (cited.get("said") for cited in _list(member, "findings"))


def _list(body: Mapping[str, object], key: str) -> Sequence[Mapping[str, object]]:
    found = body.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _object(holdings: Holdings, sha256: str) -> Mapping[str, object]:
    try:
        body = canonical.decode(holdings.store.read(sha256))
    except CanonicalError:
        return {}
    return body if isinstance(body, Mapping) else {}


def _remove(holdings: Holdings, event: Purge) -> None:
    """Remove what left and what was made of it; what is gone already is no fault."""
    there = {sha256 for sha256 in event.blobs if holdings.store.has(sha256)}
    kept = _kept(holdings, there).keys() if there else frozenset[str]()
    gone = event.blobs - kept
    for sha256 in sorted(there - kept):
        holdings.store.remove(sha256)
    holdings.derived.forget(event.record, gone)
    judgements.set_aside(holdings, event.record)
