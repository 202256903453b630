"""Any portal: its home page and the columns of its column ledger, each at its own address."""

from __future__ import annotations

from collector.flow import Flow
from collector.visit import Visit

flow = Flow(__name__)


@flow.visit
async def visit(visit: Visit) -> None:
    """Open and capture every label that is due."""
    for label in visit.due:
        await visit.open(visit.address(label))
        await visit.capture(label)
