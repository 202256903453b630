"""How the fleet stands: workers, the registrar, what is in the queue and what waits to be registered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.fleet import terms
from collector.fleet.database import Database
from collector.fleet.reading import queue_of
from collector.fleet.roster import Hand, Roster
from collector.flow import discover
from collector.workspace import Workspace
from evidence import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What `quzheng fleet` tells."""

    hands: tuple[Hand, ...]
    queues: Mapping[str, str]
    """On which this workspace orders, by kind of work."""
    registrar: str | None
    """Who holds the lease; None where nobody does."""
    jobs: dict[str, int]
    """Visits in the queue by their state."""
    unregistered: int
    """Handovers that wait for the registrar."""

    def plain(self) -> dict[str, Any]:
        """Return the JSON form; seconds are whole ones."""
        hands = [
            {"name": one.name, "kind": one.kind, "seconds": int(one.seconds), "alike": self._alike(one),
             "vantage": plain.dump(one.vantage)}
            for one in self.hands
        ]  # fmt: skip
        return {
            "workers": hands,
            "registrar": self.registrar,
            "jobs": self.jobs,
            "unregistered": self.unregistered,
        }

    def told(self) -> str:
        """Return it for people."""
        lines = [f"登记：{self.registrar or '现在没有机器登记'}"]
        for one in self.hands:
            alike = "" if self._alike(one) else "，版本、流程、限额或词表与本工作区不同，不接本工作区的任务"
            lines.append(f"工作机 {one.name}：{int(one.seconds)} 秒前有应答{alike}")
        if not self.hands:
            lines.append("没有在册的工作机：请启动 quzheng worker --kind capture")
        lines.append(
            f"任务：待做 {self.jobs.get('todo', 0)}，在做 {self.jobs.get('doing', 0)}，失败 {self.jobs.get('failed', 0)}"
        )
        lines.append(f"已移交、待登记：{self.unregistered}")
        return "\n".join(lines)

    def _alike(self, one: Hand) -> bool:
        return self.queues.get(one.kind) == one.queue


def standing(workspace: Workspace) -> Standing:
    """Return how the fleet of a workspace stands; raises FleetError."""
    database = Database(workspace.settings.fleet)
    try:
        database.set_up()
        held = database.ask("SELECT owner FROM quzheng_lease WHERE until > now()")
        jobs = database.ask("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")
        waiting = database.ask("SELECT count(*) FROM quzheng_handovers WHERE NOT settled AND kind <> 'reading'")
        return Standing(
            hands=Roster(database).hands(),
            queues={
                "capture": terms.queue_name(workspace, discover(workspace.flows_dir)),
                "reading": queue_of(workspace.house().words()),
            },
            registrar=held[0][0] if held else None,
            jobs=dict(jobs),
            unregistered=waiting[0][0],
        )
    finally:
        database.close()
