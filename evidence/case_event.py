"""The form of one step of a case: who did what when and why, after which step (case/1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, get_args

from evidence import digest, plain
from evidence.errors import ShapeError

SCHEMA = "case/1"
Step = Literal[
    "warned", "notified", "answered", "silent", "confirmed", "withdrawn", "published", "contested", "upheld", "changed",
    "overturned", "rectified", "overdue", "rechecked",
]  # fmt: skip
STEPS: tuple[Step, ...] = get_args(Step)
WORDS: dict[Step, str] = {
    "warned": "已预警", "notified": "已发核实函", "answered": "单位已回复", "silent": "逾期未回复", "confirmed": "已确认",
    "withdrawn": "已撤销", "published": "已通报", "contested": "单位提出异议", "upheld": "维持", "changed": "变更",
    "overturned": "撤销通报", "rectified": "已整改", "overdue": "逾期未整改", "rechecked": "已回头看",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step of a case."""

    finding: str
    said: str
    """SHA-256 of the finding as it stood at this step, kept in the store: it may be judged anew under the same id."""
    target: str
    indicator: str
    at: datetime
    """Indicator and T of the finding."""
    label: str | None
    n: int
    """Its place in the case, from 1."""
    step: Step
    by: str
    when: datetime
    reason: str
    records: tuple[str, ...] = ()
    """Exhibits that belong to the step, such as the unit's answer."""
    due: date | None = None
    """Until when the unit may answer or put right."""
    previous: str | None = None
    """SHA-256 of the event before it; None for the first."""
    second: str = field(default="", metadata={plain.ADDED: True})
    """Who else decided it; another person than `by`."""
    papers: tuple[str, ...] = field(default=(), metadata={plain.ADDED: True})
    """SHA-256 of documents in the store that the step rests on, such as the sheet of what was looked up."""

    def plain(self) -> dict[str, Any]:
        """Return the event as plain JSON (schema case/1)."""
        return {"schema": SCHEMA, **plain.dump(self)}

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Event:
        """Return the event whose plain JSON is `body`; raises ShapeError."""
        fields = dict(body)
        if (found := fields.pop("schema", None)) != SCHEMA:
            raise ShapeError(("schema",), SCHEMA, found)
        return plain.load(cls, fields)

    @property
    def id(self) -> str:
        """SHA-256 of the canonical JSON."""
        return digest.of_value(self.plain())

    @property
    def key(self) -> str:
        """Its key in the ledger."""
        return f"{self.target}/{self.finding}/{self.n:04}"

    @property
    def old_key(self) -> str:
        """Its key in ledgers begun before keys named the target."""
        return f"{self.finding}/{self.n:04}"
