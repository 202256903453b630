"""What a look at a column's own page leaves open, answered by what was opened beside it: articles, tabs, a query.

Three questions: are the dates of a policy list those of publication (发布日期) or of signing (成文日期); how old is a list
without dates; and what stands behind tabs or a query. Whatever stays open is undecided, and says what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from evidence.columns import ColumnClass
from evidence.look import Look
from evidence.model import ColumnReading, Item
from evidence.parts import Part, PartKind
from evidence.quoting import title
from evidence.series import Series
from evidence.span import local_day, local_text

_PUBLISHED = ("displayed", "relative", "script", "meta")
"""Kinds of date that tell when an article was put up."""
_BEHIND = ("url", "last_modified")
"""Kinds of date that a page has without its author having put one there."""
_NEVER_BLANK = ("parent", "embedded", "jump", "static", "attachment", "media")
"""Kinds of column whose own page holds no list: that it is empty says nothing (a parent's children are asked apart)."""
CONFIRMING = 3
"""Articles that must be opened before the dates of a policy list are taken for those of publication."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Stale or not by one look and what was opened beside it."""

    value: bool | None
    missing: str = ""
    basis: str = ""
    """What it rests on beside the list itself."""
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The parts of one column, each with its series, and what the column is."""

    parts: Mapping[Part, Series] = field(default_factory=dict)
    class_: ColumnClass | None = None

    def looks(self, look: Look, *kinds: PartKind) -> tuple[tuple[int, Look], ...]:
        """Return number and look of the parts that were captured on the same visit as `look`, in order."""
        found = []
        for part, series in sorted(self.parts.items(), key=lambda one: one[0].n):
            own = [row for row in (*series.rows, *series.later) if _same_visit(row.key, look.row.key)]
            alike = [row for row in own if row.purpose == look.row.purpose and row.complete is True]
            if part.kind in kinds and alike:
                found.append((part.n, series.look(alike[-1])))
        return tuple(found)

    def sighted(self, cutoff: date, until: date) -> tuple[Look, Item | date] | None:
        """Return a whole look at a part, made by `until`, that shows something dated in the window; None if none does."""
        for series in self.parts.values():
            rows = [row for row in series.rows if row.complete is True and local_day(row.started) >= cutoff]
            for look in series.looks(rows, newest_first=True):
                if seen := look.in_window(cutoff, min(until, look.day)):
                    return look, seen
        return None

    def blank(self, look: Look) -> bool | None:
        """Tell whether a look and what was opened on the same visit hold nothing; a column that asks, by its answer."""
        others = [other.blank for _, other in self.looks(look, "tab", "search")]
        if look.blank is False or False in others:
            return False
        column = look.reading.column if look.reading else None
        if column is not None and (column.kind in _NEVER_BLANK or len(others) < _to_open(column)):
            return None
        asks = column is not None and column.kind == "search"
        return _all(others) if asks else _all([look.blank, *others])

    def stale(self, series: Series, look: Look, cutoff: date, until: date) -> Answer:
        """Tell whether a look shows that nothing is dated from `cutoff` to `until`, by itself and what lies beside it."""
        alone = look.stale_since(cutoff, until)
        if alone is True and self.class_ == "policy":
            return self._by_publication(look, cutoff)
        if alone is not None:
            return Answer(value=alone)
        kind = look.reading.column.kind if look.reading and look.reading.column else None
        if kind == "search":
            return self._by_search(look, cutoff, until)
        if kind == "tabbed" and look.reading is not None and look.reading.newest is None:
            return self._by_tabs(look, cutoff, until)
        if _is_undated(look):
            return self._undated(series, look, cutoff)
        return Answer(value=None)

    def _by_publication(self, look: Look, cutoff: date) -> Answer:
        """Check the list's dates against those its articles print: where they differ, only the articles count."""
        opened = _opened(look, self.looks(look, "article"))
        needed = min(CONFIRMING, len(look.items))
        records = tuple(article.row.record for _, article in opened)
        printed = [(item, day) for item, article in opened if (day := _published(article)) is not None]
        if len(opened) < needed or len(printed) < min(2, needed):
            said = f"政策类栏目须打开{needed}篇文章核实列表日期是发布日期还是成文日期（已核实{len(printed)}篇）"
            return Answer(value=None, missing=said, records=records)
        later = [(item, day) for item, day in printed if item.date is not None and day > item.date]
        if not later:
            basis = f"已打开{len(opened)}篇文章核实：列表日期不早于文章所标的发布日期"
            return Answer(value=True, basis=basis, records=records)
        item, day = later[0]
        said = f"列表日期不是发布日期（{title(item.title)}：列表{item.date}，文章发布于{day}）"
        if len(printed) < len(look.items):
            return Answer(value=None, missing=f"{said}，且未逐篇打开，不能断定无更新", records=records)
        newest = max(day for _, day in printed)
        return Answer(value=newest < cutoff, basis=f"{said}；按逐篇打开的文章，最新为{newest}", records=records)

    def _by_search(self, look: Look, cutoff: date, until: date) -> Answer:
        found = self.looks(look, "search")
        if not found:
            return Answer(value=None, missing="页面要先查询才显示内容，未取得查询后的页面")
        answers = [other.stale_since(cutoff, until) for _, other in found]
        return Answer(
            value=_all(answers),
            missing="查询后的页面不能断定无更新",
            records=tuple(other.row.record for _, other in found),
        )

    def _by_tabs(self, look: Look, cutoff: date, until: date) -> Answer:
        """Tell by every tab: the shown one, and the others that were opened."""
        hidden = look.reading.column.tabs if look.reading and look.reading.column else 0
        found = self.looks(look, "tab")
        records = tuple(other.row.record for _, other in found)
        if len(found) < hidden:
            return Answer(value=None, missing=f"有{hidden}个未显示的标签页，只打开了{len(found)}个", records=records)
        answers = [other.old_since(cutoff) for other in (look, *(other for _, other in found))]
        return Answer(value=_all(answers), missing="各标签页中有不能确定日期的条目", records=records)

    def _undated(self, series: Series, look: Look, cutoff: date) -> Answer:
        """Tell the age of a list without dates: by what came since the earlier looks, then by its articles."""
        since, came = _unchanged(series, look, cutoff)
        if came is not None:
            item, before = came
            return Answer(
                value=False, basis=f"{title(item.title)}在{local_text(before.row.started)}之后才出现，已计为更新"
            )
        opened = _opened(look, self.looks(look, "article"))
        records = tuple(article.row.record for _, article in opened)
        days = [_published(article) for _, article in opened]
        known = [day for day in days if day is not None]
        if any(day >= cutoff for day in known):
            return Answer(value=False, records=records)
        if _may_go_on(look, days):
            said = "列表无日期且分页，各篇文章的日期不能证明由新到旧排列，最新一条可能在后页"
            return Answer(value=None, missing=said, records=records)
        if known and len(known) == len(look.items):
            return Answer(value=True, basis=f"列表无日期，逐篇打开文章，最新为{max(known)}", records=records)
        bare = sum(_is_unprinted(article) for _, article in opened)
        if since <= cutoff and len(known) + bare == len(opened):
            said = f"列表无日期；自{since}起各次完整访问所见条目相同"
            said += f"，打开的{len(opened)}篇文章中有{bare}篇未标时间，按未标时间视为未更新" if bare else ""
            return Answer(value=True, basis=said, records=records)
        said = f"列表没有日期，打开了{len(opened)}篇文章（共{len(look.items)}条），其中{len(known)}篇有发布日期；"
        return Answer(value=None, missing=f"{said}条目不变的完整记录自{since}起，未覆盖整个期限", records=records)


def _to_open(column: ColumnReading) -> int:
    """Return how many parts of a column must have been opened before it can be called blank."""
    return 1 if column.kind == "search" else column.tabs


def _same_visit(one: str, other: str) -> bool:
    """Tell whether two capture keys (RUN/TARGET/LABEL/ATTEMPT) are of one run."""
    return one.partition("/")[0] == other.partition("/")[0]


def _is_undated(look: Look) -> bool:
    reading = look.reading
    listed = look.whole and reading is not None and reading.page_kind == "list" and reading.newest is None
    return listed and bool(look.items) and all(item.date is None for item in look.items)


def _opened(look: Look, articles: Sequence[tuple[int, Look]]) -> list[tuple[Item, Look]]:
    """Return the items whose article was opened and read, with the look at it."""
    return [
        (look.items[n - 1], article)
        for n, article in articles
        if n <= len(look.items) and article.reading is not None and article.reading.page_kind in ("article", "other")
    ]


def _may_go_on(look: Look, days: Sequence[date | None]) -> bool:
    """Tell whether a list goes on over pages and is not shown to begin with its newest article."""
    column = look.reading.column if look.reading else None
    known = [day for day in days if day is not None]
    falling = len(known) > 1 and known[0] > known[-1] and all(a >= b for a, b in zip(known, known[1:], strict=False))
    return column is not None and column.paged and not falling


def _published(article: Look) -> date | None:
    """Return when an article was published, where that is certain."""
    best = article.reading.published if article.reading else None
    return best.date if best is not None and best.certain and best.kind in _PUBLISHED else None


def _is_unprinted(article: Look) -> bool:
    """Tell whether an article shows and carries no date at all."""
    reading = article.reading
    return reading is not None and all(one.kind in _BEHIND for one in (*reading.dates, reading.published) if one)


def _unchanged(series: Series, look: Look, cutoff: date) -> tuple[date, tuple[Item, Look] | None]:
    """Return since when the look's items were all there, and one that surely came after `cutoff` with the look that lacked it."""
    since = look.day
    rows = [row for row in series.complete if row.started < look.row.started]
    for earlier in series.looks(rows, newest_first=True):
        if not earlier.whole or not earlier.items:
            continue
        there = {_key(item) for item in earlier.items}
        came = next((item for item in look.items if _key(item) not in there), None)
        if came is not None:
            return since, (came, earlier) if earlier.day >= cutoff else None
        since = earlier.day
        if since <= cutoff:
            break
    return since, None


def _key(item: Item) -> tuple[str, str | None]:
    return item.title, item.href


def _all(answers: Sequence[bool | None]) -> bool | None:
    """Return False if one is, None if one is open, else True."""
    return False if False in answers else None if None in answers else True
