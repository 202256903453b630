"""One period as it stands: what was frozen, the steps since, the findings it froze and their cases, read from the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evidence import canonical, casebook
from evidence.bulletin.frame import Cited, Member
from evidence.bulletin.period import KIND, Event, Period, checked_name
from evidence.casebook import Case
from evidence.errors import CanonicalError, NotFound, PeriodError, ShapeError
from evidence.holdings import Holdings
from evidence.ledger import each_leaf
from evidence.model import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A frozen period with all that happened since."""

    period: Period
    events: tuple[Event, ...]
    findings: Mapping[str, Finding]
    """By id, as they stood at the freeze."""
    cases: Mapping[str, Case]
    """By the id of their finding; findings nobody has dealt with have none."""

    @property
    def frozen(self) -> Event:
        """Who froze it when."""
        return self.events[0]

    def member(self, said: str) -> Member:
        """Return the member of an id; raises NotFound."""
        found = next((one for one in self.period.members if one.id == said), None)
        if found is None:
            raise NotFound(f"检查期{self.period.name}里没有对象“{said:.60}”；可用 quzheng period show 查看名单")
        return found

    def decided(self, member: str) -> Event | None:
        """Return what persons decided of a member last; None where nothing was."""
        return self._last("decided", member)

    def asked(self, member: str) -> Event | None:
        """Return the last letter to a member's unit that a person's decision was laid before; None where there is none."""
        return self._last("asked", member)

    def demanded(self, finding: str) -> Event | None:
        """Return the last 整改通知 that was sent on a finding; None where there is none."""
        sent = (one for one in reversed(self.events) if one.step == "demanded" and finding in one.findings)
        return next(sent, None)

    def of(self, member: Member) -> Iterator[tuple[Cited, Finding, Case | None]]:
        """Yield a member's findings with their cases."""
        for cited in member.findings:
            yield cited, self.findings[cited.finding], self.cases.get(cited.finding)

    def issued(self) -> Event | None:
        """Return the last bulletin or correction that was issued; None where there is none."""
        return next((one for one in reversed(self.events) if one.step in ("issued", "corrected")), None)

    def _last(self, step: str, member: str) -> Event | None:
        return next((one for one in reversed(self.events) if (one.step, one.member) == (step, member)), None)


def names(holdings: Holdings) -> tuple[str, ...]:
    """Return the names of all periods, in the order in which they were frozen."""
    return tuple(dict.fromkeys(leaf.key.rpartition("/")[0] for leaf in each_leaf(holdings.ledger, KIND)))


def events(holdings: Holdings, name: str) -> tuple[Event, ...]:
    """Return the steps of a period, none where it was not frozen; raises PeriodError where they are damaged or out of order."""
    found: list[Event] = []
    previous: str | None = None
    for leaf in each_leaf(holdings.ledger, KIND):
        if leaf.key.rpartition("/")[0] != name:
            continue
        event = Event.load(_body(holdings, leaf.digest, leaf.key))
        if (event.period, event.n, event.previous) != (name, len(found) + 1, previous):
            raise _damaged(leaf.key)
        found.append(event)
        previous = leaf.digest
    return tuple(found)


def open_book(holdings: Holdings, name: str) -> Book:
    """Return a period as it stands; raises PeriodError where there is none or it is damaged, or what reading cases raises."""
    steps = events(holdings, checked_name(name))
    if not steps or steps[0].document is None:
        known = "、".join(names(holdings)) or "（没有）"
        raise PeriodError(f"没有冻结过检查期{name}；已冻结的有：{known}")
    try:
        period = Period.load(_body(holdings, steps[0].document, name))
    except ShapeError as error:
        raise _damaged(f"{name}：{error}") from error
    everybody = (*period.members, *period.outside)
    cited = {one.finding: one.said for member in everybody for one in member.findings}
    found = {id: _finding(holdings, id, said) for id, said in cited.items()}
    cases = {case.finding.id: case for case in casebook.cases(holdings) if case.finding.id in cited}
    return Book(period=period, events=steps, findings=found, cases=cases)


def _finding(holdings: Holdings, id: str, said: str) -> Finding:
    """Return a finding as it was frozen; what told of a record that was quarantined since is gone: then as it is now."""
    if not holdings.store.has(said) and holdings.ledger.purged:
        return holdings.derived.finding(id)
    try:
        return Finding.load(_body(holdings, said, "问题"))
    except ShapeError as error:
        raise _damaged(f"{said[:12]}：{error}") from error


def _body(holdings: Holdings, sha256: str, what: str) -> dict[str, object]:
    try:
        body = canonical.decode(holdings.store.read(sha256))
    except CanonicalError as error:
        raise _damaged(f"{what}：{error}") from error
    return body if isinstance(body, dict) else {}


def _damaged(what: str) -> PeriodError:
    return PeriodError(f"台账中检查期的记录{what}不能读取或次序不符：请核对存储（quzheng store check）")
