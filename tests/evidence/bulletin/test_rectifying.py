"""整改通知单: only what persons confirmed and published is demanded of a unit, in words that hold; and its reply comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from docx import Document

from evidence import casebook
from evidence.bulletin import issue, rectifying
from evidence.bulletin.book import open_book
from evidence.bulletin.notice import Held, Written
from evidence.case_event import Step
from evidence.casebook import CaseRules
from evidence.cli import cli
from evidence.errors import BulletinError
from tests.evidence.bulletin.offices import NOW, Bureau, Inspected, bureau
from tests.evidence.bulletin.test_bulletin import LATER, issued
from tests.evidence.bulletin.test_notice import HOSTILE, text_of

HIT: dict[str, Any] = {"state": "hit", "against": ("①部门动态，最新2020-11-18",)}
PROPOSAL: dict[str, Any] = {"state": "hit", "effect": "proposal", "clause": "WV-1.1", "indicator": "wording"}
AFTER = LATER + timedelta(days=1)
REMEDY = "收到本通知之日起15日内，可以向示范市人民政府办公室申请复核"


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Bureau]:
    def made(*inspected: Inspected) -> Bureau:
        office = bureau(tmp_path, inspected)
        house = replace(office.house, office=replace(office.house.office, remedies=(REMEDY,)))
        return replace(office, house=house)

    return made


def published(office: Bureau, *ids: str) -> None:
    """Ask, confirm, and publish by a final bulletin."""
    for id in ids:
        for finding in office.findings[id]:
            office.step(finding, "notified", "confirmed")
    issued(office, final=True, list_undecided=True)


def demanded(office: Bureau, **fields: Any) -> tuple[tuple[Written, ...], tuple[Held, ...]]:
    given: dict[str, Any] = {"now": AFTER, "days": 10, **fields}
    book = open_book(office.holdings, "2021Q1")
    return rectifying.write(office.house, office.holdings, book, office.folder / "demands", **given)


def run(office: Bureau, *words: str) -> Result:
    return CliRunner().invoke(cli, [*words], obj={"opener": lambda _: office.house})


def test_it_names_unit_problem_clause_facts_exhibit_demand_last_day_and_remedy(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", name="甲县人民政府网", findings=(HIT,)), Inspected(id="b"))
    office.freeze()
    published(office, "a")
    (one,), held = demanded(office)
    event = open_book(office.holdings, "2021Q1").issued()
    assert event is not None and event.document is not None
    bulletin = issue.load(office.holdings, event.document)
    said = text_of(one.folder / rectifying.NOTICE)
    assert (one.unit, held, one.due) == ("甲县人民政府办公室", (), date(2021, 3, 2))
    for words in (
        "整改通知单", "甲县人民政府办公室：", f"《{bulletin.title}》（示政办函〔2021〕1号）", "甲县人民政府网", "2021Q1-0001",
        "国办秘函〔2019〕19号，WV-4.1", "有6个应更新栏目未按期更新", "①部门动态", "10个工作日内", "2021年3月2日",
        "2021年1月4日13:00", REMEDY, "整改报告", "示范市人民政府办公室", "0000-0000000", bulletin.bundles[0].short,
        "在检查时点之后已经更新的，写明更新时间",
    ):  # fmt: skip
        assert words in said, words
    assert "张三" not in said and "李四" not in said, "who confirmed is of no concern to the unit"


def test_the_form_for_the_reply_has_a_row_for_each_problem_to_be_filled_in(make: Callable[..., Bureau]) -> None:
    second = {**HIT, "clause": "WV-4.3", "indicator": "blank_columns"}
    office = make(Inspected(id="a", findings=(HIT, second)), Inspected(id="b"))
    office.freeze()
    published(office, "a")
    (one,), _ = demanded(office)
    (table,) = Document(str(one.folder / rectifying.REPLY)).tables
    assert [row.cells[0].text for row in table.rows] == ["证据编号", "2021Q1-0001", "2021Q1-0002"]
    assert all(not cell.text for row in table.rows[1:] for cell in row.cells[3:])


def test_all_problems_of_a_unit_stand_in_one_notice_and_those_of_others_do_not(make: Callable[..., Bureau]) -> None:
    office = make(
        Inspected(id="a", name="甲县网", place="甲县", findings=(HIT,)),
        Inspected(id="w", name="甲县发布", place="甲县", kind="account", findings=({**HIT, "clause": "NV-2.1"},)),
        Inspected(id="b", name="乙县网", place="乙县", findings=(HIT,)),
    )
    office.freeze()
    published(office, "a", "w", "b")
    written, _ = demanded(office)
    said = {one.unit: text_of(one.folder / rectifying.NOTICE) for one in written}
    assert set(said) == {"甲县人民政府办公室", "乙县人民政府办公室"}
    first, other = said["甲县人民政府办公室"], said["乙县人民政府办公室"]
    assert "甲县网" in first and "甲县发布" in first and "乙县" not in first
    assert "乙县网" in other and "甲县" not in other
    index = openpyxl.load_workbook(office.folder / "demands" / rectifying.INDEX).active
    rows = list(index.iter_rows(min_row=2, values_only=True))
    assert {row[4] for row in rows} == {f.id[:12] for own in office.findings.values() for f in own}


BEFORE: tuple[tuple[tuple[Step, ...], str], ...] = (
    ((), ""),
    (("notified",), ""),
    (("notified", "confirmed"), "还没有通报"),
    (("notified", "withdrawn"), ""),
    (("notified", "confirmed", "published", "contested"), "异议还没有裁定"),
    (("notified", "confirmed", "published", "contested", "changed"), "异议裁定为变更"),
    (("notified", "confirmed", "published", "contested", "overturned"), ""),
    (("notified", "confirmed", "published", "rectified"), ""),
    (("notified", "confirmed", "published", "rectified", "rechecked"), ""),
)


def test_nothing_is_demanded_on_what_does_not_stand_published(make: Callable[..., Bureau]) -> None:
    office = make(*(Inspected(id=f"s{n}", place=f"{n}县", findings=(HIT,)) for n in range(len(BEFORE))))
    office.freeze()
    for n, (steps, _) in enumerate(BEFORE):
        office.step(office.findings[f"s{n}"][0], *steps)
    written, held = demanded(office, now=AFTER + timedelta(days=200))
    assert written == () and not (office.folder / "demands").exists()
    said = {one.issue.member.id: one.why for one in held}
    assert set(said) == {f"s{n}" for n, (_, why) in enumerate(BEFORE) if why}
    assert all(why in said[f"s{n}"] for n, (_, why) in enumerate(BEFORE) if why)


def test_what_was_upheld_or_is_overdue_is_still_demanded(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=(HIT,)), Inspected(id="b", place="乙县", findings=(HIT,)))
    office.freeze()
    office.step(office.findings["a"][0], "notified", "confirmed", "published", "contested", "upheld")
    office.step(office.findings["b"][0], "notified", "confirmed", "published", "overdue")
    written, held = demanded(office, now=AFTER + timedelta(days=200))
    assert held == () and [one.unit for one in written] == ["乙县人民政府办公室", "甲县人民政府办公室"]


def test_nothing_is_demanded_on_what_nobody_confirmed(make: Callable[..., Bureau]) -> None:
    undecided = {"state": "undecided", "missing": ("缺登录查看",)}
    office = make(
        Inspected(id="a", findings=(HIT,)),
        *(
            Inspected(id=f"n{n}", place=f"{n}县", findings=(finding,))
            for n, finding in enumerate(({"state": "clear"}, undecided, PROPOSAL, HIT))
        ),
    )
    office.freeze()
    published(office, "a")
    (one,), held = demanded(office)
    assert (one.unit, held) == ("甲县人民政府办公室", ())


def test_what_is_judged_otherwise_since_is_held_back_and_said(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=(HIT,)), Inspected(id="b"))
    office.freeze()
    published(office, "a")
    office.holdings.derived.put_finding(replace(office.findings["a"][0], state="clear", message="已更新"))
    written, (held,) = demanded(office)
    assert written == () and "重新判定后" in held.why


def test_the_reply_of_the_unit_is_taken_in_and_ends_the_demand(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=(HIT,)), Inspected(id="b"))
    office.freeze()
    published(office, "a")
    (one,), _ = demanded(office)
    (finding,) = office.findings["a"]
    done = run(office, "case", "step", "--by", "张三", finding.id, "rectified", str(one.folder / rectifying.REPLY))
    assert done.exit_code == 0, done.output
    case = casebook.case_of(office.holdings, finding)
    assert (case.state, len(case.events[-1].records)) == ("rectified", 1)
    assert demanded(office) == ((), ())


def test_hostile_names_and_facts_stay_words_and_no_path(make: Callable[..., Bureau]) -> None:
    said = [words.translate(dict.fromkeys((0, 0xB, 0x1B, 0xD800, 0xFFFE))) for words in HOSTILE]
    office = make(
        *(
            Inspected(
                id=f"s{n}",
                name=f"网站{words[:40]}",
                place=f"../../{n}",
                findings=({**HIT, "message": words, "against": (words,)},),
            )
            for n, words in enumerate(said)
        )
    )
    office.freeze()
    for own in office.findings.values():
        office.step(own[0], "notified", "confirmed", "published")
    written, _ = demanded(office, now=AFTER + timedelta(days=60))
    assert len(written) == len(said)
    assert {one.folder.parent for one in written} == {office.folder / "demands"}
    assert "\u202e" not in "".join(text_of(one.folder / rectifying.NOTICE) for one in written)
    sheet = openpyxl.load_workbook(office.folder / "demands" / rectifying.INDEX).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


def test_a_last_day_that_no_calendar_knows_stops_the_notices(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=(HIT,)), Inspected(id="b"))
    office.freeze()
    office.step(office.findings["a"][0], "notified", "confirmed", "published")
    with pytest.raises(BulletinError, match="工作日历没有收录"):
        demanded(office, now=datetime(2035, 5, 4, tzinfo=UTC))
    assert not (office.folder / "demands").exists()


def test_where_the_office_names_no_remedy_a_person_must_fill_it_in(tmp_path: Path) -> None:
    office = bureau(tmp_path, [Inspected(id="a", findings=(HIT,)), Inspected(id="b")])
    office.freeze()
    office.step(office.findings["a"][0], "notified", "confirmed", "published")
    (one,), _ = demanded(office, now=AFTER + timedelta(days=60))
    assert "【待填：异议、复核的途径和期限】" in text_of(one.folder / rectifying.NOTICE)


def test_the_command_writes_and_says_what_it_held_back_and_enters_nothing(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=(HIT,)), Inspected(id="b", place="乙县", findings=(HIT,)))
    office = replace(office, house=replace(office.house, cases=CaseRules(rectify_days=3)))
    office.freeze()
    office.step(office.findings["a"][0], "notified", "confirmed", "published")
    office.step(office.findings["b"][0], "notified", "confirmed", now=NOW)
    size = office.holdings.ledger.size
    out = office.folder / "out"
    done = run(office, "notice", "--period", "2021Q1", "--rectify", "-o", str(out), "--by", "张三")
    assert done.exit_code == 0, done.output
    assert (
        "未发通知　网站b（2021Q1-0001）：已确认，还没有通报" in done.output
        and "共写出1个单位的整改通知单" in done.output
    )
    assert "3个工作日内" in text_of(out / "整改-001" / rectifying.NOTICE)
    assert office.house.holdings().ledger.size == size


def test_what_does_not_go_with_it_is_refused(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=(HIT,)))
    office.freeze()
    for words in (("--rectify", "--warn"), ("--rectify",), ("--period", "2021Q1", "--rectify", "--sent")):
        done = run(office, "notice", *words, "-o", str(office.folder / "o"))
        assert done.exit_code == 2 and not (office.folder / "o").exists(), words
