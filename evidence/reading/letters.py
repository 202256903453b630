"""Letters to a mayor's letter-box and entries of 我为政府网站找错: numbers, days and units, from lists and from single pages.

The writer's name, telephone and text are not read: a reading is shared, and none of it is needed for timeliness. A
letter without a day of reply is not shown to be unanswered: it may be closed to the public, answered by telephone,
void, a repetition, passed on or extended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from evidence.model import Letter, Table
from evidence.reading import dates
from evidence.reading.labelled import values
from evidence.reading.regions import Regions
from evidence.reading.tree import Tree

WORDS: dict[str, tuple[str, ...]] = {
    "number": ("信件编号", "来信编号", "受理编号", "工单编号", "留言编号", "信件号", "流水号", "编号"),
    "title": ("信件标题", "来信标题", "信件主题", "来信主题", "留言标题", "问题标题", "问题类型", "标题", "主题"),
    "unit": ("答复单位", "回复单位", "办理单位", "承办单位", "受理单位", "处理单位", "答复部门", "回复部门", "办理部门", "受理部门", "责任单位", "回复机构"),
    "submitted": ("来信时间", "来信日期", "写信时间", "写信日期", "提交时间", "提交日期", "留言时间", "留言日期", "咨询时间", "反映时间", "网民提交时间"),
    "accepted": ("受理时间", "受理日期", "转办时间", "转办日期", "交办时间", "交办日期", "分办时间"),
    "replied": ("答复时间", "答复日期", "回复时间", "回复日期", "办结时间", "办结日期", "反馈时间", "反馈日期"),
    "state": ("办理状态", "处理状态", "信件状态", "来信状态", "答复状态", "回复状态", "当前状态", "办理结果", "状态"),
}  # fmt: skip
_LABELS = {words: name for name, every in WORDS.items() for words in every}
_DAYS = ("submitted", "accepted", "replied")


def read(tree: Tree, regions: Regions, tables: Sequence[Table]) -> tuple[Letter, ...]:
    """Return the letters a page lists, or the one it shows; none for a page that is about something else."""
    listed = tuple(letter for table in tables for letter in _of_table(table))
    if listed:
        return listed
    content = [text for text in tree.texts(tree.root) if regions.part(text) is None]
    alone = _letter(values(content, _LABELS, most=1))
    return (alone,) if alone is not None else ()


def _of_table(table: Table) -> Iterator[Letter]:
    """Yield the rows of a table whose headings are those of letters: a day, and two more."""
    names = [_LABELS.get("".join(heading.split())) for heading in table.header]
    if len({name for name in names if name}) < 3 or not set(names) & set(_DAYS):
        return
    for row in table.rows:
        told: dict[str, str] = {}
        for name, cell in zip(names, row, strict=False):
            if name:
                told.setdefault(name, cell)
        if letter := _letter(told):
            yield letter


def _letter(told: dict[str, str]) -> Letter | None:
    """Return the letter, if what is told of it is enough to be one: two kinds of label, and a day it was sent or came in."""
    days = {name: _day(told.get(name, "")) for name in _DAYS}
    if not (days["submitted"] or days["accepted"]) or len(told) < 3 or not (told.get("number") or told.get("title")):
        return None
    return Letter(
        number=told.get("number", "")[:80],
        title=told.get("title", "")[:120],
        unit=told.get("unit", "")[:80],
        state=told.get("state", "")[:40],
        submitted=days["submitted"],
        accepted=days["accepted"],
        replied=days["replied"],
    )


def _day(text: str) -> date | None:
    found = dates.find(text[:60])
    return found[0].day if found else None
