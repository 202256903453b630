"""Every kind of document opens in LibreOffice and prints as it should: pages, paper, margins, fonts' room, no blank page.

The hard case is a list whose rows are taller than they look: names of 40 characters, six facts, two exhibits in a cell.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from docx import Document
from docx.oxml.ns import qn

from evidence import casebook, workbook
from evidence.bulletin import correction, embedded, issue, letters, notice, rectifying
from evidence.bulletin.book import open_book
from evidence.bulletin.cells import Cell
from evidence.bulletin.letters import Warned
from evidence.bulletin.paper import Paper, Words
from evidence.casebook import CaseRules
from tests.evidence.bulletin.offices import NOW, Bureau, Inspected, T, bureau
from tests.evidence.bulletin.test_bulletin import HARMFUL, LATER, order

LONG = "示范自治区示范盟示范旗人民政府办公室（政务公开与信息化管理局）门户网站（双语版）"
AGAINST = tuple(f"栏目{n}（动态要闻，一级栏目，列表显示最新2020-11-18，至检查时点47天，规定14天）" for n in range(6))
HIT: dict[str, Any] = {"state": "hit", "against": AGAINST}
SECOND: dict[str, Any] = {**HIT, "clause": "WV-4.3", "indicator": "blank_columns"}
PROGRAM = shutil.which("soffice") or shutil.which("libreoffice") or ""
_TOLERANCE = 3.0
"""Points that a glyph may stand over the edge of the type area: punctuation hangs."""


pytestmark = pytest.mark.skipif(
    not PROGRAM, reason="LibreOffice is not installed: that documents open and print there is not tried"
)


def office(folder: Path) -> Bureau:
    """A published period with long names, two findings of one unit, harmful words, undecided ones and accounts."""
    made = bureau(
        folder,
        [
            Inspected(id="a", name=LONG, place="甲县（经济技术开发区）", findings=(HIT, SECOND)),
            Inspected(id="b", place="乙县", findings=(HIT,)),
            Inspected(id="c", place="乙县", findings=({"state": "clear"}, HARMFUL)),
            *(
                Inspected(id=f"d{n}", place=f"{n}县", findings=({"state": "undecided", "missing": ("缺",)},))
                for n in range(4)
            ),
            Inspected(id="w", kind="account", name="甲县发布", findings=({**HIT, "clause": "NV-2.1"},)),
        ],
    )
    made.freeze()
    return made


def written(folder: Path) -> dict[str, Path]:
    """Write every kind of document and return them by kind."""
    made = office(folder)
    holdings, book, out = made.holdings, open_book(made.holdings, "2021Q1"), folder / "out"
    asked, _ = notice.write(made.house, holdings, book, out / "letters", by="张三", now=NOW, days=3)
    for finding in (*made.findings["a"], made.findings["b"][0], made.findings["w"][0], made.findings["c"][1]):
        made.step(finding, "notified", "confirmed")
    given = replace(order(made), final=True, list_undecided=True)
    done = issue.issue(made.house, replace(given, out=out / "bulletin"))
    demands, _ = rectifying.write(
        made.house, holdings, open_book(holdings, "2021Q1"), out / "demands", now=LATER + timedelta(days=1), days=10
    )
    made.step(made.findings["b"][0], "contested", now=LATER + timedelta(days=1))
    casebook.take(
        holdings, made.findings["b"][0], "overturned", by="张三", second="李四", now=LATER + timedelta(days=2),
        rules=CaseRules(), reason="单位的发布日志说明栏目在检查时点前已更新",
    )  # fmt: skip
    issued = next(one for one in done.files if one.name == "通报.docx")
    later = replace(given, out=out / "correction", now=LATER + timedelta(days=3), dated=date(2021, 2, 22))
    corrected = correction.correct(made.house, later, issued)
    warned = Warned(
        name=LONG, column="首页 > 部门动态", url="http://www.example.gov.cn/zwgk/zcwj/bmwj/index_12345.html",
        newest=date(2020, 12, 22), limit="14天", last=date(2021, 1, 5), seen=T,
    )  # fmt: skip
    paper = letters.warning("甲县人民政府办公室", "示范市人民政府办公室", [warned] * 12, date(2021, 1, 4))
    (out / "提醒.docx").write_bytes(paper.bytes())
    first = max(asked, key=lambda one: len(one.issues)).folder
    demanded = max(demands, key=lambda one: len(one.issues)).folder
    return {
        "通报": issued,
        "公开": next(one for one in done.files if one.name == "通报（公开）.docx"),
        "更正": next(one for one in corrected.files if one.name == "更正通报.docx"),
        "核实函": first / notice.INQUIRY,
        "异议书": first / notice.RETURN_FORM,
        "整改通知单": demanded / rectifying.NOTICE,
        "整改报告": demanded / rectifying.REPLY,
        "提醒": out / "提醒.docx",
        "附表": first / notice.SHEET,
        **{f"附件{n}": one for n, one in enumerate((one for one in done.files if one.suffix == ".xlsx"), 1)},
    }


def converted(documents: dict[str, Path], folder: Path) -> dict[str, Path]:
    """Return the PDF of each document as LibreOffice prints it; all in one call, for the program takes long to start."""
    given = folder / "given"
    given.mkdir()
    copies = {kind: given / f"{n}{path.suffix}" for n, (kind, path) in enumerate(documents.items())}
    for kind, copy in copies.items():
        shutil.copyfile(documents[kind], copy)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        PROGRAM,
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder),
        *map(str, copies.values()),
    ]
    subprocess.run(command, check=True, timeout=240, capture_output=True)
    return {kind: folder / copy.with_suffix(".pdf").name for kind, copy in copies.items()}


def texts(path: Path) -> list[str]:
    """Return the text of each page without white space."""
    with pypdfium2.PdfDocument(path) as document:
        return ["".join(page.get_textpage().get_text_bounded().split()) for page in document]


def outside(path: Path) -> Iterator[str]:
    """Yield the glyphs that stand outside the type area of their page, and pages of another size."""
    with pypdfium2.PdfDocument(path) as document:
        for n, page in enumerate(document, 1):
            width, height = page.get_size()
            if sorted((round(width), round(height))) != [595, 842]:
                yield f"page {n} is {width:.0f} x {height:.0f}"
            upright = width < height
            left, right = (28, 26) if upright else (35, 37)
            low, high = left / 25.4 * 72 - _TOLERANCE, width - right / 25.4 * 72 + _TOLERANCE
            text = page.get_textpage()
            for place in range(text.count_chars()):
                said = text.get_text_range(place, 1)
                if said.strip():
                    box = text.get_charbox(place)
                    if box[2] > box[0] and not (
                        low <= box[0] and box[2] <= high + (10 if said in "，。；：、）”" else 0)
                    ):
                        yield f"page {n}: {said} at {box[0]:.0f} to {box[2]:.0f} of {low:.0f} to {high:.0f}"


def tables_of(path: Path) -> list[list[list[str]]]:
    if path.suffix == ".docx":
        return [[[cell.text.strip() for cell in row.cells] for row in one.rows] for one in Document(str(path)).tables]
    rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
    return [[[str(cell or "").strip() for cell in row] for row in rows]]


def own_columns(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows of a workbook below its title, without the column of codes."""
    width = rows[1].index(workbook.CODES) if workbook.CODES in rows[1] else len(rows[1])
    return [row[:width] for row in rows[1:]]


def test_every_kind_prints_on_a4_within_its_margins_and_without_blank_pages(tmp_path: Path) -> None:
    documents = written(tmp_path)
    rows = tables_of(documents["通报"])
    books = [own_columns(tables_of(path)[0]) for kind, path in documents.items() if kind.startswith("附件")]
    assert rows == books[: len(rows)], "document and workbooks read back as the same tables"
    assert tables_of(documents["核实函"]) == tables_of(documents["附表"])
    printed = converted(documents, tmp_path)
    most = {"通报": 14, "公开": 14, "更正": 4, "核实函": 4, "异议书": 2, "整改通知单": 4, "整改报告": 2, "提醒": 4}
    for kind, path in printed.items():
        said = texts(path)
        assert all(len(one) > 12 for one in said), f"{kind} has a blank page: {[len(one) for one in said]}"
        if kind in most:
            assert len(said) <= most[kind], f"{kind} takes {len(said)} pages"
            assert all(f"—{n}—" in one for n, one in enumerate(said, 1)), f"{kind}: a page has no number"
            assert not list(outside(path)), kind
    whole = texts(printed["通报"])
    assert "关于2021年第一季度政府网站与政务新媒体检查情况的通报" in whole[0]
    assert "（此件有删减）" in texts(printed["公开"])[0], "that it was cut stands at its head"
    annexes = embedded.read(documents["通报"]).bulletin.annexes
    begun = [one for one in whole if re.match(r"(—\d+—)?附件\d", one)]
    assert len(begun) == len(annexes), "each annex begins a page"
    assert all(annex.title in page for annex, page in zip(annexes, begun, strict=True))
    on_paper = re.sub(r"—\d+—", "", "".join(whole))
    lines = {"".join(line.split()) for table in rows for row in table for cell in row for line in cell.split("\n")}
    assert not [line for line in lines if line[:5] not in on_paper], "all that a cell says is on paper"
    for kind in ("附件1", "附表"):
        assert len(texts(printed[kind])) == 1, f"{kind}: columns are cut off onto another page"


def test_a_line_of_the_body_holds_28_characters_and_rows_taller_than_a_page_may_break(tmp_path: Path) -> None:
    paper = Paper(title="长", author="")
    paper.body((Words(text="字" * 84),), indent=0)
    paper.annex("附件", "长行")
    short, tall = [Cell(text="短"), Cell(text="短" * 40)], [Cell(text="高"), Cell(text="长" * 1500)]
    paper.table(("甲", "乙"), [short, tall], (1, 6))
    path = tmp_path / "long.docx"
    path.write_bytes(paper.bytes())
    rows = Document(str(path)).tables[0].rows
    whole = [row._tr.trPr is not None and row._tr.trPr.find(qn("w:cantSplit")) is not None for row in rows]
    assert whole == [True, True, False]
    printed = converted({"长": path}, tmp_path)["长"]
    lines = [len(line) for line in re.findall(r"字+", _lines(printed)[0])]
    assert lines == [28, 28, 28]
    said = texts(printed)
    assert "短" in said[1] and "长长" in said[1], "the tall row begins where the short one ends"
    assert not list(outside(printed))


def _lines(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_bounded() for page in document]
