"""Tables as read, in words for people: what each holds, and which of its columns are blank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evidence import words
from evidence.model import Table
from evidence.quoting import plainly

SHOWN = 5
"""Rows of a table that are shown."""
_WIDE = 24


def lines(name: str, tables: Sequence[Table], error: str | None) -> Iterator[str]:
    """Yield what was read of one file, line by line."""
    if error:
        yield f"✗ {error}"
        return
    yield f"{name}：{len(tables)} 个表格" if tables else f"{name}：没有找到表格"
    for n, table in enumerate(tables, 1):
        caption = f"“{plainly(table.caption)}”" if table.caption else ""
        below = len(table.rows) - (table.header_rows - 1)
        yield f"　表{n} {words.TABLE_SOURCES[table.source]}{caption}：{len(table.header)} 列，表头下 {below} 行"
        yield "　　" + " | ".join(map(_cut, table.header))
        yield from ("　　" + " | ".join(map(_cut, row)) for row in table.rows[:SHOWN])
        if len(table.rows) > SHOWN:
            yield f"　　……另有 {len(table.rows) - SHOWN} 行"
        for blank in table.blank_columns:
            yield f"　　▲ 第{blank.index + 1}列“{plainly(blank.heading)}”有表头而全列空白"
        if shares := list(_partly(table)):
            yield f"　　△ 部分空白（空格占该列）：{'、'.join(shares)}"


def _partly(table: Table) -> Iterator[str]:
    """Yield the columns with empty cells that are not called blank, each with its share."""
    known = {blank.index for blank in table.blank_columns}
    for n, (heading, share) in enumerate(zip(table.header, table.empty_shares, strict=False)):
        if share and n not in known:
            yield f"第{n + 1}列“{_cut(heading)}”{share / 10:g}%"


def _cut(cell: str) -> str:
    said = plainly(cell)
    return said if len(said) <= _WIDE else said[: _WIDE - 1] + "…"
