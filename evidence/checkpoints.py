"""Signing for the ledger as it stands: heads committed to, the state signed and time-stamped, kept beside the leaves.

    ledger/checkpoints/N        the signed state after N leaves, a note
    ledger/checkpoints/N.tsr    an authority's time-stamp over the bytes of that note

Where the authority is not reachable a checkpoint stays without, and is asked for again at the next signing. What was
signed meanwhile loses nothing of its order: a time-stamp over a later checkpoint is, with the consistency proof that the
later ledger begins with the earlier one, proof that the earlier state came before the later one's time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from evidence import note, timestamp
from evidence.errors import EvidenceError
from evidence.files import write_whole
from evidence.holdings import Holdings
from evidence.ledger import FileLedger
from evidence.note import Checkpoint
from evidence.seal import Signer
from evidence.timestamp import Authority

log = logging.getLogger(__name__)

AT_ONCE = 10
"""Time-stamps that are asked for at one signing, the newest checkpoint first."""


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
