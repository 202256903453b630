"""How each member of a period ends: 合格, 不合格, 免检 or 未能判定, exactly one of them, and why.

A person's decision stands above all. Without one, only a problem that as many persons confirmed as its rule asks for makes
a member fail; a problem nobody confirmed yet, a question the rules could not decide, a filing of which the registers say
two things leave it undecided. A proposal never makes anyone fail: persons decide what comes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evidence.bulletin.book import Book
from evidence.bulletin.frame import Cited, Member
from evidence.bulletin.period import Event, Result
from evidence.case_event import WORDS, Step
from evidence.casebook import Case
from evidence.model import Finding
from evidence.registers import lifecycle

EXEMPT = ("offline", "closing")
"""States of a registry that take a member out of the count (报备下线、注销中)."""
UNSETTLED = ("migrating", "merging", "frozen", "filing")
"""States in which a problem needs a person before it counts."""
VETO_CLAUSES = ("WV-", "NV-")
_HELD: tuple[Step, ...] = ("published", "contested", "upheld", "rectified", "overdue", "rechecked")
_DROPPED: tuple[Step, ...] = ("withdrawn", "overturned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One finding of a member that bears on how it ends."""

    cited: Cited
    finding: Finding
    case: Case | None

    @property
    def step(self) -> Step | None:
        """The last step of its case."""
        return self.case.state if self.case else None

    @property
    def dropped(self) -> bool:
        """Whether persons found that it does not hold."""
        return self.step in _DROPPED

    @property
    def held(self) -> bool:
        """Whether it is a problem that persons confirmed, or one that was published and stands."""
        if self.case is None or self.dropped or self.step == "changed":
            return False
        return self.finding.state == "hit" and (self.case.confirmed or self.step in _HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one member ends."""

    member: Member
    result: Result
    because: str
    standing: tuple[Standing, ...]
    """Its findings that bear on this, problems first."""
    decision: Event | None = None
    """What persons decided, where they did."""

    @property
    def failing(self) -> tuple[Standing, ...]:
        """The problems that a failing member is named for."""
        held = tuple(one for one in self.standing if one.held)
        return held or tuple(one for one in self.standing if one.finding.state == "hit" and not one.dropped)


def standings(book: Book, member: Member) -> tuple[Standing, ...]:
    """Return all findings of a member, as they stand, in the order of the period."""
    return tuple(Standing(cited=cited, finding=finding, case=case) for cited, finding, case in book.of(member))


def bears(finding: Finding) -> bool:
    """Tell whether a finding can keep a member from passing: one of a veto rule, or a proposal on a veto clause that found
    something; what only people's tries decide keeps nobody open until somebody tries."""
    if finding.effect == "veto":
        return True
    return finding.effect == "proposal" and finding.state == "hit" and finding.clause.startswith(VETO_CLAUSES)


def outcomes(book: Book) -> tuple[Outcome, ...]:
    """Return how every member of a period ends, in the order of the frame."""
    return tuple(outcome(book, member) for member in book.period.members)


def outcome(book: Book, member: Member) -> Outcome:
    """Return how one member ends."""
    bearing = [one for one in standings(book, member) if bears(one.finding)]
    standing = tuple(sorted(bearing, key=lambda one: (not one.held, one.finding.state != "hit")))
    decision = book.decided(member.id)
    if decision is not None and decision.result is not None:
        overtaken = _overtaken(decision, decision.result, standing)
        why = overtaken or f"人工认定：{decision.reason}"
        ends: Result = "open" if overtaken else decision.result
        return Outcome(member=member, result=ends, because=why, standing=standing, decision=decision)
    result, because = _of_itself(member, standing)
    return Outcome(member=member, result=result, because=because, standing=standing)


def _overtaken(decision: Event, result: Result, standing: tuple[Standing, ...]) -> str | None:
    """Return why a decision no longer stands by itself; None where nothing happened since that speaks against it."""
    since = [one for one in standing if one.case and one.case.events and one.case.events[-1].when > decision.when]
    if result == "passed" and any(one.held and one.finding.effect == "veto" for one in since):
        return "认定合格之后又确认了问题，须重新认定"
    if result == "failed" and any(one.dropped or one.step == "changed" for one in since):
        return "认定不合格之后有问题被撤销或变更，须重新认定"
    return None


def _of_itself(member: Member, standing: tuple[Standing, ...]) -> tuple[Result, str]:
    """Return how a member ends that nobody decided on."""
    if member.fault:
        return "open", f"登记表该行无法核对：{member.fault}"
    exempt = [state for state in member.states if state in EXEMPT]
    if exempt and len(exempt) == len(member.states):
        return "exempt", f"登记状态：{'、'.join(member.rows)}"
    failing = [one for one in standing if one.held and one.finding.effect == "veto"]
    unsettled = [lifecycle.NAMES[state] for state in member.states if state in (*EXEMPT, *UNSETTLED)]
    if failing and not unsettled:
        return "failed", "；".join(one.finding.message for one in failing)
    if exempt:
        return "open", f"各登记表对状态说法不一：{'、'.join(member.rows)}"
    open_ = tuple(dict.fromkeys(_open(member, standing, unsettled)))
    return ("open", "；".join(open_)) if open_ else ("passed", "各项单项否决指标均未见问题")


def _open(member: Member, standing: tuple[Standing, ...], unsettled: list[str]) -> Iterator[str]:
    """Yield what keeps a member undecided."""
    if member.target is None:
        yield "对象清单里没有，未检查"
    elif not any(one.finding.effect == "veto" for one in standing):
        yield "没有在检查时点按本期规则判定"
    for one in standing:
        name = one.finding.clause
        if one.step == "changed":
            yield f"{name}：异议裁定为变更，须重新认定是否合格"
        elif one.finding.state == "undecided":
            yield f"{name}：{'；'.join(one.finding.missing) or one.finding.message}"
        elif one.finding.state != "hit" or one.dropped:
            continue
        elif one.held and unsettled:
            yield f"{name}：已确认，但登记状态为{'、'.join(unsettled)}，须认定"
        elif one.held:
            yield f"{name}：提请核对的事项已确认，是否不合格须认定"
        else:
            step = WORDS[one.step] if one.step else "尚未处理"
            yield f"{name}：{one.finding.message}（{step}，未经确认）"
