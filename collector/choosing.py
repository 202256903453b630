"""Which flow a visit to a target follows: the one that serves it, or one that says of each page why there is none."""

from __future__ import annotations

import copy

from collector.errors import FlowError
from collector.flow import GENERIC, Catalogue, Flow
from collector.outcome import Trouble
from collector.targets import Target
from collector.visit import Visit

ATTENDED = Trouble(outcome="skipped", reason="attended", fault="ours")


def flow_for(target: Target, catalogue: Catalogue, *, named: bool = False) -> Flow:
    """Return the target's flow; where none can be used, one that says so for each label that is due.

    A flow that a person must attend is run only for a target that was `named`; else it is skipped, and says so.
    """
    try:
        flow = catalogue.choose(target)
    except FlowError as error:
        return _unusable(target, str(error))
    return _skipped(flow) if flow.attended and not named else flow


def _skipped(flow: Flow) -> Flow:
    """Return the flow without its steps: each label that is due gives a record that nobody was there."""
    absent = copy.copy(flow)
    absent.login = None

    async def skip(visit: Visit) -> None:
        for label in visit.due:
            visit.fail(label, ATTENDED, flow.attended)

    absent.script = skip
    return absent


def _unusable(target: Target, why: str) -> Flow:
    flow = Flow(target.flow or GENERIC)

    @flow.visit
    async def refuse(visit: Visit) -> None:
        raise FlowError(why)

    flow.source = b""
    return flow
