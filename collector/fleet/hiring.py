"""A worker of a workspace, by the name of its trade."""

from __future__ import annotations

import os
import socket

from collector.fleet.database import Database
from collector.fleet.reader import Reader
from collector.fleet.visits import Visits
from collector.fleet.worker import Worker
from collector.workspace import Workspace


def hired(
    workspace: Workspace,
    kind: str,
    *,
    jobs: int | None = None,
    name: str | None = None,
    address: str | None = None,
) -> Worker:
    """Return a worker of a kind (capture, reading); `address` is that by which its machine goes out.

    Raises FleetError for settings that reach no database, and what having the trade's means raises.
    """
    settings = workspace.settings
    database = Database(settings.fleet)
    known = name or f"{socket.gethostname()}-{os.getpid()}"
    at_once = jobs or settings.jobs
    if kind == "reading":
        return Worker(known, Reader(workspace, database, known, jobs=at_once), settings.fleet, database)
    return Worker(known, Visits(workspace, database, known, jobs=at_once, address=address), settings.fleet, database)
