"""Signing for the ledger as it stands, with the time of an authority, and anchoring that outside the house.

    ledger/checkpoints/N        the signed state after N leaves, a note: heads of all chains committed to
    ledger/checkpoints/N.tsr    an authority's time-stamp over the bytes of that note

Where the authority is not reachable a checkpoint stays without, and is asked for again at the next signing. What was
signed meanwhile loses nothing of its order: a time-stamp over a later checkpoint is, with the consistency proof that the
later ledger begins with the earlier one, proof that the earlier state came before the later one's time.

A state that only the office signed proves nothing against the office itself: it could sign for another one. So the state
goes out, read aloud, printed, as a file; a second office, an archive signs it too; and what they signed comes back.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import segno

from evidence import canonical, note, plain, spoken, timestamp
from evidence.errors import CanonicalError, EvidenceError, LedgerError, SealError, ShapeError
from evidence.files import make_folder, write_whole
from evidence.holdings import Holdings
from evidence.ledger import FileLedger
from evidence.note import Checkpoint
from evidence.proof import EXPORT, Consistency
from evidence.seal import Signer
from evidence.timestamp import Authority

log = logging.getLogger(__name__)

AT_ONCE = 10
"""Time-stamps that are asked for at one signing, the newest checkpoint first."""

SCHEMA = "checkpoint-export/1"
LONGEST_CODE = 1200
"""Bytes of a note that still make a code a telephone can read off paper."""
MAX_PROOF = 65_536
"""Bytes of a proof that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was given out, and to be entered in the ledger (checkpoint-export/1)."""

    origin: str
    size: int
    root: str
    """Hexadecimal."""
    by: str
    at: datetime

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {"schema": SCHEMA, **plain.dump(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The files of one export."""

    state: Checkpoint
    line: str
    text: Path
    code: Path
    note: Path
    whole_code: bool
    """Whether the code holds the whole note; else, for a note too long, the line."""


def sign(holdings: Holdings, signer: Signer | None, authority: Authority | None = None) -> Checkpoint | None:
    """Return the signed state of the ledger with the heads of all chains as its last leaf; None without a signer or leaves.

    Where there is an authority, time-stamps are asked for checkpoints that have none; that none came is a warning.
    """
    if signer is None or not holdings.ledger.size:
        return None
    with holdings.ledger.exclusive():
        holdings.ledger.commit_heads()
        signed = holdings.ledger.checkpoint(signer)
    if authority:
        _stamp(holdings.ledger, authority)
    return signed


def without_stamp(ledger: FileLedger) -> tuple[Path, ...]:
    """Return the files of the checkpoints that have no time-stamp, newest first."""
    return tuple(path for path in reversed(ledger.checkpoint_files()) if not _token_of(path).exists())


def faults(ledger: FileLedger, trust: bytes | None) -> Iterator[str]:
    """Yield what is wrong with the time-stamps of checkpoints; `trust` (PEM) names the authority, where the office does."""
    files = ledger.checkpoint_files()
    for path in files:
        if _token_of(path).exists() and (why := _fault(path, trust)):
            yield f"{_token_of(path)}：{why}"
    known = {_token_of(path) for path in files}
    yield from (
        f"{path}：没有这个检查点" for path in sorted(ledger.checkpoints_folder.glob("*.tsr")) if path not in known
    )


def _stamp(ledger: FileLedger, authority: Authority) -> None:
    due = without_stamp(ledger)
    for path in due[:AT_ONCE]:
        try:
            write_whole(_token_of(path), authority.stamp(path.read_bytes()))
        except (EvidenceError, OSError) as error:
            log.warning(
                "%d checkpoints are without a time-stamp, to be asked for again: %s", len(without_stamp(ledger)), error
            )
            return


def _fault(path: Path, trust: bytes | None) -> str | None:
    """Return what is wrong with the time-stamp of a checkpoint, None where nothing is or it cannot be asked here."""
    try:
        with _token_of(path).open("rb") as stream:
            response = stream.read(timestamp.MAX_RESPONSE + 1)
        stamped = timestamp.read(response).imprint
        data = next((data for data in _earlier(path) if timestamp.imprint(data) == stamped), path.read_bytes())
        answers = [timestamp.check(response, data), *([timestamp.is_trusted(response, trust)] if trust else [])]
    except (EvidenceError, OSError) as error:
        return str(error)
    return next((answer.detail for answer in answers if answer.passed is False), None)


def _earlier(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a note as it stood with one signature, with two, and so on: they are only ever added."""
    kept = note.parse(path.read_bytes())
    for count in range(1, len(kept.signatures) + 1):
        yield replace(kept, signatures=kept.signatures[:count]).encode()


def _token_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.tsr")


def present(holdings: Holdings, signer: Signer | None) -> Checkpoint:
    """Return the signed state of the ledger; raises SealError without a signer, LedgerError for an empty ledger."""
    if signer is None:
        raise SealError("没有单位密钥，不能为台账签名\ntry: quzheng init（生成密钥），或在 quzheng.yaml 写明 seal:")
    state = sign(holdings, signer)
    if state is None:
        raise LedgerError("台账里还没有任何记录，没有可签的状态")
    return state


def export(holdings: Holdings, signer: Signer | None, out: Path, *, by: str, now: datetime) -> Export:
    """Sign for the present, enter in the ledger that it is given out, and write it to the folder `out` in three forms.

    `checkpoint-N.txt` is the line to be read aloud or printed, `checkpoint-N.png` a QR code, `checkpoint-N.note` the signed
    note for whoever signs it too. It is entered before it is written: nothing is out that the ledger does not know.
    """
    with holdings.ledger.exclusive():
        state = present(holdings, signer)
        given = Exported(origin=state.origin, size=state.size, root=state.root.hex(), by=by, at=now)
        blob = holdings.store.put(canonical.encode(given.plain()), "application/json")
        holdings.ledger.append(EXPORT, f"{state.size}/{holdings.ledger.size}", blob.sha256)
    text, picture, file = (out / f"checkpoint-{state.size}.{kind}" for kind in ("txt", "png", "note"))
    make_folder(out)
    said, whole = spoken.line(state), len(state.encode()) <= LONGEST_CODE
    write_whole(text, f"{said}\n".encode())
    write_whole(picture, _code(state.encode().decode() if whole else said))
    write_whole(file, state.encode())
    return Export(state=state, line=said, text=text, code=picture, note=file, whole_code=whole)


def take(holdings: Holdings, data: bytes, signer: Signer | None) -> Checkpoint:
    """Keep the signatures that others put on one of our checkpoints; raises LedgerError for anything else."""
    return holdings.ledger.take(note.parse(data), ours=(signer.key_id,) if signer else ())


def check(older: bytes, newer: bytes, proof: bytes) -> tuple[Checkpoint, Checkpoint]:
    """Return the two states, once the proof shows that the newer ledger begins with the older; raises LedgerError.

    Who signed them is not asked.
    """
    before, after = note.parse(older), note.parse(newer)
    try:
        given = Consistency.load(canonical.decode(proof.strip()))
    except (CanonicalError, ShapeError) as error:
        raise LedgerError(f"不是一致性证明：{error}") from error
    if before.origin != after.origin:
        raise LedgerError(f"两个状态不是同一本台账的：{before.origin}，{after.origin}")
    if not given.holds(before, after):
        raise LedgerError("证明不成立：后一状态的台账不是由前一状态续写而来")
    return before, after


def _code(text: str) -> bytes:
    """Return a QR code as PNG."""
    picture = io.BytesIO()
    segno.make(text, micro=False, error="l", encoding="utf-8").save(picture, kind="png", scale=6)
    return picture.getvalue()
