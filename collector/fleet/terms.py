"""What coordinator and workers must have alike, and what of the workspace a worker uses."""

from __future__ import annotations

from collector.environment import source_digest
from collector.fleet.orders import marks
from collector.flow import Catalogue
from collector.workspace import Workspace
from evidence import digest, plain
from evidence.model import Vantage


def queue_name(workspace: Workspace, catalogue: Catalogue) -> str:
    """Return the queue of those that visit alike: a machine of another version or with other flows is on another one."""
    settings = workspace.settings
    flows = {found.name: found.flow.ref.sha256 if found.flow else "broken" for found in catalogue.all()}
    alike = {"limits": plain.dump(settings.limits), "second_agent": settings.second_agent}
    return marks(flows, source_digest(), alike)


def vantage_id(vantage: Vantage) -> str:
    """Return a short name for a vantage."""
    return digest.of_value(plain.dump(vantage))[:12]


def elsewhere(queue: str, vantage: str) -> str:
    """Return the queue for those of one vantage alone."""
    return f"{queue}@{vantage}"
