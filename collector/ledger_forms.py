"""A column ledger (栏目台账) in the two forms people exchange: YAML, and an XLSX that the unit fills in and returns.

The sheet has text cells only. Every fault of a returned sheet is told with its row; a sheet with any fault is not taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from collector import targets
from collector.errors import TargetsError
from collector.importing import quoted
from evidence import navigation, spreadsheet, words, workbook
from evidence.columns import Column, ColumnLedger
from evidence.registers import headings
from evidence.registers.headings import Headings
from evidence.spreadsheet import Sheet, Value

KINDS = words.COLUMN_KINDS
DUTY = {True: "有", False: "无", None: ""}

HEADER = (
    "标签",
    "栏目名称",
    "栏目路径",
    "网址",
    "类型",
    "类别",
    "级别",
    "更新周期",
    "有无更新责任",
    "责任单位",
    "免除理由",
    "免除依据文件",
    "更新责任依据",
)
FIELDS = (
    "label",
    "name",
    "path",
    "url",
    "kind",
    "class",
    "level",
    "cycle",
    "duty",
    "unit",
    "exemption",
    "document",
    "basis",
)
SYNONYMS = {field: (heading, field) for field, heading in zip(FIELDS, HEADER, strict=True)}
_TITLE = "栏目台账　对象编号："
_NAMED = re.compile(r"对象编号[:：]\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_HINT = "请单位逐行确认：有更新责任的填“有”，没有的填“无”并写明理由和依据文件；可增删行，请勿改动“标签”列。"


def to_yaml(ledger: ColumnLedger) -> str:
    """Return a ledger as the text of columns/TARGET.yaml."""
    lines = ["# 栏目台账。duty: true 有更新责任，false 没有，不写则未确认、不计入任何认定。"]
    if ledger.confirmed_by:
        lines.append(f"confirmed_by: {quoted(ledger.confirmed_by)}")
    if ledger.confirmed_on:
        lines.append(f"confirmed_on: {ledger.confirmed_on}")
    lines.append("columns:" if ledger.columns else "columns: []")
    lines += map(_entry, ledger.columns)
    return "\n".join(lines) + "\n"


def write_sheet(path: Path, ledger: ColumnLedger, name: str) -> None:
    """Write a ledger as the sheet that goes to the unit."""
    workbook.write(
        path,
        HEADER,
        (_cells(column) for column in ledger.columns),
        title="栏目台账",
        above=(f"{_TITLE}{ledger.target}　名称：{name}", _HINT),
        choices={"类型": tuple(KINDS.values()), "类别": tuple(words.CLASSES.values()), "有无更新责任": ("有", "无")},
    )


def read_sheet(data: bytes, file: str, site: str) -> tuple[Column, ...]:
    """Return the columns in a returned sheet (XLSX, XLS or CSV); `site` is what addresses are relative to.

    Raises RegisterError for a file that is no spreadsheet, TargetsError with every fault for rows that are wrong.
    """
    for sheet in spreadsheet.sheets(data, file):
        heads = headings.find(sheet.rows, SYNONYMS, needs=(frozenset({"name", "url"}),))
        if heads:
            return tuple(_rows(sheet, heads, file, site))
    raise TargetsError(f"{file}：没有找到表头；应有“{'、'.join(HEADER[1:4])}”这样的一行")


def target_of(data: bytes, file: str) -> str | None:
    """Return the target that a sheet's title names; raises RegisterError for a file that is no spreadsheet."""
    titles = (row for sheet in spreadsheet.sheets(data, file) for row in sheet.rows[: headings.DEEPEST])
    said = (spreadsheet.text(value) for row in titles for value in row)
    return next((found[1] for text in said if (found := _NAMED.search(text))), None)


def _rows(sheet: Sheet, heads: Headings, file: str, site: str) -> list[Column]:
    columns: list[Column] = []
    faults: list[str] = []
    for n, row in enumerate(sheet.rows[heads.first :], heads.first + 1):
        if not any(map(spreadsheet.text, row)):
            continue
        try:
            columns.append(_column(row, heads, site, columns))
        except TargetsError as error:
            faults.append(f"{file}〔{sheet.name}〕第{n}行：{error}")
    if faults:
        raise TargetsError("\n".join((*faults, f"共 {len(faults)} 行有误；整表未采用，请改正后重新导入")))
    if not columns:
        raise TargetsError(f"{file}：表里没有栏目；整表未采用")
    return columns


def _column(row: tuple[Value, ...], heads: Headings, site: str, before: list[Column]) -> Column:
    said = {field: heads.said(row, field) for field in FIELDS}
    taken = frozenset(column.label for column in before)
    written: dict[str, Any] = {field: value for field, value in said.items() if value}
    written.setdefault("label", navigation.label_of(said["url"] or said["name"], taken))
    if written["label"] in taken:
        raise TargetsError(f"标签“{written['label']}”重复，每个栏目的标签必须不同")
    if said["level"]:
        written["level"] = _level(said["level"])
    if said["kind"]:
        written["kind"] = _kind(said["kind"])
    return targets.column_of(written, site)


def _level(said: str) -> int:
    found = re.fullmatch(r"([1-9])级?|([一二三四五六])级?", said)
    if not found:
        raise TargetsError(f"级别“{said}”不认识，请写 1、2 或 3")
    return int(found[1]) if found[1] else "一二三四五六".index(found[2]) + 1


def _kind(said: str) -> str:
    known = {name: kind for kind, name in KINDS.items()} | {kind: kind for kind in KINDS}
    if said not in known:
        raise TargetsError(f"类型“{said}”不认识，可用：{'、'.join(KINDS.values())}")
    return known[said]


def _cells(column: Column) -> tuple[object, ...]:
    said: Mapping[str, object] = {
        **_plain(column),
        "kind": KINDS.get(column.kind or ""),
        "class": words.CLASSES.get(column.class_ or ""),
        "duty": DUTY[column.duty],
    }
    return tuple(said.get(field) for field in FIELDS)


def _plain(column: Column) -> dict[str, str | int | bool | date]:
    """Return the fields of a column that say something, by the names the YAML has."""
    values = {field: getattr(column, "class_" if field == "class" else field) for field in FIELDS}
    return {field: value for field, value in values.items() if value is not None}


def _entry(column: Column) -> str:
    return "  - " + "\n    ".join(f"{key}: {_yaml(value)}" for key, value in _plain(column).items())


def _yaml(value: str | int | bool | date) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else str(value)
