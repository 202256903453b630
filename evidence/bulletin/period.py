"""The forms of a period: what was frozen (period/1), and each step taken in it since (period-event/1).

A period is frozen once. After that its figures change only by the steps of cases and by what persons decide here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from evidence import digest, plain
from evidence.bulletin.frame import Member
from evidence.errors import PeriodError, ShapeError
from evidence.registers.sampling import Sample

SCHEMA = "period/1"
EVENT_SCHEMA = "period-event/1"
KIND = "period"
"""Of its leaves in the ledger."""
Step = Literal["frozen", "decided", "asked", "issued", "corrected", "demanded"]
STEP_WORDS: dict[Step, str] = {
    "frozen": "冻结",
    "decided": "人工认定",
    "asked": "已发核实函",
    "issued": "已印发通报",
    "corrected": "已印发更正通报",
    "demanded": "已发整改通知",
}
Result = Literal["passed", "failed", "exempt", "open"]
RESULT_WORDS: dict[Result, str] = {"passed": "合格", "failed": "不合格", "exempt": "免检", "open": "未能判定"}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,30}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRef:
    """One export of the frame, by digest."""

    name: str
    record: str | None
    sha256: str
    fetched: datetime | None
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What was frozen."""

    name: str
    since: date
    until: date
    """The first and last day of the window."""
    at: datetime
    """T, the reference time (检查时点)."""
    registers: tuple[RegisterRef, ...]
    frame_size: int
    """Sites and accounts in the registers that are not closed."""
    frame_accounts: int
    """Accounts among them: what a sample is drawn from."""
    closed: int
    edition: str
    rules: str
    """SHA-256 of the rule set."""
    sample: Sample | None
    members: tuple[Member, ...]
    """Who is inspected (应检), in fixed order."""
    outside: tuple[Member, ...] = ()
    """Accounts of our list that no register of the frame has and that were found unregistered at T (漏报); not counted in 应检."""

    def plain(self) -> dict[str, Any]:
        """Return the period as plain JSON (schema period/1)."""
        return {"schema": SCHEMA, **plain.dump(self)}

    @classmethod
    def load(cls, body: Any) -> Period:
        """Return the period whose plain JSON is `body`; raises ShapeError."""
        return plain.load(cls, _without_schema(body, SCHEMA))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step of a period."""

    period: str
    n: int
    """Its place, from 1; the first is the freeze."""
    step: Step
    by: str
    when: datetime
    second: str | None = None
    """The second person, where two are asked for."""
    reason: str = ""
    member: str | None = None
    """Whom it is about."""
    result: Result | None = None
    """What was decided."""
    due: date | None = None
    """Until when the unit may answer, or must have put right."""
    document: str | None = None
    """SHA-256 of the period, of the bulletin's JSON, or of the 整改通知单 that was sent."""
    previous: str | None = None
    """SHA-256 of the step before it."""
    findings: tuple[str, ...] = field(default=(), metadata={plain.ADDED: True})
    """What was demanded to be put right."""

    def plain(self) -> dict[str, Any]:
        """Return the event as plain JSON (schema period-event/1)."""
        return {"schema": EVENT_SCHEMA, **plain.dump(self)}

    @classmethod
    def load(cls, body: Any) -> Event:
        """Return the event whose plain JSON is `body`; raises ShapeError."""
        return plain.load(cls, _without_schema(body, EVENT_SCHEMA))

    @property
    def id(self) -> str:
        """SHA-256 of the canonical JSON."""
        return digest.of_value(self.plain())

    @property
    def key(self) -> str:
        """Its key in the ledger."""
        return f"{self.period}/{self.n:04}"


def checked_name(said: str) -> str:
    """Return the name of a period; raises PeriodError for one that would be no key and no file name.

    >>> checked_name("2021Q2")
    '2021Q2'
    """
    if not _NAME.fullmatch(said):
        raise PeriodError(f"检查期名称应为31个以内的字母、数字和“._-”，如 2021Q2，得到“{said:.40}”")
    return said


def result_of(said: str) -> Result:
    """Return the result that a person names; raises PeriodError for a word that is none they may decide.

    >>> result_of("免检")
    'exempt'
    """
    for result, word in RESULT_WORDS.items():
        if said == word and result != "open":
            return result
    raise PeriodError(f"认定结果只能是合格、不合格、免检，得到“{said:.20}”")


def _without_schema(body: Any, schema: str) -> dict[str, Any]:
    fields = dict(body) if isinstance(body, Mapping) else {}
    if (found := fields.pop("schema", None)) != schema:
        raise ShapeError(("schema",), schema, found)
    return fields
