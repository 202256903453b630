"""Makes small workbooks and CSV files in memory, as the registries and inspectors write them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl
import xlwt  # type: ignore[import-untyped]

SITES = ("网站名称", "网站标识码", "首页网址", "主办单位", "运行状态")
ACCOUNTS = ("账号名称", "平台类型", "平台ID", "认证主体", "主办单位", "状态")


def xlsx(*rows: Sequence[Any], merged: Iterable[str] = (), title: str = "表") -> bytes:
    """Return a workbook of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(*rows: Sequence[Any], merged: Iterable[tuple[int, int, int, int]] = (), title: str = "表") -> bytes:
    """Return a workbook of one sheet in the binary form of Excel 97; merged are first and last row, first and last column."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(title)
    spans = {(top, left): (bottom, right) for top, bottom, left, right in merged}
    under = {
        (y, x)
        for (top, left), (end, right) in spans.items()
        for y in range(top, end + 1)
        for x in range(left, right + 1)
    } - set(spans)
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            if (y, x) in under:
                continue
            if (y, x) in spans:
                sheet.write_merge(y, spans[y, x][0], x, spans[y, x][1], value)
            elif value is not None:
                sheet.write(y, x, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv(*rows: Sequence[Any], encoding: str = "utf-8", mark: str = ",") -> bytes:
    """Return the bytes of a CSV."""
    return "".join(mark.join(map(str, row)) + "\r\n" for row in rows).encode(encoding)


def account(
    name: str, platform: str = "微博", id: str = "1000000001", unit: str = "示范市教育局", state: str = "正常"
) -> tuple[str, ...]:
    """Return the row of an account."""
    return name, platform, id, unit, unit, state
