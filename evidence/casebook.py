"""The casebook: what became of a finding, from the first warning to the re-check, each step an event in the ledger.

    warned (预警) → notified (核实函) → answered or silent → confirmed or withdrawn → published
    → (contested → upheld, changed or overturned)? → rectified or overdue → rechecked

An event names who, when and why, and the event before it, so that none is lost, changed or put between others. A step
that does not follow is refused with the reason. Two people at one desk do not overwrite each other: the second is
checked against what the first did.

Persons are who they say they are: on one machine a rule of two persons is a record and no proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from evidence import canonical, digest, heads, workdays
from evidence.case_event import WORDS, Event, Step
from evidence.errors import CaseError, ShapeError
from evidence.holdings import Holdings
from evidence.ledger import Leaf, each_leaf
from evidence.model import Finding
from evidence.span import local_day, local_text

Admit = Callable[[], Sequence[str]]
"""Admits what belongs to a step and returns the records' ids."""
_OPEN: tuple[Step, ...] = ("notified", "confirmed", "withdrawn")
_AFTER: dict[Step | None, tuple[Step, ...]] = {
    None: ("warned", *_OPEN),
    "warned": _OPEN,
    "notified": ("answered", "silent", "confirmed", "withdrawn"),
    "answered": ("answered", "confirmed", "withdrawn", "notified", "published"),
    "silent": ("answered", "confirmed", "withdrawn", "published"),
    "confirmed": ("confirmed", "notified", "answered", "silent", "published", "withdrawn"),
    "published": ("contested", "rectified", "overdue"),
    "contested": ("upheld", "changed", "overturned"),
    "upheld": ("contested", "rectified", "overdue"),
    "changed": ("contested", "rectified", "overdue"),
    "overdue": ("rectified", "contested"),
    "rectified": ("rechecked",),
    "rechecked": ("rectified", "overdue"),
}
"""Which steps may follow; none after withdrawn and overturned."""
RULINGS: tuple[Step, ...] = ("upheld", "changed", "overturned")
"""How an objection ends."""
_WITH_REASON: tuple[Step, ...] = ("withdrawn", "upheld", "changed", "overturned", "overdue")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRules:
    """What an office demands of a case."""

    notify_first: bool = True
    """Whether a finding may be published only after the unit was asked (核实函) and answered, or its time ran out."""
    answer_days: int = 5
    """Working days the unit has to answer."""
    rectify_days: int = 10
    """Working days the unit has to put right what was published."""
    ruling_days: int = 10
    """Working days the office has to rule on an objection."""
    remedy: str = ""
    """What a unit may do that does not accept the ruling, and until when; in the office's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A finding and what became of it."""

    finding: Finding
    events: tuple[Event, ...] = ()

    @property
    def state(self) -> Step | None:
        """The last step; None where nobody has done anything yet."""
        return self.events[-1].step if self.events else None

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Who confirmed it, each once; what was confirmed before the unit answered was confirmed without its answer."""
        answer = self.last("answered")
        heard = [one for one in self.events if answer is None or one.n > answer.n]
        return tuple(dict.fromkeys(_name(one.by) for one in heard if one.step == "confirmed"))

    @property
    def confirmed(self) -> bool:
        """Whether as many persons confirmed it as its indicator asks for."""
        return len(self.reviewers) >= max(1, self.finding.reviewers)

    def last(self, *steps: Step) -> Event | None:
        """Return the last event of any of these steps; None where there is none."""
        return next((one for one in reversed(self.events) if one.step in steps), None)


def case_of(holdings: Holdings, finding: Finding) -> Case:
    """Return the case of a finding; raises CaseError where an event is damaged or out of order, or StoreError."""
    return Case(finding=finding, events=_chain(holdings, finding.id))


class Chains:
    """The events of cases as they are read out of the ledger, each held against the one before it; one entered twice is one."""

    def __init__(self) -> None:
        self._chains: dict[str, tuple[Event, ...]] = {}
        self._last: dict[str, str] = {}
        self._seen: set[str] = set()

    def add(self, leaf: str, event: Event) -> bool:
        """Take in the event whose digest the ledger has as `leaf` and tell whether it is a new one; raises CaseError where
        it does not follow."""
        if leaf in self._seen:
            return False
        before = self._chains.get(event.finding, ())
        if event.n != len(before) + 1 or event.previous != self._last.get(event.finding):
            raise CaseError(
                f"问题{event.finding[:12]}的第{len(before) + 1}步与台账不符（{leaf}）：请核对存储（quzheng store check）"
            )
        self._chains[event.finding] = (*before, event)
        self._last[event.finding] = leaf
        self._seen.add(leaf)
        return True

    def of(self, finding: str) -> tuple[Event, ...]:
        """Return the events of a finding's case in their order; none where nobody has done anything."""
        return self._chains.get(finding, ())

    def all(self) -> Mapping[str, tuple[Event, ...]]:
        """Return all cases by finding, in the order in which they were opened."""
        return self._chains


def _chain(holdings: Holdings, finding: str) -> tuple[Event, ...]:
    chains = Chains()
    for leaf, event in entered(holdings, finding=finding):
        chains.add(leaf, event)
    return chains.of(finding)


def events(holdings: Holdings) -> Iterator[Event]:
    """Yield the events of all cases in the order in which they were entered; raises what reading them raises."""
    return (event for _, event in entered(holdings))


def cases(holdings: Holdings) -> Iterator[Case]:
    """Yield every case with a step, in the order in which they were opened; raises what reading them raises."""
    chains = Chains()
    for leaf, event in entered(holdings):
        chains.add(leaf, event)
    return (Case(finding=finding_at(holdings, events[-1]), events=events) for events in chains.all().values())


def of_id(holdings: Holdings, finding: str) -> Case:
    """Return the case of a finding's id, the finding as it stood at the last step; raises CaseError where there is none."""
    events = _chain(holdings, finding)
    if not events:
        raise CaseError(f"问题{finding[:12]}没有案卷")
    return Case(finding=finding_at(holdings, events[-1]), events=events)


def of_target(holdings: Holdings, target: str) -> tuple[Event, ...]:
    """Return the events of all cases of a target, case by case; raises CaseError, StoreError."""
    named = (chain.label for chain in holdings.ledger.chain.of(target) if chain.kind == heads.CASE)
    return tuple(event for finding in named for event in _chain(holdings, finding))


def name_targets(holdings: Holdings, finding: str | None = None) -> None:
    """Enter once more, under keys that name the target, what of a case, or of all, was entered before keys did; twice is once.

    So a checkpoint commits to them among the chains of their target. Raises CaseError, StoreError, LedgerError.
    """
    with holdings.ledger.exclusive():
        leaves = tuple(each_leaf(holdings.ledger, "case"))
        named = {leaf.digest for leaf in leaves if not _is_old(leaf)}
        for leaf in leaves:
            if _is_old(leaf) and leaf.digest not in named and finding in (None, _finding_of(leaf)):
                holdings.ledger.append("case", event_of(holdings, leaf).key, leaf.digest)


def finding_at(holdings: Holdings, event: Event) -> Finding:
    """Return the finding as it stood at a step: what was judged since, or lost, changes no case.

    What told of a record that was quarantined since is gone: then as it is now, undecided.
    """
    if not holdings.store.has(event.said) and holdings.ledger.purged:
        return holdings.derived.finding(event.finding)
    body = canonical.decode(holdings.store.read(event.said))
    if not isinstance(body, dict):
        raise CaseError(f"案卷{event.finding[:12]}所记的问题不能读取：请核对存储（quzheng store check）")
    return Finding.load(body)


def take(
    holdings: Holdings,
    finding: Finding,
    step: Step,
    *,
    by: str,
    now: datetime,
    rules: CaseRules,
    reason: str = "",
    records: Admit = tuple,
    due: date | None = None,
    second: str = "",
    papers: Sequence[str] = (),
    current: Callable[[Finding], Finding | None] = lambda finding: finding,
) -> Case:
    """Take one step of a case and return the case after it; on the disk when this returns.

    `records` admits what belongs to the step and returns the records' ids; it is called only for a step that may be taken.
    `current` gives the finding of the same question as last judged, None where it is no longer judged. Raises CaseError
    for a step that may not be taken, with the reason.
    """
    with holdings.ledger.exclusive():
        name_targets(holdings, finding.id)
        case = case_of(holdings, finding)
        holdings.store.put(canonical.encode(finding.plain()), "application/json")
        event = _event(
            case, step, by=by, now=now, reason=reason, due=due, rules=rules, second=second, papers=tuple(papers)
        )
        _check(case, event, rules, current)
        event = replace(event, records=tuple(records()))
        if event.step == "answered" and not (event.records or event.reason):
            raise _refused(case, event, "须附单位的回复材料，或写明回复内容")
        blob = holdings.store.put(canonical.encode(event.plain()), "application/json")
        holdings.ledger.append("case", event.key, blob.sha256)
    return replace(case, events=(*case.events, event))


def why_not(
    holdings: Holdings,
    finding: Finding,
    step: Step,
    *,
    by: str,
    now: datetime,
    rules: CaseRules,
    current: Callable[[Finding], Finding | None] = lambda finding: finding,
    reason: str = "",
    due: date | None = None,
    known: Case | None = None,
) -> str | None:
    """Return why a step may not be taken now, None where `take` would take it; enters nothing.

    `known` is the finding's case, where somebody has read it already.
    """
    case = case_of(holdings, finding) if known is None else known
    try:
        event = _event(case, step, by=by, now=now, reason=reason, due=due, rules=rules)
    except CaseError as error:
        return str(error)
    return next(_refusals(case, event, rules, current), None)


def _event(
    case: Case,
    step: Step,
    *,
    by: str,
    now: datetime,
    reason: str,
    due: date | None,
    rules: CaseRules,
    second: str = "",
    papers: tuple[str, ...] = (),
) -> Event:
    finding = case.finding
    event = Event(
        finding=finding.id,
        said=digest.of_value(finding.plain()),
        target=finding.target,
        indicator=finding.indicator,
        at=finding.at,
        label=finding.label,
        n=len(case.events) + 1,
        step=step,
        by=" ".join(by.split()),
        when=now,
        reason=reason.strip(),
        due=due,
        previous=case.events[-1].id if case.events else None,
        second=" ".join(second.split()),
        papers=papers,
    )
    return _with_due(event, rules)


def _with_due(event: Event, rules: CaseRules) -> Event:
    """Return a letter, or an objection, with its last day, in working days of the State Council's calendar, where none was named."""
    days = {"notified": rules.answer_days, "contested": rules.ruling_days}.get(event.step)
    if days is None or event.due is not None:
        return event
    due = workdays.shipped().after(local_day(event.when), days)
    if due is None:
        raise CaseError(
            f"{local_day(event.when).year}年的工作日历没有收录，算不出{days}个工作日的期限：请写明期限（命令行用 --due）"
        )
    return replace(event, due=due)


def _check(case: Case, event: Event, rules: CaseRules, current: Callable[[Finding], Finding | None]) -> None:
    """Raise CaseError where a step may not be taken."""
    if refused := next(_refusals(case, event, rules, current), None):
        raise _refused(case, event, refused)


def _refused(case: Case, event: Event, why: str) -> CaseError:
    return CaseError(f"问题{case.finding.id[:12]}不能记为“{WORDS[event.step]}”：{why}")


def _refusals(
    case: Case, event: Event, rules: CaseRules, current: Callable[[Finding], Finding | None]
) -> Iterator[str]:
    allowed = _AFTER.get(case.state, ())
    if event.step not in allowed:
        now = WORDS[case.state] if case.state else "尚未处理"
        yield f"目前是“{now}”，其后可以是{'、'.join(WORDS[one] for one in allowed) or '（已终结，没有后续步骤）'}"
    if not event.by:
        yield "没有写明经办人"
    if event.step in _WITH_REASON and not event.reason:
        yield "须写明理由"
    if case.events and event.when < case.events[-1].when:
        yield f"时间{local_text(event.when)}早于上一步{local_text(case.events[-1].when)}，请先校准时钟"
    if event.step in ("notified", "confirmed", "published"):
        yield from _weak(case.finding, current)
    if event.step == "silent":
        yield from _still_time(case, event)
    if event.step == "overdue":
        yield from _still_to_rectify(case, event)
    if event.step == "confirmed" and _name(event.by) in case.reviewers:
        yield f"{event.by}已经确认过，须由另一人复核"
    if event.step in RULINGS and _name(event.second) == _name(event.by):
        yield f"{event.by}不能既裁定又复核，须另有一人"
    if event.step == "published":
        yield from _not_ready(case, event, rules)


def _weak(finding: Finding, current: Callable[[Finding], Finding | None]) -> Iterator[str]:
    """Yield why a finding does not bear a step against the unit."""
    if finding.state != "hit":
        yield "判定结果不是“有问题”，不能对单位采取措施"
    latest = current(finding)
    if latest is not None and latest.id != finding.id and latest.state != "hit":
        yield f"同一时点重新判定后已不成立（{latest.id[:12]}）：{latest.message}"
    agreed = finding.second_look in ("agrees", "not needed") or (latest is not None and latest.second_look == "agrees")
    if not agreed:
        yield "没有24小时内相符的第二次查看：先运行 quzheng run --second-look（人工试出的，须另试一次），再重新判定"


def _still_time(case: Case, event: Event) -> Iterator[str]:
    letter = case.last("notified")
    if letter is None or letter.due is None:
        yield "没有发过核实函"
    elif local_day(event.when) <= letter.due:
        yield f"回复期限到{letter.due}为止，尚未届满"


def _still_to_rectify(case: Case, event: Event) -> Iterator[str]:
    published = case.last("published")
    if published is not None and published.due is not None and local_day(event.when) <= published.due:
        yield f"整改期限到{published.due}为止，尚未届满"


def _not_ready(case: Case, event: Event, rules: CaseRules) -> Iterator[str]:
    if not case.confirmed:
        needed = max(1, case.finding.reviewers)
        yield f"须由{needed}人确认，现有{len(case.reviewers)}人"
    letter = case.last("notified")
    if not rules.notify_first or not case.confirmed:
        return
    if letter is None:
        yield "没有先发核实函听取单位意见（工作区要求先核实后通报）"
    elif case.last("answered", "silent") is None and letter.due is not None and local_day(event.when) <= letter.due:
        yield f"单位的回复期限到{letter.due}为止，尚未届满"


def same_person(one: str, other: str) -> bool:
    """Tell whether two names are of one person, however they are spaced."""
    return _name(one) == _name(other)


def _name(by: str) -> str:
    return "".join(by.split()).casefold()


def entered(holdings: Holdings, start: int = 0, *, finding: str | None = None) -> Iterator[tuple[str, Event]]:
    """Yield the events of all cases, or of one, that the ledger has from leaf `start` on, each once, with the digest it has of it.

    Raises CaseError for one that cannot be read or stands in another's place, or what reading it raises.
    """
    seen: set[str] = set()
    for leaf in each_leaf(holdings.ledger, "case", start):
        if finding in (None, _finding_of(leaf)) and leaf.digest not in seen:
            seen.add(leaf.digest)
            yield leaf.digest, event_of(holdings, leaf)


def event_of(holdings: Holdings, leaf: Leaf) -> Event:
    """Return the event a leaf names; raises CaseError where it cannot be read, or is another than the leaf's key says."""
    body = canonical.decode(holdings.store.read(leaf.digest))
    try:
        event = Event.load(body if isinstance(body, dict) else {})
    except ShapeError as error:
        raise CaseError(f"台账中的案卷事件{leaf.key}不能读取：{error}：请核对存储（quzheng store check）") from error
    if leaf.key not in (event.key, event.old_key):
        raise CaseError(f"台账中的案卷事件{leaf.key}的内容是{event.key}：请核对存储（quzheng store check）")
    return event


def _finding_of(leaf: Leaf) -> str:
    return leaf.key.split("/")[-2]


def _is_old(leaf: Leaf) -> bool:
    return leaf.key.count("/") == 1
