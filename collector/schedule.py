"""What a night looks at, when, and what it leaves: a pure function of targets, last looks, calendar and hour.

Everything that is due is in the plan exactly once: in one of its waves, or among what is put off, with the reason. What
does not fit is what is least urgent, and is said before the night begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from collector.nightly_settings import Every
from collector.quiet import Hush
from evidence.span import local_day

Kind = Literal["home", "news", "column", "account"]
KINDS: tuple[Kind, ...] = ("home", "news", "account", "column")
"""The most urgent first."""
Because = Literal["never", "due", "run_up"]
PutOff = Literal["quiet", "day_off", "room"]
Label = tuple[str, str]
"""Target and label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """One page that is looked at again and again."""

    target: str
    label: str
    host: str
    kind: Kind
    cleared: bool = False
    """Of an account: the next T can no longer find it silent."""

    @property
    def page(self) -> Label:
        """Target and label."""
        return self.target, self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the plan goes by, beside the pages."""

    every: Every = field(default_factory=Every)
    hush: Hush = field(default_factory=Hush)
    next_t: datetime | None = None
    run_up: int = 3
    jobs: int = 2
    per_host: int = 2
    per_host_seconds: int = 0
    page_seconds: int = 8
    costs: Mapping[str, int] = field(default_factory=dict)
    """Measured seconds of a page, by host."""
    page_bytes: int = 0
    """That a page adds to the store; changes no plan, only what is said of it."""

    def page(self, want: Want) -> float:
        """Return the seconds a page takes of one visit."""
        return self.costs.get(want.host, self.page_seconds)

    def of_host(self, want: Want) -> float:
        """Return the seconds a page takes of its host's time."""
        return max(self.page(want) / self.per_host, self.per_host_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One page in a wave."""

    target: str
    label: str
    because: Because
    last: datetime | None
    """Its last complete capture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """What is looked at together, not before `begin`."""

    begin: datetime
    visits: tuple[Visit, ...]

    @property
    def due(self) -> dict[str, tuple[str, ...]]:
        """The labels by target, as a run takes them."""
        found: dict[str, list[str]] = {}
        for visit in self.visits:
            found.setdefault(visit.target, []).append(visit.label)
        return {target: tuple(labels) for target, labels in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A page that is due and put off."""

    target: str
    label: str
    because: PutOff
    said: str
    """In Chinese."""
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLoad:
    """How much a host is to be asked, and how long that takes."""

    host: str
    pages: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The plan of a night."""

    begin: datetime
    end: datetime
    waves: tuple[Wave, ...]
    left: tuple[Left, ...]
    hosts: tuple[HostLoad, ...]
    """The longest first."""
    seconds: int
    """That all visits take, `jobs` at once."""
    notes: tuple[str, ...] = ()

    @property
    def pages(self) -> int:
        """How many pages are in the waves."""
        return sum(len(wave.visits) for wave in self.waves)


def plan(
    wants: Iterable[Want],
    last: Mapping[Label, datetime],
    terms: Terms,
    now: datetime,
    *,
    until: datetime,
    waves: int = 1,
) -> Schedule:
    """Return what is looked at from `now` until `until`, in so many waves; `last` tells the last complete captures.

    A capture from after `now` counts as none: our clock went back, and it says nothing of today.
    """
    room = _Room.of(terms, now, until, waves)
    off = terms.hush.is_off(local_day(now))
    found: list[list[Visit]] = [[] for _ in range(waves)]
    left: list[Left] = []
    for because, seen, want in sorted(_due(wants, last, terms, now), key=_urgency):
        if off and because == "due" and cycle_of(want, terms.every) > 1:
            left.append(_left(want, seen, "day_off", "休息日只看每天应看的页面"))
            continue
        placed = room.place(want)
        if isinstance(placed, tuple):
            left.append(_left(want, seen, *placed))
        else:
            found[placed].append(Visit(target=want.target, label=want.label, because=because, last=seen))
    made = tuple(Wave(begin=begin, visits=tuple(visits)) for begin, visits in zip(room.begins, found, strict=True))
    return Schedule(
        begin=now,
        end=until,
        waves=tuple(wave for wave in made if wave.visits),
        left=tuple(left),
        hosts=room.loads(),
        seconds=room.seconds(),
        notes=("放假安排尚未公布，按工作日处理",) if terms.hush.is_unknown(local_day(now)) else (),
    )


def is_run_up(terms: Terms, now: datetime) -> bool:
    """Tell whether T lies so near ahead that everything is looked at daily; its own day counts too."""
    if terms.next_t is None:
        return False
    return timedelta() <= local_day(terms.next_t) - local_day(now) <= timedelta(days=terms.run_up)


def _due(
    wants: Iterable[Want], last: Mapping[Label, datetime], terms: Terms, now: datetime
) -> Iterable[tuple[Because, datetime | None, Want]]:
    near = is_run_up(terms, now)
    for want in {want.page: want for want in wants}.values():
        seen = last.get(want.page)
        seen = seen if seen is not None and seen <= now else None
        if seen is None:
            yield "never", None, want
        elif (days := (local_day(now) - local_day(seen)).days) >= (cycle := cycle_of(want, terms.every)):
            yield "due", seen, want
        elif near and days >= min(1, cycle):
            yield "run_up", seen, want


def cycle_of(want: Want, every: Every) -> int:
    """Return after how many days a page is due again."""
    own: dict[Kind, int] = {
        "home": every.home,
        "news": every.news,
        "column": every.column,
        "account": max(every.account, every.column) if want.cleared else every.account,
    }
    return own[want.kind]


def _urgency(one: tuple[Because, datetime | None, Want]) -> tuple[int, bool, float, str, str]:
    """Order by kind, then by the age of what we have, so that what did not fit goes first of its kind the next night.

    The rest only makes the order certain.
    """
    _, seen, want = one
    age = seen.timestamp() if seen is not None else 0.0
    return KINDS.index(want.kind), seen is not None, age, want.target, want.label


def _left(want: Want, seen: datetime | None, because: PutOff, said: str) -> Left:
    return Left(target=want.target, label=want.label, because=because, said=said, last=seen)


@dataclass(slots=True)
class _Room:
    """The waves with what they hold: seconds of each host, and of all together."""

    terms: Terms
    begins: tuple[datetime, ...]
    length: float
    """Seconds of a wave."""
    of_host: list[dict[str, float]]
    of_all: list[float]
    at: dict[str, int] = field(default_factory=dict)
    """The wave a target was put into."""
    pages: dict[str, int] = field(default_factory=dict)
    open: dict[tuple[str, str], tuple[Sequence[int], str]] = field(default_factory=dict)
    """By target and host: the waves in which it may be asked."""

    @classmethod
    def of(cls, terms: Terms, now: datetime, until: datetime, waves: int) -> _Room:
        each = max(until - now, timedelta()) / waves
        begins = tuple(now + each * n for n in range(waves))
        return cls(terms, begins, each.total_seconds(), [{} for _ in begins], [0.0 for _ in begins])

    def place(self, want: Want) -> int | tuple[PutOff, str]:
        """Put a page into the wave that is best for it, and return which; or why there is none."""
        open_, why = self._open(want)
        if not open_:
            return "quiet", why
        host, all_ = self._cost(want)
        fitting = [
            n
            for n in open_
            if self.of_host[n].get(want.host, 0.0) + host <= self.length and self.of_all[n] + all_ <= self.length
        ]
        if not fitting:
            return "room", self._full(want, host, open_)
        mine = self.at.get(want.target)
        n = (
            mine
            if mine in fitting
            else min(fitting, key=lambda n: (self.of_host[n].get(want.host, 0.0), self.of_all[n], n))
        )
        self.at.setdefault(want.target, n)
        self.of_host[n][want.host] = self.of_host[n].get(want.host, 0.0) + host
        self.of_all[n] += all_
        self.pages[want.host] = self.pages.get(want.host, 0) + 1
        return n

    def loads(self) -> tuple[HostLoad, ...]:
        """Return what each host is asked."""
        spent = {host: sum(wave.get(host, 0.0) for wave in self.of_host) for host in self.pages}
        found = (HostLoad(host=host, pages=self.pages[host], seconds=round(spent[host])) for host in spent)
        return tuple(sorted(found, key=lambda one: (-one.seconds, one.host)))

    def seconds(self) -> int:
        """Return what all visits take."""
        return round(sum(self.of_all))

    def _cost(self, want: Want) -> tuple[float, float]:
        """Return the seconds a page takes of its host's time, and of ours."""
        return self.terms.of_host(want), self.terms.page(want) / self.terms.jobs

    def _open(self, want: Want) -> tuple[Sequence[int], str]:
        """Return the waves in which the target may be asked; where there is none, why."""
        each = timedelta(seconds=self.length)
        whose = want.target, want.host
        if whose not in self.open:
            told = [self.terms.hush.reason(*whose, begin, begin + each) for begin in self.begins]
            self.open[whose] = [n for n, why in enumerate(told) if why is None], next(filter(None, told), "")
        return self.open[whose]

    def _full(self, want: Want, host: float, open_: Sequence[int]) -> str:
        if all(self.of_host[n].get(want.host, 0.0) + host > self.length for n in open_):
            return f"当天时段内对主机 {want.host} 的访问已排满"
        return "当天时段已排满"
