"""What a plan costs before it runs, in pages, hours and bytes: by duty, by host, and what does not fit, by name.

Pure: pages, what a plan goes by, and the plan in; figures and Chinese out. Seconds a page are measured by host, bytes a
page from the nights before, where there are such; else as the settings reckon them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from collector.schedule import KINDS, Kind, Schedule, Terms, Want, cycle_of
from evidence.span import local_text

HOSTS = 10
"""Of hosts that are told, the busiest first."""
NAMED = 20
"""Targets that are named on a terminal; the JSON names all."""
KIND_NAMES: Mapping[Kind, str] = {"home": "首页", "news": "动态要闻", "account": "账号", "column": "其他栏目"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """The pages of one kind."""

    kind: Kind
    pages: int
    """All there are."""
    each_day: int
    """Of them due on a day when nothing is behind, rounded up."""
    planned: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSum:
    """What one host is asked, and what it cannot be asked."""

    host: str
    planned: int
    left: int
    """Put off for want of room."""
    each_ms: int
    """That a page takes of the host's time."""
    seconds: int
    """Of the host's time, for what is planned and what is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """A target of which something does not fit."""

    target: str
    pages: int
    because: str
    said: str
    """In Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """The arithmetic of one plan."""

    begin: datetime
    end: datetime
    jobs: int
    planned: int
    left: int
    seconds: int
    """That the planned pages take, `jobs` at once."""
    bytes: int
    """That the planned pages add to the store."""
    round_pages: int
    round_seconds: int
    round_bytes: int
    """All pages once."""
    day_pages: int
    day_seconds: int
    """What falls due on a day when nothing is behind."""
    duties: tuple[Duty, ...]
    hosts: tuple[HostSum, ...]
    """Those with something left first, then the busiest."""
    unfit: tuple[Unfit, ...]
    """In the order of their urgency."""

    @property
    def window(self) -> int:
        """Seconds there are."""
        return max(0, round((self.end - self.begin).total_seconds()))

    @property
    def full(self) -> tuple[Unfit, ...]:
        """What is put off for want of room, not for silence or days off."""
        return tuple(one for one in self.unfit if one.because == "room")


def reckon(wants: Iterable[Want], terms: Terms, made: Schedule) -> Reckoning:
    """Return what a plan of these pages costs."""
    pages = {want.page: want for want in wants}
    planned = [pages[visit.target, visit.label] for wave in made.waves for visit in wave.visits]
    full = [pages[one.target, one.label] for one in made.left if one.because == "room"]
    every = list(pages.values())
    return Reckoning(
        begin=made.begin,
        end=made.end,
        jobs=terms.jobs,
        planned=len(planned),
        left=len(made.left),
        seconds=made.seconds,
        bytes=len(planned) * terms.page_bytes,
        round_pages=len(every),
        round_seconds=round(sum(map(terms.page, every)) / terms.jobs),
        round_bytes=len(every) * terms.page_bytes,
        day_pages=ceil(round(sum(_a_day(want, terms) for want in every), 6)),
        day_seconds=round(sum(_a_day(want, terms) * terms.page(want) for want in every) / terms.jobs),
        duties=tuple(_duties(every, planned, [pages[one.target, one.label] for one in made.left], terms)),
        hosts=tuple(_hosts(planned, full, terms)),
        unfit=tuple(_unfit(made)),
    )


def told(sums: Reckoning, names: Mapping[str, str], notes: Collection[str] = ()) -> str:
    """Return the arithmetic for people, targets by their names."""
    return "\n".join(_lines(sums, names, notes))


def size(count: int) -> str:
    """Return bytes as people read them.

    >>> size(999), size(147_700), size(15_500_000_000)
    ('999 B', '147.7 kB', '15.5 GB')
    """
    if count < 1000:
        return f"{count} B"
    number = float(count)
    for unit in ("kB", "MB", "GB"):
        number /= 1000
        if number < 1000:
            return f"{number:.1f} {unit}"
    return f"{number / 1000:.1f} TB"


def _a_day(want: Want, terms: Terms) -> float:
    return 1 / max(1, cycle_of(want, terms.every))


def _duties(every: Iterable[Want], planned: Iterable[Want], left: Iterable[Want], terms: Terms) -> Iterator[Duty]:
    days: dict[Kind, float] = defaultdict(float)
    there, in_plan, put_off = (Counter(want.kind for want in some) for some in (every, planned, left))
    for want in every:
        days[want.kind] += _a_day(want, terms)
    for kind in KINDS:
        if there[kind]:
            each = ceil(round(days[kind], 6))
            yield Duty(kind=kind, pages=there[kind], each_day=each, planned=in_plan[kind], left=put_off[kind])


def _hosts(planned: Iterable[Want], full: Iterable[Want], terms: Terms) -> Iterator[HostSum]:
    in_plan, left = (Counter(want.host for want in some) for some in (planned, full))
    each = {want.host: terms.of_host(want) for some in (planned, full) for want in some}
    found = (
        HostSum(
            host=host,
            planned=in_plan[host],
            left=left[host],
            each_ms=round(seconds * 1000),
            seconds=round((in_plan[host] + left[host]) * seconds),
        )
        for host, seconds in each.items()
    )
    yield from sorted(found, key=lambda one: (-one.seconds, one.host))


def _unfit(made: Schedule) -> Iterator[Unfit]:
    counted: Counter[tuple[str, str, str]] = Counter((one.target, one.because, one.said) for one in made.left)
    for (target, because, said), count in counted.items():
        yield Unfit(target=target, pages=count, because=because, said=said)


def _hours(seconds: int) -> str:
    return f"{seconds / 3600:.1f} 小时" if seconds >= 7200 else f"{-(-seconds // 60)} 分钟"


def _lines(sums: Reckoning, names: Mapping[str, str], notes: Collection[str]) -> Iterator[str]:
    begin, end = local_text(sums.begin), local_text(sums.end)
    yield (
        f"{begin} 至 {end}：应采 {sums.planned} 页，{sums.jobs} 路并行约 {_hours(sums.seconds)}"
        f"（时段 {_hours(sums.window)}），存储约增 {size(sums.bytes)}"
    )
    for duty in sums.duties:
        rest = f"，另有 {duty.left} 页到期未排" if duty.left else ""
        yield (
            f"  {KIND_NAMES[duty.kind]}：共 {duty.pages} 页，按周期平均每天 {duty.each_day} 页，本次 {duty.planned} 页{rest}"
        )
    fits = "排得下" if sums.day_seconds <= sums.window else "排不下：须加机器或并行数、延长时段或周期"
    yield (
        f"按职责平均每天 {sums.day_pages} 页，约 {_hours(sums.day_seconds)}，{fits}；"
        f"全部 {sums.round_pages} 页采一遍约 {_hours(sums.round_seconds)}，约 {size(sums.round_bytes)}"
    )
    for host in sums.hosts[:HOSTS]:
        rest = f"，另有 {host.left} 页排不下" if host.left else ""
        yield (
            f"  主机 {host.host}：{host.planned} 页{rest}，每页 {host.each_ms / 1000:g} 秒，共约 {_hours(host.seconds)}"
        )
    by_reason: Counter[str] = Counter()
    for one in sums.unfit:
        by_reason[one.said] += one.pages
    yield from (f"到期未排 {count} 页：{said}" for said, count in by_reason.items())
    full = sums.full
    yield from (f"  {names.get(one.target, one.target)}（{one.target}）：{one.pages} 页" for one in full[:NAMED])
    if len(full) > NAMED:
        yield f"  等共 {len({one.target for one in full})} 个对象，全部见 --json"
    yield from notes
