"""What follows on a decision: letters, replies, publishing, putting right; who takes which step, and nobody on what he has not seen.

A table says what each step asks for. Confirming and withdrawing are of `deciding`, objections and rulings of `disputes`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from evidence import casebook, human, judgements
from evidence.case_event import WORDS, Step
from evidence.casebook import Case
from evidence.desk.deciding import moved_on
from evidence.desk.desk import Desk, Visitor
from evidence.desk.roles import Right, may
from evidence.desk.uploads import HandedIn
from evidence.disputes import sheet
from evidence.disputes.sheet import Sheet
from evidence.errors import CaseError
from evidence.holdings import Holdings
from evidence.model import Finding
from evidence.span import local_day

Sent = Literal["warned", "notified", "answered", "silent", "rectified", "overdue", "rechecked"]
Later = Literal[Sent, "published"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a page asks for with a step; a field whose label is empty is not asked for."""

    right: Right
    title: str
    files: str = ""
    due: str = ""
    reason: str = "说明（可以不填）"
    must: bool = False
    """Whether the casebook takes no step without a reason."""


FORMS: Mapping[Later, Form] = {
    "warned": Form(right="correspond", title="登记发出预警", files="所发的预警", due="整改到哪一天（可以不填）"),
    "notified": Form(right="correspond", title="登记发出核实函", files="所发的核实函", due="回复期限"),
    "answered": Form(
        right="correspond", title="登记单位回复", files="单位的回复材料", reason="回复内容（附了材料的可以不填）"
    ),
    "silent": Form(right="correspond", title="登记逾期未回复"),
    "published": Form(right="publish", title="记为已通报", files="所发的通报", due="整改期限（可以不填）"),
    "rectified": Form(right="correspond", title="登记整改报告", files="单位的整改报告"),
    "overdue": Form(right="correspond", title="登记逾期未整改", reason="依据（必填）", must=True),
    "rechecked": Form(
        right="correspond", title="登记已回头看", files="回头看的材料", reason="回头看的结果（可以不填）"
    ),
}
"""In the order of a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a visitor wrote into the form of a step, as it came."""

    step: Later
    seen: str
    """The mark of the page, `deciding.mark`."""
    reason: str = ""
    due: str = ""
    on: str = ""
    """Id of the re-check that the page showed; empty where it showed none."""


def forms_of(who: Visitor) -> Mapping[Later, Form]:
    """Return the steps that are this visitor's to take, whether or not they may be taken now."""
    return {step: form for step, form in FORMS.items() if who.role is not None and may(who.role, form.right)}


def take(desk: Desk, who: Visitor, finding: str, written: Written, files: Sequence[HandedIn]) -> Case:
    """Take one step under the visitor's name and return the case after it; on the disk when this returns.

    Raises CaseError with the reason where that may not be done: the case moved on since the page was shown, the last day is
    none, or the casebook refuses the step. Who has the right was asked at the gate.
    """
    step, now = written.step, desk.now()
    with desk.shelf.opened() as holdings, holdings.ledger.exclusive():
        found = holdings.derived.finding(finding)
        case = casebook.case_of(holdings, found)
        seen = rechecked(holdings, case) if step == "rechecked" else None
        if (why := moved_on(case, written.seen) or _other_sheet(seen, written.on)) is not None:
            raise CaseError(f"问题{finding[:12]}不能记为“{WORDS[step]}”：{why}")
        return casebook.take(
            holdings,
            found,
            step,
            by=who.name,
            now=now,
            rules=desk.house.cases,
            reason=written.reason,
            due=_day(written.due, local_day(now)),
            papers=(seen.id,) if seen else (),
            records=lambda: human.add_letters(
                holdings,
                found,
                desk.house.subjects,
                [(one.name, one.path) for one in files],
                by=who.name,
                now=now,
                note=written.reason,
            ),
            current=functools.partial(judgements.current, holdings),
        )


def why_not(
    desk: Desk, holdings: Holdings, who: Visitor, case: Case, step: Step, current: Finding | None
) -> str | None:
    """Return why the casebook does not take a step now; None where it does. What is still to be written is no matter."""
    now = desk.now()
    return casebook.why_not(
        holdings,
        case.finding,
        step,
        by=who.name,
        now=now,
        rules=desk.house.cases,
        current=lambda _: current,
        reason="—",
        due=local_day(now),
        known=case,
    )


def rechecked(holdings: Holdings, case: Case) -> Sheet | None:
    """Return what was looked up after the last step, a rectification; None where nothing was."""
    return sheet.kept(holdings, case.events[-1]) if case.state == "rectified" else None


def _day(said: str, today: date) -> date | None:
    if not said.strip():
        return None
    try:
        day = date.fromisoformat(said.strip())
    except ValueError as error:
        raise CaseError(f"期限“{said}”不是一个日期：请写成 {today} 的样子") from error
    if day < today:
        raise CaseError(f"期限{day}已经过去：请核对；补记早先发出的函件，用 quzheng case step --due")
    return day


def _other_sheet(now: Sheet | None, shown: str) -> str | None:
    if (now.id if now else "") == shown:
        return None
    return "你打开页面以后又作了一次回头看核对：请看过现在的情况再登记"
