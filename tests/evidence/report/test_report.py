"""The report says what the dossier says, hides nothing, and is the same bytes each time."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from evidence import words
from evidence.dossier import Dossier
from evidence.model import Check, ClockRef, DateReading, FilePage, Record, Redaction, Wording
from evidence.report import _numbers, render
from evidence.report.visible import clipped, visible
from tests.evidence.indicators.test_indicator_contract import GOLDEN
from tests.evidence.report.specimen import (
    Pictures,
    annex,
    artifact,
    capture,
    dossier,
    exhibit,
    item,
    reading,
    tiles,
    unreachable,
)


def page(given: Dossier, pictures: Pictures) -> LexborHTMLParser:
    return LexborHTMLParser(render(given, href=pictures.href)["index.html"].decode())


def text(given: Dossier, pictures: Pictures) -> str:
    body = page(given, pictures).body
    assert body is not None
    return re.sub(r"\s+", " ", body.text())


def alone(pictures: Pictures, **fields: object) -> Dossier:
    """A dossier whose one exhibit has a capture with these fields."""
    record = Record(capture=capture(tiles(pictures, 1200), **fields), previous=None)
    return dossier(pictures, exhibit(pictures, record=record, earlier=None, earlier_reading=None))


def test_the_same_dossier_gives_the_same_bytes() -> None:
    first, second = Pictures(), Pictures()

    assert render(dossier(first), href=first.href) == render(dossier(second), href=second.href)


def test_it_says_conclusion_clause_number_and_from_where_by_which_browser() -> None:
    pictures = Pictures()
    said = text(dossier(pictures), pictures)

    assert "示范县人民政府网有3个应更新栏目未按期更新" in said
    assert "WV-4.1 单项否决“栏目不更新”" in said
    assert "证据编号 3f9a12c43f9a" in said
    assert "自“省政务云直连”，用 Chromium 150.0.1 打开 1 个页面，其中 1 个的文档和主要区域完整" in said
    assert "经人工确认后方可对外公布" in said


def test_every_column_stands_with_whether_it_counted_and_if_not_why() -> None:
    pictures = Pictures()
    rows = [re.sub(r"\s+", " ", row.text()) for row in page(dossier(pictures), pictures).css("table.columns tbody tr")]

    assert len(rows) == 6
    assert "部门动态" in rows[0] and "2021-05-18" in rows[0] and "42天" in rows[0] and "计入" in rows[0]
    assert [row for row in rows if "党建专题" in row and "未计入：专题栏目，无定期更新要求" in row]
    assert [row for row in rows if "政策文件" in row and "未能判定：缺完整的一次访问" in row]
    assert [row for row in rows if "领导活动" in row and "正常" in row]


def test_an_indicator_may_count_several_things_of_one_label_and_pass_over_things_without_any() -> None:
    pictures = Pictures()
    blank = {"label": "bmdt", "heading": "整改情况", "index": 2}
    numbers = {
        "count": 2,
        "limit": 1,
        "comparator": ">=",
        "counted": [blank, {**blank, "heading": "完成时限", "index": 4}],
        "undecided": [{"label": "xzdt", "name": "乡镇动态", "because": "列表未收全"}],
        "not_counted": [{"label": "", "name": "备注", "because": "按惯例可以留空的列"}],
    }
    rows = page(dossier(pictures, numbers=numbers), pictures).css("table.columns tbody tr")
    said = [re.sub(r"\s+", " ", row.text()) for row in rows]

    assert "计入：第3列“整改情况”有标题而无内容；第5列“完成时限”有标题而无内容" in said[0]
    assert [one for one in said if "乡镇动态" in one and "未能判定：列表未收全" in one]
    assert [one for one in said if "备注" in one and "未计入：按惯例可以留空的列" in one]
    assert "标准超过（含）1个" in text(dossier(pictures, numbers=numbers), pictures).replace(" ", "")


def test_what_speaks_for_the_unit_and_what_is_missing_stand_there() -> None:
    pictures = Pictures()
    said = text(dossier(pictures, missing=("6月22日的一次访问",), second_look="missing"), pictures)

    assert "6月22日未能访问系我方断网，未计。" in said
    assert "6月22日的一次访问" in said
    assert "尚未复看；确认和公布之前必须换时间再看一次" in said


def test_an_undecided_finding_accuses_no_one() -> None:
    pictures = Pictures()
    tree = page(dossier(pictures, state="undecided"), pictures)

    assert tree.body is not None and tree.body.attributes["class"] == "state-undecided"
    assert "不得据此认定问题存在" in tree.body.text()
    assert "建议" not in tree.body.text()


def test_a_failed_visit_is_shown_with_its_reason_and_not_as_a_picture() -> None:
    pictures = Pictures()
    given = dossier(pictures, unreachable())

    assert "没有画面：无法访问（域名解析失败），责任方：未查明" in text(given, pictures)
    assert not page(given, pictures).css("img")


def test_other_explanations_are_excluded_only_where_the_records_say_so() -> None:
    pictures = Pictures()
    moved = alone(pictures, final_url="http://www.shifan.test/new/", coverage="partial")
    said = text(moved, pictures).replace(" ", "")

    assert "栏目迁移或跳转未排除1次访问最终到达的不是所请求的网址：bmdt" in said
    assert "来源本身只显示部分内容未排除" in said
    assert "验证页、拦截页或登录失效已排除" in said


def test_a_way_through_a_log_in_that_ends_where_it_was_meant_to_is_no_move() -> None:
    pictures = Pictures()
    through = alone(pictures, redirects=("http://www.shifan.test/login", "http://www.shifan.test/bmdt/"))

    assert "栏目迁移或跳转已排除各页最终到达所请求的网址" in text(through, pictures).replace(" ", "")


def test_an_incomplete_capture_is_never_called_complete() -> None:
    pictures = Pictures()
    whole = capture(())
    open_ = tuple(replace(check, passed=None) if check.scope == "main" else check for check in whole.checks)

    said = text(alone(pictures, checks=open_), pictures).replace(" ", "")
    assert "页面没有装载完整未能确认1次访问的完整性未能确认" in said


def test_the_state_of_our_own_machine_stands_there_and_what_did_not_pass_is_open_to_see() -> None:
    pictures = Pictures()
    record = {
        "premises": {"place": "container"},
        "checks": [
            {"name": "hosts file", "passed": False, "detail": "www.shifan.test"},
            {"name": "clock", "passed": None, "detail": "没有服务器给出时间"},
        ],
    }
    given = dossier(pictures, exhibit(pictures, cleanliness=record))
    said = text(given, pictures)

    assert "清洁性检查（1项未通过，共2项，浏览器运行在容器内）" in said
    assert "本机主机表未改写公共域名未通过www.shifan.test" in said
    assert "清洁性检查" not in text(dossier(Pictures()), Pictures())


@pytest.mark.parametrize(
    "record",
    [{}, {"checks": "x", "premises": 1}, {"checks": [None, 1, {"name": None, "passed": "yes", "detail": ["x"]}]}],
)
def test_a_cleanliness_record_of_an_odd_form_breaks_no_report(record: dict[str, object]) -> None:
    pictures = Pictures()

    assert (
        "未通过"
        not in text(dossier(pictures, exhibit(pictures, cleanliness=record)), pictures).partition("清洁性")[2][:9]
    )


def test_a_path_of_our_own_that_is_marked_leaves_our_network_open_as_an_explanation() -> None:
    pictures = Pictures()
    marked = Check(name="path clean", scope="page", passed=False, detail="出口申报为“经代理”")
    said = text(alone(pictures, checks=(marked,)), pictures)

    assert "我方网络或设备原因 未能确认1次访问的网络路径带有标记" in said
    assert "出口申报为“经代理”" in said


@pytest.mark.parametrize(
    ("fields", "notice"),
    [
        ({"purpose": "demonstration"}, "所列网站和单位均为虚构，不得作为证据使用"),
        ({"clock": ClockRef(source="simulated")}, "所列时间来自模拟时钟，不是真实的访问时间，不得作为证据使用"),
    ],
)
def test_a_demonstration_and_a_simulated_clock_are_marked_at_the_top(fields: dict[str, object], notice: str) -> None:
    pictures = Pictures()
    shown = page(alone(pictures, **fields), pictures).css_first(".notice")

    assert shown is not None and notice in shown.text()
    assert page(dossier(pictures), pictures).css_first(".notice") is None


def test_tiles_have_their_size_so_that_nothing_jumps_and_are_loaded_when_looked_at() -> None:
    pictures = Pictures()
    shown = page(dossier(pictures), pictures).css(".later .tile img")

    assert [(img.attributes["width"], img.attributes["height"]) for img in shown] == [
        ("1280", "1000"),
        ("1280", "1000"),
        ("1280", "400"),
    ]
    assert {img.attributes["loading"] for img in shown} == {"lazy"}


def test_a_hole_in_the_stack_is_shown_as_a_hole() -> None:
    pictures = Pictures()
    first, _, last = tiles(pictures)
    given = dossier(pictures, exhibit(pictures, record=Record(capture=capture((first, last)), previous=None)))

    assert "此处缺1000像素" in render(given, href=pictures.href)["index.html"].decode()


def test_paper_leaves_out_only_tiles_without_a_mark_and_says_so() -> None:
    pictures = Pictures()
    read = reading(items=(item("第四屏的一条", reading().items[0].date, 3500),), main_box=None)  # type: ignore[arg-type]
    record = Record(capture=capture(tiles(pictures, 8000)), previous=None)
    tree = page(dossier(pictures, exhibit(pictures, record=record, reading=read, earlier=None)), pictures)

    assert [n for n, tile in enumerate(tree.css(".tile")) if "screen" not in (tile.attributes["class"] or "")] == [0, 3]
    assert len(tree.css(".paper")) == 6
    assert all(tree.css(".paper")[0].text().count(word) for word in ("纸面从略", "原图见证据包"))


def test_a_blank_column_has_its_empty_region_marked() -> None:
    pictures = Pictures()
    collapsed = reading(items=(), newest=None, blank=True, main_box=(115, 386, 1050, 0))
    empty = exhibit(pictures, reading=collapsed, earlier=None)
    rect = page(dossier(pictures, empty), pictures).css_first("rect.blank")

    assert rect is not None and rect.attributes["y"] == "386" and int(rect.attributes["height"] or 0) > 0
    assert "列表页；列表空白" in text(dossier(pictures, empty), pictures)


def test_a_misprint_is_marked_in_the_report_that_is_about_it_and_in_no_other() -> None:
    pictures = Pictures()
    box = (120, 700, 400, 30)
    said = Wording(
        written="中华人名共和国", right="中华人民共和国", severity="严重", context="", source="text", box=box
    )
    shown = exhibit(pictures, reading=reading(wording=(said,)), earlier=None)

    about = page(dossier(pictures, shown, indicator="wording", clause="WV-1.1"), pictures)
    rect = about.css_first("rect.sign")
    assert rect is not None and rect.attributes["y"] == "696"
    assert "问题所在" in about.css_first(".legend").text()
    assert page(dossier(pictures, shown), pictures).css_first("rect.sign") is None


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_every_number_of_every_indicator_has_a_chinese_name(name: str) -> None:
    found = GOLDEN[name].finding(name)
    said = dict(_numbers(found.numbers))
    assert not [
        one
        for one in (*said, *said.values())
        if re.search(r"[a-z_]{3,}|[{\[]", one) and one != found.numbers.get("calendar")
    ]
    assert found.clause in words.CLAUSES or not found.clause.isascii()


def test_a_proposal_is_never_called_a_problem_that_was_found() -> None:
    pictures = Pictures()
    proposed = page(dossier(pictures, effect="proposal"), pictures)
    assert proposed.css_first(".badge").text() == "提请核对"
    assert "这是提请人工核对的线索，不是认定" in proposed.css_first(".verdict").text()
    assert "state-proposal" in (proposed.css_first("body").attributes["class"] or "")
    assert page(dossier(pictures), pictures).css_first(".badge").text() == "发现问题"


def test_points_and_shares_are_told_as_people_do() -> None:
    numbers = {"limit": 50, "comparator": ">=", "of": 175, "tenths": 25, "replied_per_mille": 750, "controlled": True}
    assert dict(_numbers(numbers)) == {
        "标准": "超过（含）5.0%",
        "访问总数": "175",
        "扣分": "2.5分",
        "显示答复的比例": "75.0%",
        "每次失败都有对照": "是",
    }


def test_marks_that_lie_about_their_place_stay_on_the_sheet() -> None:
    pictures = Pictures()
    far = reading(main_box=(-500, -500, 10**9, 10**9), items=(replace(reading().items[0], box=(0, 10**6, 5, 5)),))
    tree = page(dossier(pictures, exhibit(pictures, reading=far, earlier=None)), pictures)

    rects = [rect.attributes for rect in tree.css("svg.over rect")]
    assert {(rect["class"], rect["x"], rect["y"], rect["width"], rect["height"]) for rect in rects} == {
        ("main", "0", "0", "1280", "2400")
    }


def test_links_are_asked_only_for_artifacts_the_records_cite() -> None:
    pictures = Pictures()
    asked: list[str] = []
    stray = annex(pictures)
    assert stray.reading is not None
    foreign = replace(stray.reading.images[0], sha256="f" * 64)
    given = dossier(pictures, replace(stray, reading=replace(stray.reading, images=(foreign,))))

    render(given, href=lambda sha256: asked.append(sha256) or "x.png")  # type: ignore[func-returns-value]

    assert set(asked) <= {a.sha256 for a in stray.record.capture.artifacts}
    assert "图片原件不在本记录中" in text(given, pictures)


def test_a_picture_of_a_table_stands_beside_its_text_with_the_blank_column_marked() -> None:
    pictures = Pictures()
    tree = page(dossier(pictures, annex(pictures)), pictures)
    rect, words = tree.css_first(".scan rect"), tree.css_first(".ocr pre")
    place = tree.css_first("rect.picture")

    assert rect is not None and (rect.attributes["x"], rect.attributes["width"]) == ("520", "360")
    assert place is not None and (place.attributes["x"], place.attributes["y"]) == ("340", "400")
    assert words is not None and "序号 网站 整改情况" in words.text()
    assert "有标题而没有内容的列：第3列“整改情况”" in text(dossier(pictures, annex(pictures)), pictures)
    assert len(tree.css("table.read td.void")) == 2


def test_a_region_that_scrolls_inside_the_page_is_shown_by_itself() -> None:
    pictures = Pictures()
    region = artifact(tiles(pictures, 700)[0].sha256, role="region", box=(10, 10, 600, 400))
    record = Record(capture=capture((*tiles(pictures), region)), previous=None)

    tree = page(dossier(pictures, exhibit(pictures, record=record)), pictures)

    assert tree.css_first("figure.loose img") is not None
    assert (
        "第1幅，共1幅（页面内滚动的区域，或移开遮挡后的列表）；位于页面左10、上10像素处，600×400像素"
        in tree.css_first("figure.loose figcaption").text()
    )


def test_what_moves_is_outlined_and_named_beside_the_picture() -> None:
    pictures = Pictures()
    moved = replace(capture(tiles(pictures)), moving=((900, 20, 200, 40),))
    tree = page(dossier(pictures, exhibit(pictures, record=Record(capture=moved, previous=None))), pictures)

    assert tree.css_first("rect.moving").attributes["x"] == "900"
    assert "活动画面（不参与比对）" in tree.css_first(".legend .moving").text()


def test_the_timeline_has_a_cell_for_each_visit_and_tells_ours_from_theirs() -> None:
    pictures = Pictures()
    tree = page(dossier(pictures), pictures)
    cells = tree.css(".timeline .cell")

    assert len(cells) == 14
    assert "我方原因：无法访问（域名解析失败）" in (cells[6].attributes["title"] or "")
    assert "here" in (cells[13].attributes["class"] or "")
    assert "窗口内共访问14次，其中完整12次" in text(dossier(pictures), pictures)


def test_what_is_too_long_to_show_is_cut_aloud() -> None:
    pictures = Pictures()
    many = tuple(item(f"第{n}条", reading().items[0].date, n) for n in range(250))  # type: ignore[arg-type]
    read = reading(items=many, title="长" * 5000)
    said = text(dossier(pictures, exhibit(pictures, reading=read)), pictures)

    assert "此处列出前200条" in said and "列表条目（250条）" in said
    assert "……（共5000字，此处显示前160字）" in said


def test_an_indicator_of_the_office_may_carry_numbers_of_its_own() -> None:
    pictures = Pictures()
    odd = {"count": 2, "counted": "not a list", "share": {"n": 1, "of": 3}, "rows": [{"name": "<b>"}]}
    said = text(dossier(pictures, numbers=odd), pictures)

    assert '{"n": 1, "of": 3}' in said
    assert '[{"name": "<b>"}]' in said


def test_captured_addresses_are_text_and_never_links() -> None:
    pictures = Pictures()
    hrefs = [link.attributes["href"] or "" for link in page(dossier(pictures), pictures).css("a")]

    assert hrefs and all(href.startswith("#e") for href in hrefs)


@given(st.text(st.characters(exclude_categories=())))
def test_no_text_keeps_a_character_that_cannot_be_seen(given: str) -> None:
    shown = visible(given)

    shown.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", shown)
    assert visible(shown) == shown


@given(st.text(max_size=50), st.integers(1, 50))
def test_clipping_loses_nothing_silently(given: str, most: int) -> None:
    cut = clipped(given, most)

    assert cut == given or (cut.startswith(given[:most]) and f"共{len(given)}字" in cut)


def test_the_commands_it_tells_to_type_do_check_a_sealed_folder(tmp_path: Path) -> None:
    pictures = Pictures()
    commands = [pre.text() for pre in page(dossier(pictures), pictures).css("#verify ~ ol pre")]
    _seal(tmp_path)

    for command in (commands[0], commands[2], commands[3]):
        done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, (command, done.stderr)
    assert "openssl cms -verify" in commands[2]
    (tmp_path / "tagmanifest-sha256.txt").write_text("changed")
    assert subprocess.run(commands[2], shell=True, cwd=tmp_path, capture_output=True).returncode != 0


def _seal(folder: Path) -> None:
    """A folder in the form of an unpacked bundle, sealed by openssl."""
    (folder / "seal").mkdir()
    (folder / "data").mkdir()
    (folder / "data" / "a.txt").write_text("a")
    make = (
        "sha256sum data/a.txt > manifest-sha256.txt && sha256sum manifest-sha256.txt > tagmanifest-sha256.txt && "
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out seal/signer.pem "
        "-subj /CN=office -days 1 -addext extendedKeyUsage=emailProtection && "
        "openssl cms -sign -binary -in tagmanifest-sha256.txt -signer seal/signer.pem -inkey key.pem -outform DER "
        "-out seal/tagmanifest-sha256.txt.p7s && sha256sum seal/*.p7s seal/signer.pem > seal/seal-sha256.txt"
    )
    subprocess.run(make, shell=True, cwd=folder, check=True, capture_output=True)


def test_an_item_without_a_date_stands_there_with_the_day_it_was_first_seen() -> None:
    pictures = Pictures()
    bare = item("县政务大厅延时服务", date(2021, 5, 1), 240, date=None, dated=None)
    seen = DateReading(kind="first_seen", date=date(2021, 5, 6), text="", certain=True, how="2021-05-05的采集中还没有")
    shown = exhibit(pictures, reading=reading(items=(bare,), newest=None), first_seen=(seen,))
    said = text(dossier(pictures, shown), pictures)
    assert "无日期 首次见到 2021-05-06" in said
    assert "2021-05-05的采集中还没有" in said


def test_the_text_of_a_pdf_stands_there_page_by_page_and_a_scan_says_it_may_be_wrong() -> None:
    pictures = Pictures()
    own = FilePage(file="a" * 64, n=1, text="<b>附件正文", source="text", repeated=0)
    scan = FilePage(file="a" * 64, n=2, text="", source="scan", repeated=None, confidence=0, engine="tesseract 5")
    said = text(dossier(pictures, exhibit(pictures, reading=reading(file_pages=(own, scan)))), pictures)
    assert "PDF 附件第1页文字（文件自带） <b>附件正文" in said
    assert "PDF 附件第2页文字（扫描件，由 tesseract 5 识别" in said


def test_how_to_repeat_a_capture_stands_there_step_by_step_without_a_secret() -> None:
    pictures = Pictures()
    secret = Redaction(kind="password", where="request", length=8)
    given = alone(pictures, redactions=(secret,), redirects=("http://a.test/go",), final_url="http://a.test/end")
    said = text(given, pictures)
    assert "怎样重现" in said
    assert "其间跳转1次：http://a.test/go" in said
    assert "停在 http://a.test/end" in said
    assert f"data/sources/flow-{given.exhibits[0].record.capture.flow.name}.py" in said
    assert "已在保存前去除，不在包内" in said


@pytest.mark.parametrize("browser", [None, "x", {"viewport": "wide"}, {"viewport": [1]}, {"user_agent": 7}])
def test_an_environment_of_an_odd_form_breaks_no_steps(browser: object) -> None:
    pictures = Pictures()
    odd = exhibit(pictures, environment={"browser": browser})
    assert "怎样重现" in text(dossier(pictures, odd), pictures)
