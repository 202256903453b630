"""突击更新: a column that had nothing new for long and, within days after a bulletin or notice, suddenly shows many items.

When the bulletins were sent is data (`bulletins` of an office's own rules); without any, nothing is asked. An item counts if
it was first seen in those days and is dated in them, or is dated back to where the list, as seen on or before the day of the
bulletin, would have shown it. Whole looks must follow each other around the bulletin. To mend what a bulletin names is what
it is for, so this is only a hint at what to read with care; and what may be a new site, or a yearly batch, is left open.

>>> from evidence.ruleset import load
>>> rule = load("national-2019").of(indicator.name)
>>> rule.limit, rule.items, rule.quiet
('7d', 10, '60d')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from evidence import signs
from evidence.columns import HOME
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.model import Item
from evidence.parts import part_of
from evidence.quoting import plainly, title
from evidence.ruleset import Bulletin, Rule, RuleSet
from evidence.series import Series
from evidence.signs import Sign
from evidence.span import Span, local_day, local_text

indicator = Indicator(__name__, clause="突击更新", scope="site", reviewers=1)

_RECENT = timedelta(days=31)
"""Bulletins sent longer ago accuse nobody of a fresh look today, and the looks of that time need not be opened."""
_QUOTED = 3


@indicator.judge
def burst_after_bulletin(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site; none where no bulletin went to it of late."""
    rule, today = rules.of(indicator.name), local_day(facts.at)
    sent = [one for one in rules.bulletins if one.went_to(facts.subject.id) and one.day < today <= one.day + _RECENT]
    if not sent:
        return
    duties = {one.fact.label: one.fact.duty for one in facts.observed}
    seen: dict[str, tuple[Item, ...]] = {}

    def find(look: Look) -> tuple[Sign, ...]:
        label = look.row.label
        if part_of(label):
            return ()
        for bulletin in sorted(sent, key=lambda one: one.day, reverse=True):
            if (burst := _burst(look, series, _Asked.of(bulletin, rule))) is not None:
                sign = burst.sign(duties.get(label))
                seen[sign.key] = burst.items
                return (sign,)
        return ()

    def agrees(other: Look, keys: set[str]) -> bool | None:
        least = rule.items or 10
        if any(sum(_is_among(item, other.items) for item in seen[key]) >= least for key in keys):
            return True
        latest = series[other.row.label].latest
        before = latest is None or other.row.started < latest.started
        return None if before or not other.whole else False  # that they were not there before is what the sign says

    noun = "栏目久未更新而在通报后数日内集中更新（突击更新迹象）"
    found = signs.answer(
        facts,
        series,
        rules,
        rule,
        find,
        noun=noun,
        of=lambda one: one.fact.label != HOME and one.fact.duty is not False,
        agrees=agrees,
    )
    yield replace(found, for_the_unit=tuple(_for_the_unit(found)))


def _for_the_unit(found: Answer) -> Iterator[str]:
    if found.state != "hit":
        return
    yield "收到通报后补充更新可以是正常整改，须核对内容和日期是否属实"
    if any(one["dated_back"] for one in found.numbers["signs"]):
        yield "日期在通报之前的条目此前未见，也可能因为此前所见是缓存的旧页面，须核对"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A bulletin, and what the rule asks around it."""

    bulletin: Bulletin
    within: Span
    least: int
    quiet: Span
    max_gap: Span

    @classmethod
    def of(cls, bulletin: Bulletin, rule: Rule) -> _Asked:
        return cls(
            bulletin=bulletin,
            within=Span.parse(rule.limit or "7d"),
            least=rule.items or 10,
            quiet=Span.parse(rule.quiet or "60d"),
            max_gap=Span.parse(rule.max_gap or "48h"),
        )

    @property
    def day(self) -> date:
        """The day of the bulletin; what was seen on it was there before."""
        return self.bulletin.day

    @property
    def begin(self) -> date:
        """From when on nothing new may have come."""
        return self.quiet.before(self.day)

    @property
    def end(self) -> date:
        """The last day that is soon after the bulletin."""
        return self.day + (self.day - self.within.before(self.day))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Burst:
    """Many items of one column that came after a quiet time and a bulletin."""

    asked: _Asked
    items: tuple[Item, ...]
    last: Look
    """The last look before or on the day of the bulletin."""
    first: Look
    """The look that first showed any of the items."""
    doubts: tuple[str, ...]

    def sign(self, duty: bool | None) -> Sign:
        """Return the burst as a sign, open where something speaks for another reason."""
        asked, newest = self.asked, self.last.newest()
        back = [item for item in self.items if item.date is not None and item.date < asked.day]
        quoted = "、".join(title(item.title) for item in self.items[:_QUOTED]) + (
            "等" if len(self.items) > _QUOTED else ""
        )
        dated = f"，其中{len(back)}条日期在此之前" if back else ""
        doubts = (*self.doubts, *(() if duty else ("台账未确认更新责任",)))
        return Sign(
            key=f"{self.last.row.label} {asked.day}",
            said=f"{asked.day}{plainly(asked.bulletin.document)}之前最新一条为{newest}，其后{asked.within.chinese}内新见"
            f"{len(self.items)}条{dated}（自{local_text(self.first.row.started)}起）：{quoted}",
            told=(
                ("bulletin", asked.day.isoformat()),
                ("document", asked.bulletin.document),
                ("items", len(self.items)),
                ("dated_back", len(back)),
                ("newest_before", newest.isoformat() if newest else None),
                ("first_seen", self.first.day.isoformat()),
            ),
            open="；".join(doubts),
            records=(self.last.row.record, self.first.row.record),
        )


def _burst(look: Look, series: Mapping[str, Series], asked: _Asked) -> _Burst | None:
    """Return the burst that a look still shows; None where there is none, or none can be told from what was seen before."""
    own = series[look.row.label]
    before = [row for row in own.complete if local_day(row.started) <= asked.day]
    if not before or look.day <= asked.day:
        return None  # a series that begins after the bulletin shows nothing of what was there
    last = own.look(before[-1])
    if last.stale_since(asked.begin, asked.day) is not True:
        return None
    fresh = [item for item in look.items if _counts(item, look, last, asked)]
    if len(fresh) < asked.least:
        return None  # most columns end here, and their other looks need not be opened
    rows = [row for row in own.complete if asked.begin <= local_day(row.started) and row.started <= look.row.started]
    looks = [one for one in own.looks(rows) if one.whole and one.items]
    earlier = [one for one in looks if one.day <= asked.day]
    soon = [one for one in looks if asked.day < one.day <= asked.end]
    known = [*earlier, *_elsewhere(series, look.row.label, asked.day)]
    items = tuple(item for item in fresh if _came(item, known, soon))
    showing = next((one for one in soon if any(_is_among(item, one.items) for item in items)), None)
    if len(items) < asked.least or showing is None or not _is_quiet(earlier, asked):
        return None
    doubts = tuple(_doubts(looks, last, showing, look, asked))
    return _Burst(asked=asked, items=items, last=last, first=showing, doubts=doubts)


def _counts(item: Item, look: Look, last: Look, asked: _Asked) -> bool:
    """Tell whether an item is surely dated, soon after the bulletin or where the earlier list would have shown it, and new.

    One dated back to the very day of an item that is gone may be that item, named and addressed anew.
    """
    if item.date is None or item.pinned or item.date > look.day or (item.dated is not None and not item.dated.certain):
        return False
    gone = {one.date for one in last.items if not _is_among(one, look.items)}
    back = item.date < asked.day and last.reaches_beyond(item.date) and item.date not in gone
    return (asked.day <= item.date <= asked.end or back) and not _is_among(item, last.items)


def _is_among(item: Item, items: Sequence[Item]) -> bool:
    """Tell whether a list shows an item, by its title or its address: a moved site has other addresses, a mended one titles."""
    return any(one.title == item.title or (one.href is not None and one.href == item.href) for one in items)


def _elsewhere(series: Mapping[str, Series], label: str, day: date) -> Iterator[Look]:
    """Yield the last look of each other label before or on a day: what stood there and moved here is not new."""
    for other, own in series.items():
        rows = [row for row in own.complete if other != label and local_day(row.started) <= day]
        if rows:
            yield own.look(rows[-1])


def _came(item: Item, known: Sequence[Look], soon: Sequence[Look]) -> bool:
    """Tell whether an item was first seen soon after the bulletin: what was withdrawn and comes back is not new."""
    return not any(_is_among(item, one.items) for one in known) and any(_is_among(item, one.items) for one in soon)


def _is_quiet(earlier: Sequence[Look], asked: _Asked) -> bool:
    """Tell whether no look of the quiet time shows anything dated in it, or anything that was not there at its beginning."""
    if any(one.in_window(asked.begin, asked.day) for one in earlier):
        return False
    return all(_is_among(item, earlier[0].items) for one in earlier for item in one.items)


def _doubts(looks: Sequence[Look], last: Look, showing: Look, look: Look, asked: _Asked) -> Iterator[str]:
    """Yield what else the many items may come from."""
    if (broken := _broken(looks, showing, asked)) is not None:
        yield broken
    if len({_place(one) for one in (last, showing, look)}) > 1:
        yield "其间栏目地址有变，可能是网站改版或迁移"
    if not _remains(last, showing):
        yield "此前的条目多已不在列表中，可能是改版、迁移或换了排序"
    if (batch := _batch(last, asked)) is not None:
        yield f"该栏目以前也成批发布（{batch}起{asked.within.chinese}内），可能是年度批次"


def _remains(last: Look, showing: Look) -> bool:
    """Tell whether the list still is the earlier one with more on top: of what it still should show, half and one at least."""
    oldest = min((item.date for item in showing.items if item.date is not None), default=date.max)
    due = [item for item in last.items if item.date is not None and item.date >= oldest]
    left = sum(_is_among(item, showing.items) for item in due)
    return left > 0 and len(due) <= 2 * left


def _broken(looks: Sequence[Look], showing: Look, asked: _Asked) -> str | None:
    """Return why the looks around the bulletin are no unbroken series up to the one that shows the items; None if they are."""
    since = asked.within.before(asked.day)
    begun = [one for one in looks if one.day <= since]
    if not begun:
        return f"完整访问自{local_text(looks[0].row.started)}起，通报前不足{asked.within.chinese}"
    around = [one.row.started for one in looks if begun[-1].row.started <= one.row.started <= showing.row.started]
    longest = max(b - a for a, b in zip(around, around[1:], strict=False))
    if longest > asked.max_gap.length:
        return f"通报前后完整访问间隔最长{int(longest.total_seconds() // 3600)}小时，超过{asked.max_gap.chinese}"
    return None


def _place(look: Look) -> str:
    """Return host and path of the page that a look was at."""
    return look.reading.url.partition("?")[0].partition("://")[2].rstrip("/") if look.reading else ""


def _batch(look: Look, asked: _Asked) -> date | None:
    """Return when a list began to show as many items within as few days before; None where it never did."""
    days = sorted(item.date for item in look.items if item.date is not None)
    ends = zip(days, days[asked.least - 1 :], strict=False)
    return next((first for first, last in ends if asked.within.before(last) <= first), None)
