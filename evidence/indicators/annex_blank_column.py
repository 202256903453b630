"""附件表格空白列: a table in an article or its annex, also one that exists only as a picture, with a column that has a
heading and no value in any row. A proposal for one person to look at, not a national indicator.

Columns that are left blank on purpose (备注, 签字 …: words of the rule set) and forms to be filled in (half of the
columns or more are blank, or no row holds a value) are passed over.

>>> indicator.scope, indicator.reviewers
('column', 1)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evidence import showing
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.model import BlankColumn, SecondLook, Table
from evidence.quoting import plainly
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.span import local_text

indicator = Indicator(__name__, clause="附件表格空白列", scope="column", reviewers=1)

_SOURCES = {"html": "网页表格", "picture": "图片表格"}
"""Any other table is an annex's."""


@indicator.judge
def annex_blank_column(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer for each label whose latest complete look shows a table with headings."""
    rule = rules.of(indicator.name)
    for one in facts.observed:
        own = series[one.fact.label]
        look = own.look(own.latest) if own.latest else None
        tables = _tables(look) if look else ()
        if look and tables:
            yield _answer(facts, own, look, tables, rule, rules)


def _answer(facts: Facts, series: Series, look: Look, tables: Sequence[Table], rule: Rule, rules: RuleSet) -> Answer:
    found = [(table, blank) for table in tables for blank in _blank(table, rule)]
    reason = showing.unfit(series, rules)
    second, records = _second_look(series, look, found, rule, rules)
    undecided = bool(found) and (reason is not None or second == "disagrees")
    disagreement = ("前后两次查看结果不一致",) if second == "disagrees" else ()
    where = f"{facts.subject.name}“{_name(facts, look)}”"
    said = "；".join(
        f"{_SOURCES.get(table.source, '附件表格')}第{blank.index + 1}列“{plainly(blank.heading)}”全列空白"
        for table, blank in found
    )
    return Answer(
        state="undecided" if undecided else "hit" if found else "clear",
        message=f"{local_text(look.row.started)}查看{where}：{said or '表格没有全空的列'}。",
        label=look.row.label,
        as_of=look.row.started,
        numbers={
            "count": len(found),
            "limit": 1,
            "counted": [_entry(table, blank, look) for table, blank in found],
            "not_counted": [_passed_over(table, blank) for table in tables for blank in _others(table, rule)],
        },
        missing=((reason,) if reason and found else ()) + (disagreement if found else ()),
        against=tuple(said.split("；")) if said else (),
        exhibits=(look.row.record, *records),
        second_look=second if found else "not needed",
    )


def _tables(look: Look) -> tuple[Table, ...]:
    if look.reading is None or not look.shows_column:
        return ()
    return tuple(table for table in look.reading.tables if table.header and table.rows)


def _blank(table: Table, rule: Rule) -> tuple[BlankColumn, ...]:
    """Return the blank columns of a table that are not blank on purpose."""
    if _is_form(table):
        return ()
    return tuple(blank for blank in table.blank_columns if not _on_purpose(blank, rule))


def _others(table: Table, rule: Rule) -> tuple[BlankColumn, ...]:
    counted = _blank(table, rule)
    return tuple(blank for blank in table.blank_columns if blank not in counted)


def _on_purpose(blank: BlankColumn, rule: Rule) -> bool:
    heading = "".join(blank.heading.split())
    return not heading or any(word in heading for word in rule.words)


def _is_form(table: Table) -> bool:
    empty = not any(cell.strip() for row in table.rows for cell in row)
    return empty or 2 * len(table.blank_columns) >= len(table.header)


def _second_look(
    series: Series, look: Look, found: Sequence[tuple[Table, BlankColumn]], rule: Rule, rules: RuleSet
) -> tuple[SecondLook, tuple[str, ...]]:
    """Compare the headings found with those that other visits close to this one give."""
    headings = sorted(blank.heading for _, blank in found)

    def same(other: Look) -> bool | None:
        tables = _tables(other)
        if not other.whole or not tables:
            return None
        return sorted(blank.heading for table in tables for blank in _blank(table, rule)) == headings

    return showing.second_look(series, rules, same)


def _name(facts: Facts, look: Look) -> str:
    return next(one.fact.name for one in facts.observed if one.fact.label == look.row.label)


def _entry(table: Table, blank: BlankColumn, look: Look) -> dict[str, object]:
    return {
        "label": look.row.label,
        "heading": blank.heading,
        "index": blank.index,
        "rows": len(table.rows),
        "source": table.source,
        "picture": table.picture,
        "caption": table.caption,
        "box": list(blank.box) if blank.box else None,
        "record": look.row.record,
    }


def _passed_over(table: Table, blank: BlankColumn) -> dict[str, str]:
    because = "待填写的表格" if _is_form(table) else "按惯例可以留空的列"
    return {"label": "", "name": blank.heading, "because": because}
