"""What quzheng.yaml says of the fleet; read without the extra, so that one workspace serves coordinator and workers."""

from __future__ import annotations

from dataclasses import dataclass

LEAST = {"patience_seconds": 1, "ahead": 1, "stalled_seconds": 2, "lease_seconds": 2, "poll_milliseconds": 10}


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSettings:
    """How coordinator and workers find one another."""

    database: str = ""
    """PostgreSQL, as host=… port=… dbname=… user=…; never a password: that comes by PGPASSFILE or PGPASSWORD."""
    blobs: str = ""
    """Where workers put blobs: s3://bucket/prefix; empty: the store's own folder, which all machines share."""
    ahead: int = 200
    """Visits that are in the queue or unregistered at most: more wait here, so that no worker runs ahead of the registrar."""
    patience_seconds: int = 900
    """That the coordinator waits while no worker gives a sign, before it gives up and says so."""
    stalled_seconds: int = 60
    """Without a sign of a worker's after which its visits are given to others."""
    lease_seconds: int = 30
    """For which a registrar may write without renewing its right."""
    poll_milliseconds: int = 200
    """Between two looks at what workers handed over."""
