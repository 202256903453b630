"""What a person decides on a finding: the role's own rules before the casebook's, and nobody decides on what he has not seen."""

from __future__ import annotations

import functools
from typing import Literal

from evidence import casebook, digest, judgements
from evidence.case_event import WORDS
from evidence.casebook import Case
from evidence.desk.desk import Desk, Visitor
from evidence.desk.roles import may
from evidence.errors import CaseError
from evidence.holdings import Holdings
from evidence.model import Finding

Decision = Literal["confirmed", "withdrawn"]


def mark(case: Case) -> str:
    """Return what a page gives back with a decision: how far the case had come, and what the finding said, when it was shown."""
    return f"{len(case.events)}-{digest.of_value(case.finding.plain())[:16]}"


def decide(desk: Desk, who: Visitor, finding: str, step: Decision, *, reason: str, seen: str, first: bool) -> Case:
    """Confirm or withdraw a finding as the first person or as the second; on the disk when this returns.

    Raises CaseError with the reason where that may not be done: the case moved on since the page was shown (`seen`), it is
    another's turn, or the casebook refuses it.
    """
    with desk.shelf.opened() as holdings, holdings.ledger.exclusive():
        found = holdings.derived.finding(finding)
        case = casebook.case_of(holdings, found)
        if (why := moved_on(case, seen) or _not_his_turn(case, who.name, first=first)) is not None:
            raise CaseError(f"问题{finding[:12]}不能记为“{WORDS[step]}”：{why}")
        return casebook.take(
            holdings,
            found,
            step,
            by=who.name,
            now=desk.now(),
            rules=desk.house.cases,
            reason=reason,
            current=functools.partial(judgements.current, holdings),
        )


def why_not(
    desk: Desk, holdings: Holdings, who: Visitor, case: Case, step: Decision, current: Finding | None
) -> str | None:
    """Return why this visitor may not take a step now; None where he may. A reason that is still to be given is no matter.

    `current` is the finding of the same question as last judged.
    """
    first, second = (who.role is not None and may(who.role, right) for right in ("confirm", "second"))
    if not (first or second):
        return "你的角色只查看，不办理"
    if (why := _not_his_turn(case, who.name, first=first)) is not None:
        return why
    return casebook.why_not(
        holdings,
        case.finding,
        step,
        by=who.name,
        now=desk.now(),
        rules=desk.house.cases,
        current=lambda _: current,
        reason="—",
        known=case,
    )


def moved_on(case: Case, seen: str) -> str | None:
    """Return that a case is no more as a page showed it with the mark `seen`; None where it is."""
    if seen == mark(case):
        return None
    last = case.events[-1] if case.events else None
    since = f"，最近一步是{last.by}记的“{WORDS[last.step]}”" if last else ""
    return f"你打开页面以后，这一问题已有变化{since}；没有办理，请看过现在的情况再定"


def _not_his_turn(case: Case, name: str, *, first: bool) -> str | None:
    """Tell why it is another's turn: the inspector is the first person, the reviewer the second."""
    others = [one for one in case.reviewers if not casebook.same_person(one, name)]
    if first and others:
        return f"已由{'、'.join(others)}确认，其后由复核员办理"
    if not first and not case.reviewers:
        return "还没有检查员确认，复核员不先办理"
    return None
