"""Tables of annexes in every form they are published in: rows, merged cells, and the columns that are blank."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx
import openpyxl
import pytest
from PIL import Image

from evidence.errors import ReadingError
from evidence.explain_tables import lines
from evidence.model import Table
from evidence.reading import pdf
from evidence.reading.raster import LARGEST
from evidence.reading.table_file import from_file
from tests.evidence.reading.conftest import Printed
from tests.evidence.sheets import csv, xls, xlsx
from tests.site import practice

HEAD = ("序号", "单位名称", "完成时限", "责任人")
ROWS = (("1", "市教育局", "2026-03-01", ""), ("2", "市民政局", "2026-04-15", ""))
STYLE = (
    "<meta charset=utf-8><style>td,th{border:1px solid #000;padding:6px 12px}table{border-collapse:collapse}</style>"
)


def markup(head: tuple[str, ...] = HEAD, rows: tuple[tuple[str, ...], ...] = ROWS, before: str = "") -> str:
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    heads = "".join(f"<th>{cell}</th>" for cell in head)
    return f"{STYLE}{before}<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def word(rows: tuple[tuple[str, ...], ...], merge: tuple[int, int, int, int] | None = None) -> bytes:
    document = docx.Document()
    document.add_paragraph("附件1")
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            table.cell(y, x).text = cell
    if merge:
        top, left, bottom, right = merge
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                if (y, x) != (top, left):
                    table.cell(y, x).text = ""
        table.cell(top, left).merge(table.cell(bottom, right))
        table.cell(top, left).text = rows[top][left]
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def blanks(tables: tuple[Table, ...]) -> list[list[str]]:
    return [[blank.heading for blank in table.blank_columns] for table in tables]


FILES: dict[str, bytes] = {
    "xlsx": xlsx(("附件1 任务分工表",), HEAD, *ROWS, merged=("A1:D1",)),
    "xls": xls(("附件1 任务分工表",), HEAD, *ROWS, merged=((0, 0, 0, 3),)),
    "csv": csv(HEAD, *ROWS, encoding="gb18030"),
    "docx": word((HEAD, *ROWS)),
    "html": markup().encode("gb18030"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_table_is_read_alike_from_every_kind_of_file(kind: str) -> None:
    (table,) = from_file(FILES[kind], f"附件.{kind}")
    assert (table.source, table.header, table.rows) == (kind, HEAD, ROWS)
    assert blanks((table,)) == [["责任人"]]
    if kind in ("xlsx", "xls"):
        assert table.caption == "附件1 任务分工表"


def test_the_kind_is_told_by_the_bytes_and_never_by_the_name() -> None:
    (table,) = from_file(FILES["xlsx"], "附件.pdf")
    assert table.source == "xlsx"


def test_a_printed_pdf_is_read_with_its_blank_column(printed: Callable[[str], Printed]) -> None:
    (table,) = from_file(printed(markup()).pdf, "附件.pdf")
    assert (table.source, table.header, table.rows) == ("pdf", HEAD, ROWS)
    assert blanks((table,)) == [["责任人"]]


def test_a_table_that_goes_on_over_pages_is_one_and_its_headings_are_no_row(printed: Callable[[str], Printed]) -> None:
    rows = tuple((str(n), f"第{n}局", "2026-03-01", "") for n in range(1, 90))
    (table,) = from_file(printed(markup(rows=rows)).pdf, "长表.pdf")
    assert [row[0] for row in table.rows] == [str(n) for n in range(1, 90)]
    assert blanks((table,)) == [["责任人"]]


def test_a_column_that_is_filled_on_the_last_page_alone_is_not_blank(printed: Callable[[str], Printed]) -> None:
    rows = tuple((str(n), f"第{n}局", "2026-03-01", "张三" if n == 89 else "") for n in range(1, 90))
    assert blanks(from_file(printed(markup(rows=rows)).pdf, "长表.pdf")) == [[]]


def test_a_scan_in_a_pdf_is_read_from_its_picture(printed: Callable[[str], Printed]) -> None:
    with Image.open(io.BytesIO(printed(markup()).png)) as picture:
        out = io.BytesIO()
        picture.convert("RGB").save(out, "PDF", resolution=192)
    (table,) = from_file(out.getvalue(), "扫描.pdf")
    assert (table.source, table.header[1], len(table.rows)) == ("picture", "单位名称", 2)
    assert blanks((table,)) == [["责任人"]]


def test_merged_cells_fill_all_they_cover() -> None:
    rows = (HEAD, ("1", "市教育局", "2026-03-01", "张三"), ("2", "市教育局", "2026-04-15", ""))
    for data in (word(rows, merge=(1, 3, 2, 3)), xlsx(*rows, merged=("D2:D3",)), xls(*rows, merged=((1, 2, 3, 3),))):
        (table,) = from_file(data, "附件")
        assert [row[3] for row in table.rows] == ["张三", "张三"]
        assert blanks((table,)) == [[]]


def test_a_cell_with_a_picture_is_not_blank() -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text, table.cell(1, 0).text = "单位", "签章", "市教育局"
    picture = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(picture, "PNG")
    picture.seek(0)
    table.cell(1, 1).paragraphs[0].add_run().add_picture(picture)
    out = io.BytesIO()
    document.save(out)
    assert blanks(from_file(out.getvalue(), "盖章.docx")) == [[]]


def test_each_sheet_is_a_table_with_the_name_of_the_sheet() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(HEAD, *ROWS, title="教育")))
    more = book.create_sheet("民政")
    more.append(list(HEAD))
    more.append(["1", "市民政局", "2026-05-01", "李四"])
    book.create_sheet("空表")
    out = io.BytesIO()
    book.save(out)
    found = from_file(out.getvalue(), "附件.xlsx")
    assert [(table.caption, len(table.rows)) for table in found] == [("教育", 2), ("民政", 1)]
    assert blanks(found) == [["责任人"], []]


HOSTILE: dict[str, tuple[bytes, str]] = {
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "旧版 Word"),
    "half a zip": (FILES["docx"][:900], "损坏"),
    "half a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj << /Type", "PDF"),
    "no table": (bytes(range(256)) * 4, "CSV"),
    "an OLE of nothing": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096, "XLS"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_that_cannot_be_read_is_told_with_its_name_and_what_to_do(what: str) -> None:
    data, said = HOSTILE[what]
    with pytest.raises(ReadingError, match="附件.bin") as caught:
        from_file(data, "附件.bin")
    assert said in str(caught.value)


def test_a_page_without_a_table_has_none() -> None:
    assert from_file("<html><p>没有表格</p>".encode(), "a.html") == ()


def test_of_a_column_that_is_not_blank_the_share_of_empty_cells_is_told() -> None:
    rows = (HEAD, ("1", "市教育局", "", "张三"), ("2", "市民政局", "2026-04-15", ""), ("3", "市财政局", "", ""))
    for data in (word(rows), xlsx(*rows), csv(*rows, encoding="utf-8"), markup(HEAD, rows[1:]).encode("gb18030")):
        (table,) = from_file(data, "附件")
        assert table.empty_shares == (0, 0, 667, 667)


def test_the_share_goes_over_all_pages_of_a_table(printed: Callable[[str], Printed]) -> None:
    rows = tuple((str(n), f"第{n}局", "2026-03-01" if n % 4 else "", "") for n in range(1, 89))
    (table,) = from_file(printed(markup(rows=rows)).pdf, "长表.pdf")
    assert table.empty_shares == (0, 0, pytest.approx(250, abs=2), 1000)


def test_a_page_of_giant_size_is_pictured_within_bounds() -> None:
    small = practice.ruled_pdf().replace(b"[0 0 600 800]", b"[0 0 14400 14400]")
    with Image.open(io.BytesIO(pdf.pictured(small, 0))) as picture:
        assert picture.width * picture.height <= 1.01 * LARGEST


def test_read_table_prints_the_shares() -> None:
    (table,) = from_file(csv(HEAD, ("1", "市教育局", "", "张三"), ("2", "市民政局", "x", ""), encoding="utf-8"), "附件")
    assert "△ 部分空白（空格占该列）：第3列“完成时限”50%、第4列“责任人”50%" in "\n".join(lines("附件", (table,), None))
