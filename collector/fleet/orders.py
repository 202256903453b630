"""What is asked of a worker: one visit, as JSON (order/1); kept in the database until its run is over.

{"schema": "order/1", "id": "RUN/TARGET/ATTEMPT", "run", "purpose", "attempt", "labels", "past_caches", "target", "flow",
 "flow_sha256", "mark"}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.errors import FleetError
from collector.executor import Job
from collector.fleet.database import Database
from collector.flow import Flow
from collector.hosts import host_of
from collector.targets import Target
from evidence import canonical, digest, plain
from evidence.model import Purpose

CAPTURE, READING = "quzheng.capture", "quzheng.reading"
"""Names of the tasks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One visit that a worker is to make."""

    id: str
    run: str
    purpose: Purpose
    attempt: int
    labels: tuple[str, ...]
    past_caches: tuple[str, ...]
    target: Target
    flow: str
    flow_sha256: str
    mark: str = ""
    """Of a flow that logs in: what proves that a worker shares the count of failed tries."""

    @classmethod
    def of(cls, job: Job, run: str, purpose: Purpose, mark: str = "") -> Order:
        """Return the order for a job of a run."""
        return cls(
            id=f"{run}/{job.target.id}/{job.attempt}",
            run=run,
            purpose=purpose,
            attempt=job.attempt,
            labels=job.labels,
            past_caches=tuple(sorted(job.past_caches)),
            target=job.target,
            flow=job.flow.name,
            flow_sha256=job.flow.ref.sha256,
            mark=mark,
        )

    def job(self, flow: Flow) -> Job:
        """Return the job, with its flow; raises FleetError where that is another one than was ordered."""
        if flow.ref.sha256 != self.flow_sha256:
            raise FleetError(
                f"流程 {self.flow} 与下单时不同：期望 {self.flow_sha256[:12]}，实际 {flow.ref.sha256[:12]}"
            )
        return Job(
            target=self.target,
            flow=flow,
            labels=self.labels,
            attempt=self.attempt,
            past_caches=frozenset(self.past_caches),
        )

    @property
    def host(self) -> str:
        """The host it goes to, as manners are minded by."""
        return host_of(self.target.url)

    def plain(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"schema": "order/1", **plain.dump(self)}

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Order:
        """Return the order of a JSON form; raises FleetError for another form."""
        if body.get("schema") != "order/1":
            raise FleetError(f"任务的形式是 {body.get('schema')!r:.40}，期望 order/1：协调机与工作机版本不同")
        return plain.load(cls, {name: value for name, value in body.items() if name != "schema"})


class Orders:
    """The orders in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, order: Order, queue: str) -> None:
        """Keep an order for a queue; one of its id that has not ended is replaced, and given to that queue if nobody began it.

        So a run that is taken up after a change of version, flows or limits asks those who are alike now.
        """
        self._database.ask(
            "INSERT INTO quzheng_orders (id, run, body, queue) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body, queue = excluded.queue WHERE NOT quzheng_orders.ended",
            [order.id, order.run, canonical.encode(order.plain()).decode("utf-8"), queue],
        )
        self._database.ask(
            "UPDATE procrastinate_jobs SET queue_name = %s"
            " WHERE status = 'todo' AND task_name = %s AND args->>'order' = %s",
            [queue, CAPTURE, order.id],
        )

    def find(self, id: str) -> Order | None:
        """Return an order; None where there is none of that id, for instance since its run is over."""
        rows = self._database.ask("SELECT body FROM quzheng_orders WHERE id = %s", [id])
        return Order.load(canonical.decode(rows[0][0].encode("utf-8"))) if rows else None

    def live(self, run: str) -> frozenset[str]:
        """Return the ids of a run's orders that are in the queue or under way."""
        rows = self._database.ask(
            "SELECT args->>'order' FROM procrastinate_jobs"
            " WHERE task_name = %s AND status IN ('todo', 'doing') AND args->>'run' = %s",
            [CAPTURE, run],
        )
        return frozenset(row[0] for row in rows)

    def move(self, from_: str, to: str) -> None:
        """Give to another queue what nobody of one has begun."""
        self._database.ask(
            "UPDATE procrastinate_jobs SET queue_name = %s WHERE queue_name = %s AND status = 'todo' AND task_name = %s",
            [to, from_, CAPTURE],
        )

    def ended(self, id: str) -> bool:
        """Tell whether an order has ended."""
        return bool(self._database.ask("SELECT 1 FROM quzheng_orders WHERE id = %s AND ended", [id]))

    def end(self, id: str) -> None:
        """Take note that all of an order is registered."""
        self._database.ask("UPDATE quzheng_orders SET ended = true WHERE id = %s", [id])


def marks(flows: Mapping[str, str], program: str, settings: Mapping[str, Any]) -> str:
    """Return the name of the queue on which only machines meet that would visit alike: same program, flows and settings."""
    return f"capture-{digest.of_value({'flows': dict(flows), 'program': program, 'settings': dict(settings)})[:16]}"
