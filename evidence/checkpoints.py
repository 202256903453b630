"""Signing for the ledger as it stands: heads committed to, the state signed, kept beside the leaves."""

from __future__ import annotations

from evidence.holdings import Holdings
from evidence.note import Checkpoint
from evidence.seal import Signer


def sign(holdings: Holdings, signer: Signer | None) -> Checkpoint | None:
    """Return the signed state of the ledger with the heads of all chains as its last leaf; None without a signer or leaves."""
    if signer is None or not holdings.ledger.size:
        return None
    with holdings.ledger.exclusive():
        holdings.ledger.commit_heads()
        return holdings.ledger.checkpoint(signer)
