"""What the daily rounds of light requests share: a direct way out, once a day, the page that names addresses, a control."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from collector.errors import WorkspaceError
from collector.targets import Target
from collector.workspace import ProbeSettings, Workspace
from evidence.holdings import Holdings
from evidence.look import NOT_THE_COLUMN
from evidence.model import Reading
from evidence.readings import readings
from evidence.span import SHANGHAI, local_day

FRESH = timedelta(hours=24)
"""How old the record of a page may be: older links may have been mended, or have run out."""
REST = timedelta(hours=12)
"""Least time between two days' rounds: what fails at both ends of midnight has failed once."""
_CONTROL_HOLDS = 30.0
"""Seconds for which a control's answer stands for the failures beside it."""


def check_way_out(workspace: Workspace, option: str) -> None:
    """Raise WorkspaceError unless this machine has a direct way out; `option` is the part of `probe` that needs it."""
    if workspace.settings.egress != "direct":
        raise WorkspaceError(
            f"probe {option} needs a direct way out, got egress: {workspace.settings.egress}\n"
            "what does not answer through a gateway of our own cannot be laid to a site"
        )


def is_due(
    holdings: Holdings, target: Target, label: str, prefix: str, settings: ProbeSettings, now: datetime, *, named: bool
) -> bool:
    """Tell whether a target is to be asked: once a day, rested, within the hours; at any hour if it is named."""
    local = now.astimezone(SHANGHAI)
    made = [row for row in holdings.rows(target.id, label) if row.key.startswith(prefix)]
    if any(local_day(row.started) == local_day(now) or now - row.started < REST for row in made):
        return False
    return named or settings.from_hour <= local.hour < settings.to_hour


def page_of(holdings: Holdings, target: Target, label: str, now: datetime) -> tuple[str, Reading] | None:
    """Return the latest complete record of a target's page and its reading; None without a fresh one."""
    rows = [row for row in holdings.rows(target.id, label, since=now - FRESH, until=now) if row.complete is True]
    whole = [row for row in rows if row.coverage == "complete"]
    if not whole:
        return None
    record = holdings.record(whole[-1].record)
    reading = readings([record], holdings)[record.id]
    return (record.id, reading) if reading is not None and reading.page_kind not in NOT_THE_COLUMN else None


class Control:
    """The control, asked as the pages are, and again when its answer is too old to stand beside a failure."""

    def __init__(self, urls: Sequence[str], opens: Callable[[str], Awaitable[bool]]) -> None:
        self._urls = urls
        self._opens = opens
        self._asked: tuple[float, asyncio.Future[bool]] | None = None

    async def answers(self) -> bool | None:
        """Tell whether any control answers; None where none is declared."""
        if not self._urls:
            return None
        now = asyncio.get_running_loop().time()
        if self._asked is None or now - self._asked[0] > _CONTROL_HOLDS:
            self._asked = now, asyncio.ensure_future(self._ask())
        return await self._asked[1]

    async def _ask(self) -> bool:
        return any(await asyncio.gather(*map(self._opens, self._urls)))
