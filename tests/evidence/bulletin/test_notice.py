"""Units are asked before anything is published: letters, sheets, forms and bundles that fit, and nothing that may not be asked."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from docx import Document

from evidence import casebook, judgements
from evidence.bulletin import freezing, notice
from evidence.bulletin.book import open_book
from evidence.bulletin.glyphs import clean
from evidence.bulletin.notice import Held, Written, last_day
from evidence.cli import cli
from evidence.errors import BulletinError
from evidence.judgements import Judgement
from evidence.model import Fact
from evidence.verify import verify
from tests.evidence.bulletin.offices import NOW, Bureau, Inspected, T, bureau
from tests.evidence.judging_factory import NATIONAL

HIT: dict[str, Any] = {"state": "hit"}
HOSTILE = (
    '=HYPERLINK("http://x","点我")',
    "+1+1",
    "@SUM(A1)",
    "a\x00b\x0b\x1b[2J",
    "</w:t><w:p/>&amp;<![CDATA[",
    "\u202e反过来\ufffe\ud800",
    "长" * 5000,
)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Bureau]:
    return lambda *inspected: bureau(tmp_path, inspected)


def letters(office: Bureau, **fields: Any) -> tuple[tuple[Written, ...], tuple[Held, ...]]:
    given: dict[str, Any] = {"by": "张三", "now": NOW, "days": 3, **fields}
    book = open_book(office.holdings, "2021Q1")
    return notice.write(office.house, office.holdings, book, office.folder / "out", **given)


def text_of(path: Path) -> str:
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_a_letter_asks_and_names_its_evidence_and_its_last_day(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", name="甲县人民政府网", findings=(HIT,)), Inspected(id="b"))
    office.freeze()
    (one,), held = letters(office)
    assert (one.unit, held, one.due) == ("甲县人民政府办公室", (), date(2021, 1, 8))
    said = text_of(one.folder / notice.INQUIRY)
    for words in (
        "关于核实“甲县人民政府网”有关情况的函",
        "甲县人民政府办公室：",
        "2021年1月4日13:00（检查时点）",
        "2021Q1-0001",
    ):
        assert words in said
    for words in (
        "3个工作日",
        "2021年1月8日",
        "是否有已发布而我们未看到的内容",
        "逾期未复的，按现有证据处理",
        "示范市人民政府办公室",
    ):
        assert words in said
    assert "不合格" not in said, "a question is no verdict"


def test_the_bundle_that_goes_with_it_holds_and_is_the_one_it_names(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=(HIT,)))
    office.freeze()
    (one,), _ = letters(office)
    assert one.bundle is not None and one.bundle.sealed
    path = one.folder / one.bundle.file
    assert verify(path, trust=office.certificate).holds()
    with zipfile.ZipFile(path) as packed:
        data = packed.read(f"{one.bundle.bundle}/data/manifest.json")
    assert hashlib.sha256(data).hexdigest() == one.bundle.sha256
    assert one.bundle.short in text_of(one.folder / notice.INQUIRY)


def test_the_return_form_has_a_row_for_each_exhibit_to_be_filled_in(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=(HIT, {**HIT, "clause": "WV-3", "indicator": "home_not_updated"})))
    office.freeze()
    (one,), _ = letters(office)
    (table,) = Document(str(one.folder / notice.RETURN_FORM)).tables
    assert [row.cells[0].text for row in table.rows] == ["证据编号", "2021Q1-0001", "2021Q1-0002"]
    assert all(not cell.text for row in table.rows[1:] for cell in row.cells[2:])


def test_each_unit_gets_its_own_letter_and_learns_of_no_other(make: Callable[..., Bureau]) -> None:
    people = [Inspected(id=f"s{n}", place=f"{n}县", findings=(HIT,)) for n in range(3)]
    office = make(*people)
    office.freeze()
    written, _ = letters(office)
    assert [one.unit for one in written] == [f"{n}县人民政府办公室" for n in range(3)]
    for n, one in enumerate(written):
        said = text_of(one.folder / notice.INQUIRY)
        assert [f"网站s{m}" in said for m in range(3)] == [m == n for m in range(3)]
    rows = list(openpyxl.load_workbook(office.folder / "out" / notice.INDEX).active.iter_rows(values_only=True))
    assert len(rows) == 4


@pytest.mark.parametrize(
    "finding",
    [
        {"state": "clear"},
        {"state": "undecided", "missing": ("缺登录查看",)},
        {"state": "hit", "effect": "points", "clause": "WD-4.3"},
        {"state": "hit", "effect": "proposal", "clause": "突击更新"},
    ],
)
def test_no_letter_is_written_on_what_is_no_problem_of_a_veto_rule(
    make: Callable[..., Bureau], finding: dict[str, Any]
) -> None:
    office = make(Inspected(id="a", findings=(finding,)))
    office.freeze()
    assert letters(office) == ((), ())


def test_what_was_seen_only_once_is_held_back_and_said(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=({**HIT, "second_look": "missing"},)))
    office.freeze()
    written, (held,) = letters(office)
    assert written == () and "第二次查看" in held.why


def test_who_is_exempt_or_cleared_by_a_person_is_asked_nothing(make: Callable[..., Bureau]) -> None:
    office = make(
        Inspected(id="a", findings=(HIT,), registered="注销审核中"),
        Inspected(id="b", findings=(HIT,)),
        Inspected(id="c", findings=(HIT,)),
    )
    office.freeze()
    freezing.decide(office.holdings, "2021Q1", "b", "exempt", by="张三", why="报备文件", now=NOW)
    office.step(office.findings["c"][0], "withdrawn")
    assert letters(office) == ((), ())


def test_letters_that_were_sent_are_steps_of_their_cases_and_are_not_sent_twice(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=(HIT,)))
    book = office.freeze()
    written, _ = letters(office)
    notice.enter_sent(office.house, office.holdings, book, written, by="张三", now=NOW)
    case = casebook.case_of(office.holdings, office.findings["a"][0])
    assert (case.state, case.events[0].due, len(case.events[0].records)) == ("notified", date(2021, 1, 8), 1)
    assert letters(office) == ((), ())


def test_a_decision_of_persons_is_laid_before_the_unit_too(make: Callable[..., Bureau], tmp_path: Path) -> None:
    from evidence import human

    office = make(Inspected(id="a", kind="account", findings=({"state": "undecided", "missing": ("缺登录",)},)))
    office.freeze()
    (finding,) = office.findings["a"]
    video = tmp_path / "录屏.mp4"
    video.write_bytes(b"video")
    target = human.target_of(finding, office.holdings, office.house.subjects)
    human.add(
        office.holdings,
        target,
        None,
        [video],
        human.Statement(kind="phone-video", by="张三", finding=finding.id),
        now=NOW,
    )
    why = "手机录屏显示最新一条为2020-12-01"
    book = freezing.decide(office.holdings, "2021Q1", "a", "failed", by="张三", second="李四", why=why, now=NOW)
    written, _ = letters(office)
    assert why in text_of(written[0].folder / notice.INQUIRY)
    notice.enter_sent(office.house, office.holdings, book, written, by="张三", now=NOW)
    asked = open_book(office.holdings, "2021Q1").asked("a")
    assert asked is not None and asked.due == date(2021, 1, 8)
    assert letters(office) == ((), ())


def test_a_last_day_that_no_calendar_knows_stops_the_letters(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=(HIT,)))
    office.freeze()
    with pytest.raises(BulletinError, match="工作日历没有收录"):
        letters(office, now=datetime(2035, 5, 4, tzinfo=UTC))


@pytest.mark.parametrize("words", HOSTILE)
def test_captured_words_stay_words(make: Callable[..., Bureau], words: str) -> None:
    printable = words.replace("\ud800", "").replace("\x00", "").replace("\ufffe", "")
    office = make(Inspected(id="a", findings=({**HIT, "message": printable, "against": (printable,)},)))
    office.freeze()
    (one,), _ = letters(office)
    Document(str(one.folder / notice.INQUIRY))
    sheet = openpyxl.load_workbook(one.folder / notice.SHEET).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not re.search("[\x00-\x08\x0b\x1b\u202e]", "".join(str(cell.value) for cell in cells))


@pytest.mark.parametrize("words", HOSTILE)
def test_no_words_break_the_paper(words: str) -> None:
    from evidence.bulletin.cells import Cell
    from evidence.bulletin.paper import Paper, Words

    paper = Paper(title=words, author=words)
    paper.title(words)
    paper.body((Words(text=words),))
    paper.annex("附件1", words)
    paper.table((words,), [[Cell(text=words)]], (1,))
    read = Document(io.BytesIO(paper.bytes()))
    assert read.paragraphs[0].text == clean(words)
    assert "\x1b" not in read.tables[0].cell(1, 0).text


def fact(**fields: Any) -> Fact:
    return Fact(
        **{
            **dict.fromkeys(("exemption", "record", "not_counted")),
            **{
                "target": "a",
                "label": "xw",
                "name": "部门动态",
                "class_": "news",
                "level": None,
                "path": "首页 > 部门动态",
            },
            **{"url": "http://a.test/xw/", "duty": True, "newest": date(2020, 12, 22), "age_days": 13, "blank": False},
            **{"stale": False, "limit": "14d", "as_of": T, "coverage": "complete", "complete": True, "missing": ()},
            **fields,
        }
    )


def test_the_last_day_is_the_last_on_which_the_column_is_not_behind() -> None:
    assert last_day(fact()) == date(2021, 1, 5)
    assert last_day(fact(limit="6m", newest=date(2020, 8, 31))) == date(2021, 2, 28)


@pytest.mark.parametrize(
    "fields",
    [
        {"duty": False},
        {"stale": True},
        {"stale": None},
        {"limit": None},
        {"newest": None},
        {"complete": None},
        {"coverage": "partial"},
        {"not_counted": "专题"},
    ],
)
def test_nobody_is_warned_of_what_has_no_duty_or_was_not_seen_whole(fields: dict[str, Any]) -> None:
    assert last_day(fact(**fields)) is None


def test_a_warning_goes_out_before_the_limit_and_states_no_problem(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a"), Inspected(id="b", place="乙县"))
    facts = (fact(), fact(label="tz", newest=date(2020, 12, 30)))
    judgements.keep(office.holdings, "a", T, NATIONAL, Judgement(facts=facts, findings=()))
    (one,) = notice.warn(office.house, office.holdings, office.folder / "out", now=NOW, days=4)
    said = text_of(one.folder / notice.WARNING)
    assert "部门动态" in said and "2021-01-05" in said and "不是检查结论" in said and "2020-12-30" not in said


def test_the_command_writes_and_enters_and_says_what_it_held_back(make: Callable[..., Bureau]) -> None:
    seen_once = {**HIT, "second_look": "missing"}
    office = make(Inspected(id="a", findings=(HIT,)), Inspected(id="b", place="乙县", findings=(seen_once,)))
    office.freeze(now=NOW)
    out = office.folder / "letters"
    done = CliRunner().invoke(
        cli,
        ["notice", "--period", "2021Q1", "-o", str(out), "--by", "张三", "--sent"],
        obj={"opener": lambda _: office.house},
    )
    assert done.exit_code == 0, done.output
    assert "未发函　网站b" in done.output and "共写出1个单位的函件" in done.output
    assert casebook.case_of(office.holdings, office.findings["a"][0]).state == "notified"


def test_without_a_key_the_command_ends_with_3(tmp_path: Path) -> None:
    office = bureau(tmp_path, [Inspected(id="a", findings=(HIT,))], sealed=False)
    office.freeze()
    done = CliRunner().invoke(
        cli,
        ["notice", "--period", "2021Q1", "-o", str(tmp_path / "o"), "--by", "张三", "--sent"],
        obj={"opener": lambda _: office.house},
    )
    assert done.exit_code == 3 and "UNSEALED" in done.output
    assert casebook.case_of(office.holdings, office.findings["a"][0]).state is None, "what is not sealed is not sent"


def test_a_later_case_keeps_its_time(make: Callable[..., Bureau]) -> None:
    """A letter dated before the last step of the case is refused by the casebook, and said."""
    office = make(Inspected(id="a", findings=(HIT,)))
    office.freeze()
    office.step(office.findings["a"][0], "warned", now=NOW + timedelta(days=1))
    _, (held,) = letters(office)
    assert "早于上一步" in held.why
    assert replace(held, why="") != held
