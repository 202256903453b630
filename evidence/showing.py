"""What a series shows of one label at T: stale or not, blank or not, or not to be told, and what is missing then.

Absence is shown only by complete looks not older at T than the rules allow; one sighting in any look is enough to take
it back (laws 5 and 6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from evidence.beside import Beside
from evidence.look import Look
from evidence.model import Item, SecondLook
from evidence.quoting import plainly, title
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.span import Span, local_day, local_text

_KINDS_OPEN = {
    "search": "页面要先查询才显示内容，未取得查询后的页面",
    "tabbed": "有未打开的标签页",
    "parent": "页面只列下级栏目",
    "embedded": "内容在其他主机的框架中",
    "jump": "转到其他平台",
    "attachment": "内容在附件中",
    "media": "内容是音视频",
}
"""What an empty page of a kind of column leaves open."""
_QUARANTINED = "{}的记录已隔离，其中所见不得再用，不能断定没有内容或没有更新"
_KINDS = {"error": "出错或拦截页面", "redirect": "跳转页面"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One answer in three values, with what it rests on."""

    value: bool | None
    missing: tuple[str, ...] = ()
    """What would be needed to say more."""
    remarks: tuple[str, ...] = ()
    """What speaks for the unit."""
    basis: tuple[str, ...] = ()
    """What it rests on beside the list itself: articles that were opened, a series in which nothing changed."""
    records: tuple[str, ...] = ()
    """The records beside the latest that it rests on."""
    seen: bool = False
    """Something dated in the window was seen, though not so that it settles the matter."""
    second_look: SecondLook = "not needed"


def unknown(missing: str, *, records: tuple[str, ...] = (), second_look: SecondLook = "not needed") -> Shown:
    """Return the answer that cannot be given, and why."""
    return Shown(value=None, missing=(missing,), records=records, second_look=second_look)


def unfit(series: Series, rules: RuleSet) -> str | None:
    """Return why the series cannot show absence at T; None where its latest complete look can."""
    latest = series.latest
    if latest is None:
        return _nothing_complete(series)
    age = Span.parse(rules.max_evidence_age)
    if series.at - latest.started > age.length:
        return f"末次完整访问为{local_text(latest.started)}，距时点超过{age.chinese}"
    look = series.look(latest)
    if latest.quarantined:
        return _QUARANTINED.format(local_text(latest.started))
    if look.reading is None:
        return f"{local_text(latest.started)}的页面未能判读"
    if not look.shows_column:
        return f"{local_text(latest.started)}打开的是{_KINDS[look.reading.page_kind]}，不是栏目内容"
    return None


def set_aside(series: Iterable[Series], since: date | None = None) -> str | None:
    """Return why absence cannot be shown where a record made since a day is in quarantine; None where none is.

    What nobody may look at any more may have shown the very thing that is said to be absent. `since` None: from the first.
    """
    rows = (row for one in series for row in (*one.rows, *one.later))
    gone = (row for row in rows if row.quarantined and (since is None or local_day(row.started) >= since))
    first = next(gone, None)
    return _QUARANTINED.format(local_text(first.started)) if first else None


def staleness(series: Series, limit: Span, rules: RuleSet, beside: Beside | None = None) -> Shown:
    """Tell whether nothing new was there within `limit` as of the latest complete look of a fit series.

    `beside` is what was opened beside the column's own page: its articles, tabs, the answer to a query.
    """
    look, beside = _latest(series), beside or Beside()
    cutoff, until = limit.before(look.day), local_day(series.at)
    if sighted := _sighted(series, look, cutoff, until) or _sighted_beside(beside, cutoff, until):
        return sighted
    if gone := set_aside((series, *beside.parts.values()), cutoff):
        return unknown(gone)
    found = beside.stale(series, look, cutoff, until)
    if found.value is None:
        return unknown(found.missing or _why_undatable(look), records=found.records)
    agreement, seconds = second_look(series, rules, lambda other: beside.stale(series, other, cutoff, until).value)
    return Shown(
        value=found.value,
        basis=(found.basis,) if found.basis else (),
        records=(*found.records, *seconds),
        second_look=agreement,
        remarks=_pinned_future(look),
    )


def sighting(series: Series, limit: Span) -> Shown | None:
    """Return what one sighting of something new says in a series that cannot show absence; None where none was made."""
    until = local_day(series.at)
    return _sighted(series, None, limit.before(until), until)


def blankness(series: Series, rules: RuleSet, beside: Beside | None = None) -> Shown:
    """Tell whether the column holds nothing as of the latest complete look of a fit series, nor what was opened beside it."""
    look, beside = _latest(series), beside or Beside()
    blank = beside.blank(look)
    if blank is not True:
        return Shown(value=False) if blank is False else unknown(_why_not_blank(look))
    if gone := set_aside((series, *beside.parts.values())):
        return unknown(gone)
    agreement, seconds = second_look(series, rules, beside.blank)
    if agreement == "disagrees":
        return unknown("前后两次查看结果不一致", records=seconds, second_look=agreement)
    if later := _filled_by_t(series, look):
        return unknown(
            f"{local_text(later.row.started)}的页面有时点前或无日期的内容，不能排除时点时已有内容",
            records=(later.row.record,),
            second_look=agreement,
        )
    return Shown(value=True, records=seconds, second_look=agreement)


def once_filled(series: Series) -> Look | None:
    """Return an earlier look that showed content in the label; None where none ever did.

    A blank column is one that has held nothing since it was opened, so one earlier item refutes it.
    """
    latest = _latest(series)
    earlier = (row for row in series.rows if row.record != latest.row.record)
    return next((look for look in series.looks(earlier, newest_first=True) if look.blank is False), None)


def _latest(series: Series) -> Look:
    if series.latest is None:
        raise ValueError(f"series {series.target}/{series.label} has no complete look; ask unfit() first")
    return series.look(series.latest)


def _nothing_complete(series: Series) -> str:
    if not series.rows:
        return "时点前没有任何访问记录"
    if any(row.complete is True for row in series.rows):
        return "来源不完整（只能看到部分内容），只能证明有更新，不能证明无更新"
    gap = series.gaps[-1]
    return f"时点前没有完整的访问记录（最近一次{local_text(gap.at)}：{gap.reason}）"


def _sighted(series: Series, latest: Look | None, cutoff: date, until: date) -> Shown | None:
    """Return the answer that one sighting of something dated in the window gives; None where there is none.

    Only visits on or after the first day of the window can have seen what is dated in it.
    """
    before = [row for row in series.rows if local_day(row.started) >= cutoff]
    for look in series.looks(before, newest_first=True):
        seen = look.in_window(cutoff, min(until, look.day))
        if seen is None:
            continue
        if look.row.complete is True:
            return Shown(value=False, remarks=_withdrawn(latest, look, seen), records=_other(look, latest))
        return _doubt(look, f"{_when(look)}的访问不完整，但见到窗口内的{_what(seen)}")
    for look in series.looks(series.later):
        if seen := look.in_window(cutoff, until):
            return _doubt(look, _seen_later(series, look, seen))
    return None


def _sighted_beside(beside: Beside, cutoff: date, until: date) -> Shown | None:
    """Return the answer that one sighting in an opened article, tab or query gives; None where there is none."""
    found = beside.sighted(cutoff, until)
    if found is None:
        return None
    look, seen = found
    return Shown(
        value=False, remarks=(f"{_when(look)}打开的页面有{_what(seen)}，已计为更新",), records=(look.row.record,)
    )


def _doubt(look: Look, missing: str) -> Shown:
    return Shown(value=None, missing=(missing,), records=(look.row.record,), seen=True)


def _seen_later(series: Series, look: Look, seen: Item | date) -> str:
    """Say what was seen after T, and whether complete looks from the day after its date until T lacked it (倒签)."""
    day = seen if isinstance(seen, date) else seen.date
    said = f"时点后{_when(look)}见到日期在窗口内的{_what(seen)}，不能排除时点时已发布"
    lacking = [row for row in series.complete if day and local_day(row.started) > day]
    return said + (f"；但{_when(series.look(lacking[-1]))}的完整访问中没有该条，日期是否属实待核" if lacking else "")


def _withdrawn(latest: Look | None, look: Look, seen: Item | date) -> tuple[str, ...]:
    if latest is None or look.row.record == latest.row.record:
        return ()
    return (f"{_when(look)}曾见{_what(seen)}，已计为更新",)


def _other(look: Look, latest: Look | None) -> tuple[str, ...]:
    return () if latest is not None and look.row.record == latest.row.record else (look.row.record,)


def _filled_by_t(series: Series, latest: Look) -> Look | None:
    """Return a look after the latest complete one that shows content which may have been there at T."""
    until = local_day(series.at)
    after = [row for row in (*series.rows, *series.later) if row.started > latest.row.started]
    for look in series.looks(after):
        dates = [item.date for item in look.items]
        if look.blank is False and (not dates or any(day is None or day <= until for day in dates)):
            return look
    return None


def _why_undatable(look: Look) -> str:
    if look.reading is None or look.reading.page_kind != "list":
        return "页面不是可识别的列表，不能确定最新一条的日期"
    if look.reading.newest is None and any(item.date for item in look.items):
        return "；".join(look.reading.notes) or "不能确定哪一条最新"
    if undatable := look.undatable():
        return f"列表中有{len(undatable)}条没有可靠日期（如{title(undatable[0].title)}），不能断定无更新"
    if look.oldest_first:
        return "列表由旧到新排列，最新一条可能在后页，不能断定无更新"
    return "列表没有日期，不能断定无更新"


def _why_not_blank(look: Look) -> str:
    """Say that blank or not cannot be told, with the kind of column it is and what the reader noted."""
    column = look.reading.column if look.reading else None
    kind = _KINDS_OPEN.get(column.kind or "", "") if column else ""
    noted = "；".join((*([kind] if kind else []), *(look.reading.notes if look.reading else ())))
    return "不能确定该栏目是否空白" + (f"（{plainly(noted, 120)}）" if noted else "")


def _pinned_future(look: Look) -> tuple[str, ...]:
    ahead = [item for item in look.items if look.is_pinned_ahead(item)]
    return tuple(f"置顶的{_what(item)}日期在访问日之后，未采信" for item in ahead)


def second_look(
    series: Series, rules: RuleSet, agrees: Callable[[Look], bool | None]
) -> tuple[SecondLook, tuple[str, ...]]:
    """Return what other visits close to the latest look say of it, and the records that say so."""
    answers = [(agrees(look), look.row.record) for look in _second_looks(series, rules)]
    if against := [record for answer, record in answers if answer is False]:
        return "disagrees", tuple(against)
    if agreed := [record for answer, record in answers if answer is True]:
        return "agrees", (agreed[-1],)
    return "missing", ()


def _second_looks(series: Series, rules: RuleSet) -> Iterator[Look]:
    """Yield the looks of other visits close to the latest: any at or before T, after it those made as a second look."""
    latest = _latest(series)
    near = Span.parse(rules.second_look_within).length
    rows = [row for row in series.rows if latest.row.started - row.started <= near]
    rows += [row for row in series.later if row.purpose == "second_look" and row.started - latest.row.started <= near]
    for look in series.looks(rows):
        asked = "second_look" in (look.row.purpose, latest.row.purpose)
        if look.row.record != latest.row.record and (asked or look.run != latest.run):
            yield look


def _when(look: Look) -> str:
    return local_text(look.row.started)


def _what(seen: Item | date) -> str:
    if isinstance(seen, date):
        return f"{seen}的内容"
    return f"{title(seen.title)}（{seen.date}）"
