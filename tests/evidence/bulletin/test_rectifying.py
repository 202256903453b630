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

from evidence import casebook, human, quarantine
from evidence.bulletin import correction, freezing, issue, rectifying
from evidence.bulletin.book import Book, open_book
from evidence.bulletin.notice import Held, Written
from evidence.case_event import Step
from evidence.casebook import CaseRules
from evidence.cli import cli
from evidence.errors import BulletinError
from evidence.registers import archive
from tests.evidence.bulletin.offices import NOW, Bureau, Inspected, bureau
from tests.evidence.bulletin.test_bulletin import LATER, document, issued, order
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
    for words in (("--rectify", "--warn"), ("--rectify",), ("--warn", "--sent")):
        done = run(office, "notice", *words, "-o", str(office.folder / "o"))
        assert done.exit_code == 2 and not (office.folder / "o").exists(), words


# What persons alone decided

UNDECIDED: dict[str, Any] = {
    "state": "undecided", "clause": "NV-2.1", "missing": ("缺登录查看",), "message": "网页未登录只能看到部分内容",
}  # fmt: skip
WHY = "手机录屏显示最新一条为2020-12-01"


def handed_in(office: Bureau, id: str, n: int = 0, *, kind: human.Kind = "phone-video", by: str = "孙七") -> str:
    """Hand in a video on a finding, and return its record."""
    finding = office.findings[id][n]
    video = office.folder / f"{id}-{kind}.mp4"
    video.write_bytes(f"video {id} {kind}".encode())
    target = human.target_of(finding, office.holdings, office.house.subjects)
    stated = human.Statement(kind=kind, by=by, finding=finding.id, indicator=finding.indicator, at=finding.at)
    return human.add(office.holdings, target, finding.label, [video], stated, now=NOW).id


def decided(office: Bureau, id: str, *, why: str = WHY, now: datetime = NOW, asked: bool = True) -> Book:
    """Decide 不合格 by two persons, and ask the unit."""
    freezing.decide(office.holdings, "2021Q1", id, "failed", by="张三", second="李四", why=why, now=now)
    if asked:
        freezing.enter_letter(office.holdings, "2021Q1", id, by="张三", now=now, due=date(2021, 1, 8))
    return open_book(office.holdings, "2021Q1")


def account(make: Callable[..., Bureau], *findings: dict[str, Any]) -> Bureau:
    office = make(
        Inspected(id="w", kind="account", name="甲县发布", findings=findings or (UNDECIDED,)), Inspected(id="b")
    )
    office.freeze()
    return office


def test_what_persons_decided_is_demanded_with_who_decided_and_on_what(make: Callable[..., Bureau]) -> None:
    office = account(make)
    record = handed_in(office, "w")
    handed_in(office, "w", kind="letter")
    decided(office, "w")
    done = issued(office, final=True)
    (one,), held = demanded(office)
    said = text_of(one.folder / rectifying.NOTICE)
    assert held == () and one.unit == "甲县人民政府办公室"
    for words in (
        f"人工认定不合格：{WHY}", "2021年1月5日由张三认定、李四复核", "手机录屏1份", "孙七", record[:12], "2021Q1-0001",
        "NV-2.1", "更新账号内容", done.internal.bundles[0].short, f"《{done.internal.title}》（示政办函〔2021〕1号）",
    ):  # fmt: skip
        assert words in said, words
    assert "网页未登录只能看到部分内容" not in said, "what the rules could not decide is not stated as a fact"
    assert "来函" not in said, "a letter shows nothing by itself"


def test_it_is_cited_by_what_the_persons_material_is_on(make: Callable[..., Bureau]) -> None:
    other = {**UNDECIDED, "clause": "NV-3.1", "indicator": "account_functions"}
    office = account(make, UNDECIDED, other)
    handed_in(office, "w", 1)
    decided(office, "w")
    done = issued(office, final=True)
    (one,), _ = demanded(office)
    said = text_of(one.folder / rectifying.NOTICE)
    assert "NV-3.1" in said and "NV-2.1" not in said
    assert "2021Q1-0001" in said and "2021Q1-0002" in said, "the number the bulletin printed, and that of the material"
    assert f"《{done.internal.title}》" in said and done.internal.bundles[0].short in said


def why_held(office: Bureau) -> str:
    written, (held,) = demanded(office)
    assert written == () and held.issue.member.id == "w"
    return held.why


def test_what_persons_decided_is_not_demanded_before_a_bulletin_says_so(make: Callable[..., Bureau]) -> None:
    office = account(make)
    handed_in(office, "w")
    decided(office, "w")
    assert "还没有通报" in why_held(office)
    issued(office)
    assert "还没有通报" in why_held(office), "a draft publishes nothing"


def test_a_decision_after_the_bulletin_is_not_what_was_published(make: Callable[..., Bureau]) -> None:
    office = account(make)
    handed_in(office, "w")
    decided(office, "w")
    issued(office, final=True)
    decided(office, "w", why="另有原因", now=LATER)
    assert "理由与所通报的不同" in why_held(office)
    decided(office, "w", now=LATER)
    written, held = demanded(office)
    assert (len(written), held) == (1, ()), "the same said again is what was published"


def test_whom_a_correction_clears_nothing_is_demanded_of(make: Callable[..., Bureau]) -> None:
    office = account(make)
    handed_in(office, "w")
    decided(office, "w")
    first = issued(office, final=True)
    freezing.decide(office.holdings, "2021Q1", "w", "passed", by="张三", why="单位补充材料属实", now=LATER)
    assert demanded(office) == ((), ()), "at once, not only when it is corrected"
    given = order(office, out=office.folder / "c", now=AFTER, final=True)
    correction.correct(office.house, given, document(first))
    decided(office, "w", now=AFTER)
    assert "还没有通报" in why_held(office), "the last that was issued says 合格"


def test_without_a_letter_before_or_with_its_material_gone_nothing_is_demanded(make: Callable[..., Bureau]) -> None:
    office = account(make)
    record = handed_in(office, "w")
    decided(office, "w", asked=False)
    office = replace(office, house=replace(office.house, cases=CaseRules(notify_first=False)))
    issued(office, final=True)
    assert len(demanded(office)[0]) == 1
    strict = replace(office, house=replace(office.house, cases=CaseRules()))
    assert "没有先发核实函" in why_held(strict)
    asked = quarantine.Asked(by="李四", why="疑似涉密", destroy=True)
    quarantine.quarantine(office.holdings, record, asked, office.folder / "q", now=AFTER)
    assert "材料" in why_held(office)


def test_hostile_words_of_persons_stay_words(make: Callable[..., Bureau]) -> None:
    office = account(make)
    handed_in(office, "w", by=HOSTILE[4])
    decided(office, "w", why=HOSTILE[5].replace("\ud800", "").replace("\ufffe", "") + HOSTILE[4])
    issued(office, final=True)
    (one,), _ = demanded(office)
    assert "\u202e" not in text_of(one.folder / rectifying.NOTICE)


# Sent


def sent(office: Bureau, now: datetime = AFTER) -> tuple[Written, ...]:
    """Write the notices and enter that they were sent."""
    written, _ = demanded(office, now=now)
    rectifying.enter_sent(office.house, office.holdings, "2021Q1", written, by="张三", now=now)
    return written


def test_that_it_was_sent_is_a_step_of_the_period_with_its_last_day_and_the_paper(make: Callable[..., Bureau]) -> None:
    second = {**HIT, "clause": "WV-4.3", "indicator": "blank_columns"}
    office = make(Inspected(id="a", findings=(HIT, second)), Inspected(id="b", place="乙县", findings=(HIT,)))
    office.freeze()
    published(office, "a", "b")
    before = open_book(office.holdings, "2021Q1")
    later, _ = demanded(office, now=datetime(2021, 4, 28, 15, 0, tzinfo=UTC))
    assert {one.due for one in later} == {date(2021, 5, 14)}, "five days of holiday, one Saturday worked"
    written = sent(office)
    new = open_book(office.holdings, "2021Q1").events[len(before.events) :]
    assert [(one.step, one.member, one.due, one.by) for one in new] == [
        ("demanded", "b", date(2021, 3, 2), "张三"),
        ("demanded", "a", date(2021, 3, 2), "张三"),
    ], "ten working days after 2021-02-15, in the spring holidays"
    assert new[1].findings == tuple(one.id for one in office.findings["a"])
    for event, one in zip(new, written, strict=True):
        assert event.document is not None
        assert office.holdings.store.read(event.document) == (one.folder / rectifying.NOTICE).read_bytes()
    (kept, *_) = human.of_finding(office.holdings, office.findings["b"][0])
    assert (kept.statement.kind, kept.statement.files[0].name) == ("letter", rectifying.NOTICE)
    case = casebook.case_of(office.holdings, office.findings["a"][0])
    assert case.state == "published", "the case waits for the unit as before"


def test_of_an_account_that_no_register_has_it_is_entered_too_and_a_correction_brings_its_bundle(
    make: Callable[..., Bureau],
) -> None:
    lost = {**PROPOSAL, "clause": "漏报", "indicator": "account_not_registered"}
    office = make(Inspected(id="a"), Inspected(id="w", kind="account", name="甲县发布", findings=(lost,)))
    office.freeze(registers=[one for one in archive.kept(office.holdings) if "site" in one.kinds])
    office.step(office.findings["w"][0], "notified", "confirmed")
    first = issued(office, final=True)
    (one,) = sent(office)
    assert "补报登记" in text_of(one.folder / rectifying.NOTICE)
    event = open_book(office.holdings, "2021Q1").events[-1]
    assert (event.step, event.member, event.findings) == ("demanded", "w", (office.findings["w"][0].id,))
    office.step(office.findings["w"][0], "contested", "overturned", now=AFTER + timedelta(days=1))
    given = order(office, out=office.folder / "c", now=AFTER + timedelta(days=20))
    (bundle,) = correction.correct(office.house, given, document(first)).internal.bundles
    assert bundle.findings == event.findings, "the struck one, with all that happened since"


def test_what_was_sent_is_not_sent_twice_and_says_until_when(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=(HIT,)), Inspected(id="b"))
    office.freeze()
    published(office, "a")
    written = sent(office)
    with pytest.raises(BulletinError, match="起草期间"):
        rectifying.enter_sent(office.house, office.holdings, "2021Q1", written, by="李四", now=AFTER)
    again, (held,) = demanded(office)
    assert again == () and held.why == "整改通知已于2021年2月15日发出，期限2021-03-02"
    office.step(office.findings["a"][0], "overdue", now=AFTER + timedelta(days=20))
    again, held_ = demanded(office, now=AFTER + timedelta(days=21))
    assert len(again) == 1 and held_ == (), "what is overdue may be demanded once more"


def test_a_problem_published_later_is_demanded_apart(make: Callable[..., Bureau]) -> None:
    second = {**HIT, "clause": "WV-4.3", "indicator": "blank_columns"}
    office = make(Inspected(id="a", findings=(HIT, second)), Inspected(id="b"))
    office.freeze()
    office.step(office.findings["a"][0], "notified", "confirmed")
    issued(office, final=True, list_undecided=True)
    sent(office)
    office.step(office.findings["a"][1], "notified", "confirmed", "published")
    (one,), (held,) = demanded(office, now=AFTER + timedelta(days=1))
    assert [each.cited.number for each in one.issues] == ["2021Q1-0002"] and held.issue.cited.number == "2021Q1-0001"


def test_a_problem_withdrawn_while_it_was_written_is_not_entered(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=(HIT,)), Inspected(id="b"))
    office.freeze()
    published(office, "a")
    written, _ = demanded(office)
    office.step(office.findings["a"][0], "contested", now=AFTER)
    size = office.holdings.ledger.size
    with pytest.raises(BulletinError, match="起草期间"):
        rectifying.enter_sent(office.house, office.holdings, "2021Q1", written, by="张三", now=AFTER)
    assert office.holdings.ledger.size == size


def test_the_command_enters_what_was_sent_and_the_period_shows_it(make: Callable[..., Bureau]) -> None:
    office = make(
        Inspected(id="a", findings=(HIT,)),
        Inspected(id="w", kind="account", name="甲县发布", place="乙县", findings=(UNDECIDED,)),
    )
    office.freeze()
    handed_in(office, "w")
    decided(office, "w")
    published(office, "a")
    words = ("notice", "--period", "2021Q1", "--rectify", "--sent", "--by", "张三", "-o")
    done = run(office, *words, str(office.folder / "out"))
    assert done.exit_code == 0, done.output
    assert "共写出2个单位的整改通知单，已登记为已发出" in done.output and "exhibit add" in done.output
    book = open_book(office.house.holdings(), "2021Q1")
    assert sorted(one.member or "" for one in book.events if one.step == "demanded") == ["a", "w"]
    told = run(office, "period", "show", "2021Q1")
    assert "已发整改通知" in told.output and "对象a" in told.output and "期限" in told.output
    again = run(office, *words, str(office.folder / "again"))
    assert again.exit_code == 0 and "共写出0个单位" in again.output and "整改通知已于" in again.output
