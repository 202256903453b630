"""A bulletin is drafted from data, traced sentence by sentence, cut for the public, refused until it may go out, and checkable."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from docx import Document
from docx.oxml.ns import qn

from evidence import casebook, codes, quarantine, workbook
from evidence.bulletin import checking, correction, editions, embedded, freezing, issue, notice, printing
from evidence.bulletin.book import open_book
from evidence.bulletin.form import CUT, Bulletin, Figure, Piece, Sentence
from evidence.bulletin.issue import BUNDLES, Issued, Order
from evidence.bulletin.outcome import outcomes
from evidence.bulletin.period import Result
from evidence.cli import cli
from evidence.errors import BulletinError
from evidence.manifest import VERIFIER
from evidence.model import Verdict
from tests.evidence.bulletin.offices import NOW, Bureau, Inspected, bureau
from tests.evidence.bulletin.test_notice import HOSTILE

HIT: dict[str, Any] = {"state": "hit", "against": ("①部门动态，最新2020-11-18",)}
UNDECIDED: dict[str, Any] = {"state": "undecided", "missing": ("缺登录查看",)}
SLANDER = "习近平总书计"
HARMFUL: dict[str, Any] = {
"state": "hit", "effect": "proposal", "clause": "WV-1.1", "indicator": "wording", "reviewers": 2,
"message": f"页面写作“{SLANDER}”", "against": (),
}  # fmt: skip
LATER = NOW + timedelta(days=40)
FILLED = {
    "addressees": "各县人民政府",
    "number": "示政办函〔2021〕1号",
    "appraisal": "总体平稳",
    "past": "无",
    "requirements": "举一反三",
}


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Bureau]:
    return lambda *inspected: bureau(tmp_path, inspected)


def order(office: Bureau, **fields: Any) -> Order:
    return Order(
        **{
            "period": "2021Q1",
            "out": office.folder / "out",
            "by": "张三",
            "now": LATER,
            "dated": date(2021, 2, 10),
            "fill": FILLED,
            **fields,
        }
    )


def issued(office: Bureau, **fields: Any) -> Issued:
    return issue.issue(office.house, order(office, **fields))


def ready(office: Bureau, *ids: str) -> None:
    """Ask the units of the first findings, wait, and confirm."""
    for id in ids:
        office.step(office.findings[id][0], "notified", "confirmed")


def county(make: Callable[..., Bureau]) -> Bureau:
    """An office with a failing, an exempt, an undecided and two passing sites and two accounts, one failing."""
    office = make(
        Inspected(id="a", name="甲县人民政府网", place="甲县", group="门户网站", findings=(HIT,)),
        Inspected(id="b", name="乙县人民政府网", place="乙县", group="门户网站"),
        Inspected(id="c", place="乙县", registered="注销审核中"),
        Inspected(id="d", place="丙县", findings=(UNDECIDED,)),
        Inspected(id="e", place="丙县"),
        Inspected(id="w", name="甲县发布", kind="account", place="甲县", findings=({**HIT, "clause": "NV-2.1"},)),
        Inspected(id="x", name="乙县发布", kind="account", place="乙县"),
    )
    office.freeze()
    ready(office, "a", "w")
    return office


def shown(path: Path) -> str:
    with zipfile.ZipFile(path) as packed:
        return "\n".join(embedded.paragraphs(packed))


def document(done: Issued, edition: str = "内部") -> Path:
    return next(path for path in done.files if path.suffix == ".docx" and path.parent.name == edition)


def test_the_figures_are_those_of_the_period_and_every_rate_shows_what_it_follows_from(
    make: Callable[..., Bureau],
) -> None:
    said = shown(document(issued(county(make))))
    assert "应检政府网站5个，免检1个，实检4个，合格2个，不合格1个，未能判定1个" in said
    assert "因有1个未能判定，合格率在50.00%（2/4）与75.00%（3/4）之间" in said
    assert (
        "应检政务新媒体2个，免检0个，实检2个，合格1个，不合格1个，未能判定0个，合格率50.00%（1/2，四舍五入到0.01%）"
        in said
    )
    assert "门户网站2个，不合格1个，合格率50.00%（1/2）" in said


def test_it_has_the_sections_and_annexes_of_the_founding_bulletins(make: Callable[..., Bureau]) -> None:
    said = shown(document(issued(county(make))))
    wanted = (
        "关于2021年第一季度政府网站与政务新媒体检查情况的通报", "示政办函〔2021〕1号", "各县人民政府：", "一、总体情况",
        "二、检查发现的主要问题", "三、上期通报问题的整改情况", "四、下一步工作要求",
        "附件：1.2021年第一季度政府网站检查情况表", "2021年第一季度不合格政府网站名单", "2021年第一季度未能判定名单",
        "\n示范市人民政府办公室\n2021年2月10日\n", "\n附件1\n2021年第一季度政府网站检查情况表\n",
    )  # fmt: skip
    places = [said.find(words) for words in wanted]
    assert -1 not in places and places == sorted(places), dict(zip(wanted, places, strict=True))
    assert "10个工作日内（2021年3月2日前）" in said, "the Spring Festival is no working time"


def test_problems_name_the_units_that_persons_confirmed_and_no_others(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", name="甲县网", findings=(HIT,)), Inspected(id="b", name="乙县网", findings=(HIT,)))
    office.freeze()
    ready(office, "a")
    done = issued(office)
    text = "\n".join(line.text for line in done.internal.lines)
    assert "“甲县网”经核实存在“栏目不更新（动态要闻、一级通知公告和政策文件）”问题" in text
    assert "乙县网" not in text
    for path in done.files:
        if path.parent.name == "公开" and path.suffix == ".docx":
            assert "乙县网有6个" not in shown(path), "a problem that nobody confirmed is not published"


def test_every_sentence_can_be_traced(make: Callable[..., Bureau]) -> None:
    done = issued(county(make))
    ids = [sentence.id for sentence in done.internal.sentences()]
    assert len(ids) == len(set(ids)) and all(ids)
    for sentence in done.internal.sentences():
        numbers = {int(number) for number in re.findall(r"(\d+)个(?!工作日)", sentence.text)}
        assert numbers <= {figure.part for figure in sentence.figures}, sentence.text
    named = next(one for one in done.internal.sentences() if "经核实存在" in one.text)
    assert named.exhibits and set(named.findings) <= {f.id for own in county_findings(done) for f in own}


def county_findings(done: Issued) -> list[list[Any]]:
    return [[type("F", (), {"id": id}) for id in one.findings] for one in done.internal.bundles]


def table(path: Path, heading: str) -> list[list[str]]:
    for found in Document(str(path)).tables:
        rows = [[cell.text for cell in row.cells] for row in found.rows]
        if heading in rows[0]:
            return rows
    raise AssertionError(f"no table with {heading}")


def test_a_row_of_a_list_names_clause_fact_place_time_exhibit_digest_and_code(make: Callable[..., Bureau]) -> None:
    done = issued(county(make))
    path = document(done)
    head, row = table(path, "网站名称及标识码")
    assert head[1:6] == ["地区（部门）", "网站名称及标识码", "首页网址", "主办单位", "判定依据"]
    bundle = next(one for one in done.internal.bundles if one.number == row[8].split("\n")[0])
    assert "甲县人民政府网" in row[2] and row[3] == "http://a.test/" and "国办秘函〔2019〕19号，WV-4.1" in row[5]
    assert "有6个应更新栏目未按期更新" in row[6] and "①部门动态" in row[6]
    assert "取证：2021-01-04 12:00" in row[7] and "窗口内访问1次，完整1次" in row[7]
    assert row[8].split("\n")[:2] == [bundle.number, bundle.short]
    pictures = list(Document(str(path)).element.body.iter(qn("w:drawing")))
    assert len(pictures) == 2, "a QR code for each failing row"


def test_counts_add_up_per_place_class_and_platform(make: Callable[..., Bureau]) -> None:
    path = document(issued(county(make)))
    for found in Document(str(path)).tables:
        rows = [[cell.text for cell in row.cells] for row in found.rows]
        if "应检数" not in rows[0]:
            continue
        numbers = [[int(cell) for cell in row[2:8]] for row in rows[1:]]
        assert all(due == exempt + passed + failed + open_ for due, exempt, _, passed, failed, open_ in numbers)
        if rows[-1][1] == "合计":
            assert numbers[-1] == [sum(column) for column in zip(*numbers[:-1], strict=True)]


def test_the_workbooks_have_the_same_tables_as_the_document(make: Callable[..., Bureau]) -> None:
    done = issued(county(make))
    in_document = [[[c.text for c in r.cells] for r in t.rows] for t in Document(str(document(done))).tables]
    books = [path for path in done.files if path.suffix == ".xlsx" and path.parent.name == "内部"]
    in_books = []
    for path in books:
        sheet = openpyxl.load_workbook(path).active
        rows = list(sheet.iter_rows(min_row=2, values_only=True))
        width = rows[0].index(workbook.CODES) if workbook.CODES in rows[0] else len(rows[0])
        in_books.append([[cell or "" for cell in row[:width]] for row in rows])
    assert [[[c.strip() for c in r] for r in t] for t in in_books] == [
        [[c.strip() for c in r] for r in t] for t in in_document
    ]


def test_a_row_of_a_workbook_shows_the_code_of_its_bundle(make: Callable[..., Bureau]) -> None:
    done = issued(county(make))
    shown_ = {}
    for path in (one for one in done.files if one.suffix == ".xlsx"):
        for image in openpyxl.load_workbook(path).active._images:
            shown_[path.parent.name, path.stem[-3:], image.anchor._from.row] = image._data()
    bundles = {one.number: codes.picture(one.code) for one in done.internal.bundles}
    expected = {
        (edition, f"附件{n}", m + 1): bundles[row.exhibits[0]]
        for edition in ("内部", "公开")
        for n, annex in enumerate(done.internal.annexes, 1)
        for table_ in annex.tables
        for m, row in enumerate(table_.rows, 1)
        if any(cell.code for cell in row.cells)
    }
    assert len(expected) == 4 and shown_ == expected


def test_the_last_pages_print_the_ledger_and_all_digests(make: Callable[..., Bureau]) -> None:
    office = county(make)
    done = issued(office)
    said = shown(document(done))
    state = done.internal.ledger
    assert state.signed and f"共{state.size}项，根值为{state.root}" in said
    assert all(
        one.sha256 in said and (office.folder / "out" / BUNDLES / one.file).is_file() for one in done.internal.bundles
    )
    assert office.holdings.ledger.root(state.size).hex() == state.root


def test_the_verifier_whose_digest_is_printed_is_the_one_in_the_bundles(make: Callable[..., Bureau]) -> None:
    office = county(make)
    said_ = shown(document(issued(office)))
    path = min((office.folder / "out" / BUNDLES).glob("*.zip"))
    with zipfile.ZipFile(path) as packed:
        (name,) = [one for one in packed.namelist() if one.endswith(VERIFIER)]
        assert f"（{VERIFIER}）的 SHA-256 为{hashlib.sha256(packed.read(name)).hexdigest()}" in said_


def test_what_was_quarantined_since_leaves_the_period_readable(make: Callable[..., Bureau]) -> None:
    office = county(make)
    (finding,) = office.findings["d"]
    frozen = next(one.said for one in open_book(office.holdings, "2021Q1").member("d").findings)
    asked = quarantine.Asked(by="张三", why="疑似涉密", destroy=True)
    quarantine.quarantine(office.holdings, finding.exhibits[0], asked, office.folder / "q", now=LATER)
    assert not office.holdings.store.has(frozen)
    book = open_book(office.house.holdings(), "2021Q1")
    assert {one.result for one in outcomes(book) if one.member.id == "d"} == {"open"}


def test_the_paper_follows_the_layout_of_official_documents(make: Callable[..., Bureau]) -> None:
    read = Document(str(document(issued(county(make)))))
    first = read.sections[0]
    margins = (first.top_margin, first.bottom_margin, first.left_margin, first.right_margin)
    assert [round(one.mm) for one in margins if one is not None] == [37, 35, 28, 26]
    assert [round(one.mm) for one in (first.page_width, first.page_height) if one is not None] == [210, 297]
    grid = first._sectPr.find(qn("w:docGrid"))
    assert grid is not None and grid.get(qn("w:type")) == "lines"
    assert read.settings.odd_and_even_pages_header_footer
    assert "PAGE" in first.footer._element.xml and first.even_page_footer.paragraphs[0].text.startswith("— ")
    fonts = {
        run._r.rPr.rFonts.get(qn("w:eastAsia")) for p in read.paragraphs for run in p.runs if run._r.rPr is not None
    }
    assert {"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"} <= fonts


def test_blanks_are_marked_and_stop_only_the_final_one(make: Callable[..., Bureau]) -> None:
    office = county(make)
    draft = issued(office, fill={})
    assert {"addressees", "number", "appraisal", "requirements"} <= set(draft.internal.blanks())
    assert "【待填：主送单位】" in shown(document(draft)) and "（草稿，未定稿，不得外传）" in shown(document(draft))
    with pytest.raises(BulletinError, match="还有待填的内容：addressees"):
        issued(office, fill={}, final=True, list_undecided=True)


def test_what_a_person_wrote_may_hold_no_rate_that_does_not_follow(make: Callable[..., Bureau]) -> None:
    office = county(make)
    with pytest.raises(BulletinError, match="94.3%"):
        issued(office, fill={**FILLED, "appraisal": "检查134家，8家不合格，合格率94.3%"})
    issued(office, fill={**FILLED, "appraisal": "检查134家，8家不合格，合格率94.0%，二级页面支持度不低于90%"})


def test_a_figure_that_does_not_follow_is_refused(make: Callable[..., Bureau]) -> None:
    bulletin = issued(county(make)).internal
    wrong = Sentence(
        id="s1",
        pieces=(Piece(text="合格率94.3%"),),
        figures=(Figure(name="合格率", text="94.3%", part=126, whole=134),),
    )
    line = replace(bulletin.lines[0], sentences=(wrong,))
    assert "印作94.3%，与126/134不符" in next(iter(issue.unfounded(replace(bulletin, lines=(line,)))))


def test_a_rate_of_a_table_that_does_not_follow_is_refused(make: Callable[..., Bureau]) -> None:
    office = make(*(Inspected(id=f"s{n}", place=f"{n}县") for n in range(5)))
    office.freeze()
    bulletin = issued(office).internal
    (annex, *others) = bulletin.annexes
    (table_, *more) = annex.tables
    cells = list(table_.rows[0].cells)
    cells[8] = replace(cells[8], pieces=(Piece(text="99%"),))
    wrong = replace(table_, rows=(replace(table_.rows[0], cells=tuple(cells)), *table_.rows[1:]))
    changed = replace(bulletin, annexes=(replace(annex, tables=(wrong, *more)), *others))
    assert list(issue.unfounded(bulletin)) == []
    (told,) = issue.unfounded(changed)
    assert "99%与1/1不符" in told


def test_a_blank_that_there_is_not_is_refused(make: Callable[..., Bureau]) -> None:
    with pytest.raises(BulletinError, match="没有名为praise的空白"):
        issued(county(make), fill={"praise": "很好"})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "还有1个未能判定"),
        ({"list_undecided": True, "now": NOW}, "早于上一步"),
    ],
)
def test_a_final_bulletin_is_refused_with_reasons_and_nothing_is_written(
    make: Callable[..., Bureau], fields: dict[str, Any], said: str
) -> None:
    office = county(make)
    before = office.holdings.ledger.size
    with pytest.raises(BulletinError, match=said):
        issued(office, final=True, **fields)
    assert office.holdings.ledger.size == before and not (office.folder / "out").exists()


def test_a_problem_on_which_the_unit_was_not_heard_stops_the_final_one(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=(HIT,)))
    office.freeze()
    office.step(office.findings["a"][0], "confirmed")
    with pytest.raises(BulletinError, match="没有先发核实函"):
        issued(office, final=True)


def test_a_decision_of_persons_must_have_been_laid_before_the_unit(make: Callable[..., Bureau]) -> None:
    from evidence import human

    office = make(Inspected(id="a", kind="account", findings=(UNDECIDED,)))
    office.freeze()
    (finding,) = office.findings["a"]
    video = office.folder / "录屏.mp4"
    video.write_bytes(b"video")
    target = human.target_of(finding, office.holdings, office.house.subjects)
    stated = human.Statement(kind="phone-video", by="张三", finding=finding.id)
    human.add(office.holdings, target, None, [video], stated, now=NOW)
    book = freezing.decide(office.holdings, "2021Q1", "a", "failed", by="张三", second="李四", why="录屏为证", now=NOW)
    with pytest.raises(BulletinError, match="没有先发核实函"):
        issued(office, final=True)
    written, _ = notice.write(office.house, office.holdings, book, office.folder / "n", by="张三", now=NOW, days=3)
    notice.enter_sent(office.house, office.holdings, book, written, by="张三", now=NOW)
    with pytest.raises(BulletinError, match="尚未届满"):
        issued(office, final=True, now=NOW + timedelta(days=1))
    assert "人工认定：录屏为证" in shown(document(issued(office, final=True)))


def test_the_final_one_publishes_its_cases_and_is_entered_once(make: Callable[..., Bureau]) -> None:
    office = county(make)
    done = issued(office, final=True, list_undecided=True)
    assert casebook.case_of(office.holdings, office.findings["a"][0]).state == "published"
    event = open_book(office.holdings, "2021Q1").issued()
    assert event is not None and event.document == done.internal.id
    with pytest.raises(BulletinError, match="已经印发"):
        issued(office, final=True, list_undecided=True)
    assert issue.load(office.holdings, done.internal.id) == done.internal


def test_what_changes_while_it_is_drafted_stops_the_final_one(
    make: Callable[..., Bureau], monkeypatch: pytest.MonkeyPatch
) -> None:
    office = county(make)
    sealing = issue.seal

    def meanwhile(*given: Any, **named: Any) -> Any:
        case = casebook.case_of(office.holdings, office.findings["a"][0])
        if case.state != "withdrawn":
            office.step(office.findings["a"][0], "withdrawn", now=LATER)
        return sealing(*given, **named)

    monkeypatch.setattr(issue, "seal", meanwhile)
    with pytest.raises(BulletinError, match="请重新生成"):
        issued(office, final=True, list_undecided=True)
    assert open_book(office.holdings, "2021Q1").issued() is None
    assert not (office.folder / "out" / "内部").exists()


def test_a_finding_that_was_judged_anew_since_the_freeze_is_named_nowhere(make: Callable[..., Bureau]) -> None:
    office = county(make)
    (finding,) = office.findings["a"]
    office.holdings.derived.put_finding(replace(finding, state="clear", message="已更新"))
    with pytest.raises(BulletinError, match="重新判定后"):
        issued(office, final=True, list_undecided=True)


def test_a_name_with_a_per_cent_sign_stops_nothing(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", name="服务满意度97.5%网", findings=(HIT,)))
    office.freeze()
    ready(office, "a")
    assert "服务满意度97.5%网" in shown(document(issued(office)))


def test_without_a_key_a_draft_says_so_and_a_final_one_is_refused(tmp_path: Path) -> None:
    office = bureau(tmp_path, [Inspected(id="a", findings=(HIT,))], sealed=False)
    office.freeze()
    ready(office, "a")
    assert not issued(office).sealed
    with pytest.raises(BulletinError, match="没有单位密钥"):
        issued(office, final=True)


def test_a_confirmed_problem_that_fails_nobody_is_named_only_after_the_unit_was_heard(
    make: Callable[..., Bureau],
) -> None:
    """严重表述不规范 and a pass at once, as in the first founding bulletin."""
    office = make(Inspected(id="a", name="甲县网", findings=({"state": "clear"}, HARMFUL)), Inspected(id="b"))
    office.freeze()
    (_, finding) = office.findings["a"]
    office.step(finding, "confirmed")
    freezing.decide(
        office.holdings, "2021Q1", "a", "passed", by="王五", why="属表述不规范", now=NOW + timedelta(days=1)
    )
    with pytest.raises(BulletinError, match="没有先发核实函"):
        issued(office, final=True)
    office.step(finding, "notified", "silent", now=NOW + timedelta(days=2))
    done = issued(office, final=True)
    text = "\n".join(line.text for line in done.internal.lines)
    assert "“甲县网”经核实存在“" in text and "未判定为不合格" in text and "合格率100%（2/2" in text
    assert casebook.case_of(office.holdings, finding).state == "published"
    assert [one.findings for one in done.internal.bundles] == [(finding.id,)]
    office.step(finding, "contested", "overturned", now=LATER + timedelta(days=10))
    again = corrected(office, document(done))
    assert "“甲县网”：原为合格（所列问题：2021Q1-0001），现更正为合格（所列问题：无）" in shown(document(again))


# The public edition


def harmful(make: Callable[..., Bureau]) -> Bureau:
    office = make(Inspected(id="a", name="甲县网", findings=({"state": "clear"}, HARMFUL)), Inspected(id="b"))
    office.freeze()
    office.step(office.findings["a"][1], "notified", "confirmed")
    freezing.decide(
        office.holdings,
        "2021Q1",
        "a",
        "failed",
        by="王五",
        second="赵六",
        why="属严重表述错误",
        now=LATER - timedelta(days=1),
    )
    return office


def everything_of(done: Issued, edition: str) -> str:
    """All text in all files of an edition."""
    said = []
    for path in done.files:
        if path.parent.name != edition:
            continue
        if path.suffix == ".json":
            said.append(path.read_text("utf-8"))
        else:
            with zipfile.ZipFile(path) as packed:
                said += [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
    return "\n".join(said)


def test_harmful_words_and_names_of_persons_are_in_no_file_of_the_public_edition(make: Callable[..., Bureau]) -> None:
    done = issued(harmful(make))
    assert SLANDER in everything_of(done, "内部") and "王五" in everything_of(done, "内部")
    public = everything_of(done, "公开")
    for words in (SLANDER, "王五", "赵六", "李四"):
        assert words not in public, words
    assert "甲县网" in public and CUT in public and "（此件有删减）" in public


def test_harmful_words_are_cut_wherever_a_person_repeated_them(make: Callable[..., Bureau]) -> None:
    done = issued(harmful(make), fill={**FILLED, "appraisal": f"有的网站把称谓写成{SLANDER}"})
    assert SLANDER not in everything_of(done, "公开")


@pytest.mark.parametrize("number", ["13800000000", "11010519491231002X", "a.b@example.com"])
def test_numbers_that_tell_a_person_apart_are_cut_though_nobody_marked_them(
    make: Callable[..., Bureau], number: str
) -> None:
    finding = {**HIT, "message": f"页面公开了{number}", "against": (f"联系人电话{number}",)}
    office = make(Inspected(id="a", findings=(finding,)))
    office.freeze()
    ready(office, "a")
    done = issued(office, fill={**FILLED, "appraisal": f"请联系{number}"})
    assert number not in everything_of(done, "公开") and number in everything_of(done, "内部")


def test_each_cut_is_listed_and_bound_and_only_the_internal_edition_can_open_it(make: Callable[..., Bureau]) -> None:
    done = issued(harmful(make))
    assert done.public.source == done.internal.id
    assert len(done.public.cuts) == len(done.internal.cuts) > 0
    for inside, outside in zip(done.internal.cuts, done.public.cuts, strict=True):
        assert (outside.salt, outside.commitment) == (None, inside.commitment)
    texts = [piece.text for piece in done.internal.pieces() if piece.cut]
    salts = {cut.salt: cut.commitment for cut in done.internal.cuts}
    opened = {text for text in texts for salt, bound in salts.items() if editions.commitment(salt or "", text) == bound}
    assert opened == set(texts)


def test_a_problem_nobody_confirmed_is_told_to_nobody_outside(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=({**HIT, "message": "疑似六个栏目不更新"},)), Inspected(id="b"))
    office.freeze()
    done = issued(office)
    assert "疑似六个栏目不更新" in everything_of(done, "内部")
    assert "疑似六个栏目不更新" not in everything_of(done, "公开")


# The last period, unregistered accounts


def test_rates_are_compared_with_what_the_last_bulletin_printed_in_points(make: Callable[..., Bureau]) -> None:
    office = make(*(Inspected(id=f"s{n}", findings=(HIT,) if n < 3 else ({"state": "clear"},)) for n in range(4)))
    office.freeze("2020Q4")
    ready(office, "s0", "s1", "s2")
    issued(office, period="2020Q4", final=True)
    first = open_book(office.holdings, "2020Q4")
    office.freeze("2021Q1", now=LATER)
    office.step(office.findings["s2"][0], "contested", "overturned", now=LATER + timedelta(days=1))
    office.step(office.findings["s1"][0], "rectified", now=LATER + timedelta(days=1))
    done = issued(office, past="2020Q4", now=LATER + timedelta(days=2))
    text = "\n".join(line.text for line in done.internal.lines)
    assert first.issued() is not None
    assert "合格率50.00%（2/4，四舍五入到0.01%），较上期上升25.00个百分点（上期25.00%（1/4）" in text
    assert "2020年第四季度通报的3个不合格检查对象中" in text
    for words in ("“网站s0”1个未反馈整改情况", "“网站s1”1个已整改", "“网站s2”1个撤销通报"):
        assert words in text


def test_a_period_that_was_never_issued_is_no_last_period(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a"))
    office.freeze("2020Q4")
    office.freeze("2021Q1", now=LATER)
    with pytest.raises(BulletinError, match="没有印发过通报"):
        issued(office, past="2020Q4")


def test_unregistered_accounts_are_listed_when_persons_confirmed_it_and_count_nowhere(
    make: Callable[..., Bureau],
) -> None:
    lost = {
        "state": "hit",
        "clause": "漏报",
        "indicator": "account_not_registered",
        "effect": "proposal",
        "against": (),
    }
    office = make(
        Inspected(id="a"), Inspected(id="w", kind="account", name="甲县发布", findings=({"state": "clear"}, lost))
    )
    registers = [one for one in _registers(office) if "site" in one.kinds]
    office.freeze(registers=registers)
    assert "漏报" not in shown(document(issued(office)))
    office.step(office.findings["w"][1], "confirmed")
    done = issued(office)
    said = shown(document(done))
    assert "未在登记表中登记的政务新媒体1个" in said and "3个工作日内（2021年2月20日前）补报" in said
    assert [one.kind for one in done.internal.counted if not one.name] == ["site"]
    assert table(document(done), "核对情况")[1][2].startswith("甲县发布")


def _registers(office: Bureau) -> Any:
    from evidence.registers import archive

    return archive.kept(office.holdings)


# Correction


def corrected(office: Bureau, path: Path, **fields: Any) -> Issued:
    given = order(office, out=office.folder / "correction", now=LATER + timedelta(days=60), **fields)
    return correction.correct(office.house, given, path)


def test_a_correction_names_row_reason_figures_and_both_evidences(make: Callable[..., Bureau]) -> None:
    office = county(make)
    first = issued(office, final=True, list_undecided=True)
    finding = office.findings["a"][0]
    office.step(finding, "contested", now=LATER + timedelta(days=10))
    office.step(finding, "overturned", now=LATER + timedelta(days=20), reason="单位6月25日已发布，我方漏看")
    done = corrected(office, document(first), final=True)
    said = shown(document(done))
    assert "“甲县人民政府网”：原为不合格，现更正为合格。理由：撤销通报：单位6月25日已发布，我方漏看。" in said
    assert "合格3个，不合格0个，未能判定1个，合格率75.00%（3/4）至100%（4/4）" in said
    (row,) = table(document(done), "更正理由")[1:]
    old = first.internal.bundles[0]
    new = done.internal.bundles[0]
    assert old.short in row[5] and new.short in row[6] and old.short != new.short
    assert done.internal.corrects == first.internal.id
    event = open_book(office.holdings, "2021Q1").issued()
    assert event is not None and (event.step, event.document) == ("corrected", done.internal.id)
    with pytest.raises(BulletinError, match="以最后一份为准"):
        corrected(office, document(first))


def test_what_still_stands_is_not_corrected(make: Callable[..., Bureau]) -> None:
    office = county(make)
    first = issued(office, final=True, list_undecided=True)
    with pytest.raises(BulletinError, match="没有需要更正的"):
        corrected(office, document(first))


def test_only_what_was_issued_is_corrected(make: Callable[..., Bureau]) -> None:
    office = county(make)
    draft = issued(office)
    with pytest.raises(BulletinError, match="不是检查期2021Q1印发过的通报"):
        corrected(office, document(draft))


def test_the_public_edition_names_what_it_corrects_too(make: Callable[..., Bureau]) -> None:
    office = county(make)
    first = issued(office, final=True, list_undecided=True)
    office.step(office.findings["a"][0], "contested", "overturned", now=LATER + timedelta(days=10))
    assert corrected(office, document(first, "公开")).public.corrects == first.internal.id


# Checking


def checked(done: Issued, office: Bureau, path: Path | None = None, *bundles: Path) -> Verdict:
    every = sorted((office.folder / "out" / BUNDLES).glob("*.zip"))
    return checking.check(path or document(done), bundles or every, trust=office.certificate)


def failed(verdict: Verdict) -> list[str]:
    return [one.name.partition(":")[0] for one in verdict.checks if one.passed is False]


@pytest.mark.parametrize("edition", ["内部", "公开"])
def test_document_and_bundles_belong_together(make: Callable[..., Bureau], edition: str) -> None:
    office = county(make)
    done = issued(office, final=True, list_undecided=True)
    verdict = checked(done, office, document(done, edition))
    assert verdict.holds(), [one for one in verdict.checks if one.passed is not True]
    data = document(done, edition).with_suffix(".json")
    assert checked(done, office, data).holds()


def edited(path: Path, name: str, old: str, new: str) -> Path:
    """Return a copy of a zip with words of one member changed."""
    out = path.with_name(f"x-{path.name}")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        for member in source.infolist():
            data = source.read(member)
            if member.filename == name:
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            target.writestr(member, data)
    return out


def test_a_document_whose_words_were_changed_is_seen(make: Callable[..., Bureau]) -> None:
    office = county(make)
    done = issued(office)
    path = edited(document(done), "word/document.xml", "不合格1个", "不合格2个")
    assert failed(checked(done, office, path)) == ["text"]


def test_data_whose_rate_was_changed_is_seen(make: Callable[..., Bureau]) -> None:
    office = county(make)
    done = issued(office)
    path = edited(document(done), "customXml/item2.xml", "合格率50.00%", "合格率60.00%")
    assert set(failed(checked(done, office, path))) == {"text", "rates"}


def test_a_bundle_of_another_bulletin_is_seen(make: Callable[..., Bureau], tmp_path: Path) -> None:
    office = county(make)
    done = issued(office)
    (tmp_path / "other").mkdir()
    other = bureau(tmp_path / "other", [Inspected(id="a", findings=(HIT,))])
    other.freeze()
    ready(other, "a")
    foreign = issued(other)
    (path,) = (other.folder / "out" / BUNDLES).glob("*.zip")
    assert foreign.sealed
    assert {"listed", "ledger"} <= set(failed(checked(done, office, None, path)))


def test_a_damaged_bundle_does_not_hold(make: Callable[..., Bureau]) -> None:
    office = county(make)
    done = issued(office)
    path = min((office.folder / "out" / BUNDLES).glob("*.zip"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert "holds" in failed(checked(done, office, None, path)) or "listed" in failed(checked(done, office, None, path))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"{}", b"not a bulletin", b'{"schema":"bulletin/1"}'])
@pytest.mark.parametrize("name", ["a.docx", "a.json"])
def test_what_is_no_bulletin_is_a_failed_check_and_no_accident(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    verdict = checking.check(path, [])
    assert not verdict.holds() and failed(verdict) == ["bulletin"]


def test_a_document_that_somebody_else_wrote_has_no_data(tmp_path: Path) -> None:
    plain = Document()
    plain.add_paragraph("通报")
    plain.save(str(tmp_path / "a.docx"))
    assert "没有通报的数据" in checking.check(tmp_path / "a.docx", []).checks[0].detail


# What was captured


@pytest.mark.parametrize("words", HOSTILE)
def test_captured_words_break_nothing_and_become_no_formula(make: Callable[..., Bureau], words: str) -> None:
    printable = words.replace("\ud800", "").replace("\x00", "")
    office = make(Inspected(id="a", findings=({**HIT, "message": printable, "against": (printable,) * 30},)))
    office.freeze()
    ready(office, "a")
    done = issued(office)
    Document(str(document(done)))
    for path in done.files:
        if path.suffix == ".xlsx":
            cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row if cell.value]
            assert {cell.data_type for cell in cells} == {"s"}
    assert checked(done, office).holds()


def test_a_name_in_the_register_that_would_be_a_formula_stays_a_name(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", name="+cmd|' /C calc'!A0", place="@甲县", findings=(HIT,)))
    office.freeze()
    ready(office, "a")
    for path in issued(office).files:
        if path.suffix == ".xlsx":
            cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row if cell.value]
            assert {cell.data_type for cell in cells} == {"s"}


# The command


def said(office: Bureau, *words: str) -> Any:
    return CliRunner().invoke(cli, list(words), obj={"opener": lambda _: office.house})


def test_the_commands_draft_and_check(make: Callable[..., Bureau]) -> None:
    office = county(make)
    out = office.folder / "out"
    fill = office.folder / "fill.yaml"
    fill.write_text("number: 示政办函〔2021〕1号\n", "utf-8")
    done = said(office, "bulletin", "--period", "2021Q1", "-o", str(out), "--fill", str(fill), "--by", "张三")
    assert done.exit_code == 0, done.output
    assert "待填　addressees" in done.output and "number" not in done.output and "草稿" in done.output
    bundles = [str(path) for path in sorted((out / BUNDLES).glob("*.zip"))]
    document_ = out / "内部" / "通报.docx"
    good = said(office, "verify", "--bulletin", str(document_), "--json", *bundles)
    assert good.exit_code == 0 and json.loads(good.output)["holds"]
    bad = edited(document_, "word/document.xml", "不合格1个", "不合格0个")
    assert said(office, "verify", "--bulletin", str(bad), *bundles).exit_code == 3
    assert said(office, "verify", *bundles).exit_code == 2


def test_a_fill_that_is_no_list_of_blanks_is_refused(make: Callable[..., Bureau]) -> None:
    office = county(make)
    fill = office.folder / "fill.yaml"
    fill.write_text("- a\n", "utf-8")
    done = said(office, "bulletin", "--period", "2021Q1", "-o", str(office.folder / "o"), "--fill", str(fill))
    assert done.exit_code == 2 and "NAME: text" in done.output


def test_a_bulletin_reads_back_as_it_was_written(make: Callable[..., Bureau]) -> None:
    done = issued(county(make))
    assert Bulletin.load(json.loads(document(done).with_suffix(".json").read_text("utf-8"))) == done.internal
    assert embedded.read(document(done)).bulletin == done.internal
    assert printing.printed(done.internal).bytes()


def test_no_result_is_printed_that_the_period_does_not_have(make: Callable[..., Bureau]) -> None:
    office = county(make)
    results: dict[str, Result] = {one.member: one.result for one in issued(office).internal.ended}
    assert results == {"a": "failed", "d": "open", "w": "failed"}
