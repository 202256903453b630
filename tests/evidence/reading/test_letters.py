"""Letters and service guides are read wherever a page keeps them; writers are left out, and silence is no missing answer."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest

from evidence.model import Letter, Reading
from evidence.reading import guides, letters, read
from evidence.reading.guides import ELEMENTS
from evidence.reading.regions import Regions
from evidence.reading.tree import grow
from tests.evidence.reading.pages import TITLES, listed, site

AT = datetime(2024, 5, 6, 15, 59, 59, tzinfo=UTC)
FULL = {
    "事项名称": "公共租赁住房保障资格确认",
    "设定依据": "《示范市公共服务办法》第十二条",
    "受理条件": "具有本市户籍或者持有居住证",
    "申请材料": "申请表一份",
    "办理地点": "政务服务中心二楼",
    "实施主体": "示范市政务服务局",
    "收费标准": "不收费",
    "承诺时限": "5 个工作日",
    "咨询电话": "0000-12345678",
    "办理流程": "申请、受理、审核、办结",
}


def seen(content: str) -> Reading:
    return read(site(content), at=AT)


def letters_in(headings: str, *rows: str) -> tuple[Letter, ...]:
    def line(cells: str, tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells.split("|")) + "</tr>"

    return seen(f"<table>{line(headings, 'th')}{''.join(line(row, 'td') for row in rows)}</table>").letters


def test_a_table_of_letters_gives_their_days_units_and_states_and_not_their_writers() -> None:
    found = letters_in(
        "信件编号|信件标题|来信人|联系电话|来信时间|受理时间|答复单位|答复时间|办理状态",
        "SF001|咨询医保缴费时间|王某某|13900000000|2024-05-01 10:00|2024-05-02|市医保局|2024-05-04 09:00|已办结",
        "SF002|反映路灯不亮|李某某|13900000001|2024-05-03|2024-05-03|市住建局||办理中",
    )
    assert found == (
        Letter(
            number="SF001",
            title="咨询医保缴费时间",
            unit="市医保局",
            state="已办结",
            submitted=date(2024, 5, 1),
            accepted=date(2024, 5, 2),
            replied=date(2024, 5, 4),
        ),
        Letter(
            number="SF002",
            title="反映路灯不亮",
            unit="市住建局",
            state="办理中",
            submitted=date(2024, 5, 3),
            accepted=date(2024, 5, 3),
            replied=None,
        ),
    )
    assert not [value for one in found for value in asdict(one).values() if "某某" in str(value) or "139" in str(value)]


@pytest.mark.parametrize(
    "content",
    [
        "<p>信件编号：SF001</p><p>标题：咨询医保缴费时间</p><p>来信时间：2024-05-01</p><p>答复单位：市医保局</p><p>答复时间：2024-05-04</p>",
        "<table><tr><th>信件编号</th><td>SF001</td><th>标题</th><td>咨询医保缴费时间</td></tr><tr><th>来信时间</th>"
        "<td>2024-05-01 10:00:00</td><th>答复时间</th><td>2024-05-04</td></tr><tr><th>答复单位</th><td>市医保局</td></tr></table>",
        "<dl><dt>信件编号</dt><dd>SF001</dd><dt>标题：</dt><dd>咨询医保缴费时间</dd><dt>来信时间</dt><dd>2024年5月1日</dd>"
        "<dt>答复单位</dt><dd>市医保局</dd><dt>答复时间</dt><dd>2024年5月4日</dd></dl>",
        "<p>信件编号：SF001　标题：咨询医保缴费时间　来信时间：2024-05-01　答复单位：市医保局　答复时间：2024-05-04</p>",
    ],
)
def test_a_letters_own_page_is_read_in_every_form(content: str) -> None:
    text = "<p>您好，请问今年城乡居民医保从什么时候开始缴费？谢谢。</p>"
    (one,) = seen(f"<h1>咨询医保缴费时间</h1>{content}{text}").letters
    assert (one.number, one.title, one.unit) == ("SF001", "咨询医保缴费时间", "市医保局")
    assert (one.submitted, one.replied) == (date(2024, 5, 1), date(2024, 5, 4))


def test_a_letter_without_a_day_of_reply_says_nothing_of_one() -> None:
    (one,) = seen("<p>编号：7</p><p>标题：反映路灯不亮</p><p>提交时间：2024-05-01</p><p>状态：不予公开</p>").letters
    assert (one.replied, one.state) == (None, "不予公开")


@pytest.mark.parametrize(
    "content",
    [
        "<h1>关于受理时间的说明</h1><p>受理时间：工作日上午九时至十二时，下午二时至五时，节假日除外。</p>",
        "<table><tr><th>标题</th><th>状态</th></tr><tr><td>甲</td><td>正常</td></tr></table>",
        "<table><tr><th>编号</th><th>标题</th><th>来信时间</th></tr><tr><td>1</td><td>甲</td><td>尚未</td></tr></table>",
        "<p>提交时间：2024-05-01</p>",
        "",
    ],
)
def test_what_is_no_letter_gives_none(content: str) -> None:
    assert seen(content).letters == ()


def test_a_column_of_notices_holds_no_letters_and_no_guide() -> None:
    reading = read(
        listed([f'<li><a href="{n}.html">{t}</a><span>2024-05-0{n + 1}</span></li>' for n, t in enumerate(TITLES)]),
        at=AT,
    )
    assert (reading.letters, reading.elements) == ((), ())


@pytest.mark.parametrize(
    "form",
    [
        "<table>{}</table>|<tr><th>{}</th><td>{}</td></tr>",
        "<dl>{}</dl>|<dt>{}</dt><dd>{}</dd>",
        "<div>{}</div>|<p>{}：{}</p>",
        "<div>{}</div>|<h3>一、{}</h3><div><p>{}</p></div>",
        "<div>{}</div>|<details><summary>【{}】</summary><p>{}</p></details>",
        "<div>{}</div>|<div style='display:none'><b>{}</b><p>{}</p></div>",
    ],
)
def test_all_ten_elements_are_found_in_tables_lists_headings_folds_and_tabs_not_shown(form: str) -> None:
    around, row = form.split("|")
    content = around.format("".join(row.format(name, value) for name, value in FULL.items()))
    reading = seen("<h1>公共租赁住房保障资格确认</h1><p>请申请人仔细阅读本指南后再提交申请，谢谢配合。</p>" + content)
    assert [one.name for one in reading.elements] == list(ELEMENTS)
    assert {one.name: one.text for one in reading.elements}["fee"] == "不收费"


@pytest.mark.parametrize("nothing", ["", "暂无", "—", "/", "待补充"])
def test_an_element_with_nothing_behind_its_label_is_not_given(nothing: str) -> None:
    content = "".join(f"<tr><th>{n}</th><td>{nothing if n == '办理流程' else v}</td></tr>" for n, v in FULL.items())
    found = seen(f"<h1>办事指南</h1><table>{content}</table>").elements
    assert {one.name for one in found} == ELEMENTS.keys() - {"process"}


def test_an_article_that_names_a_place_and_a_telephone_is_no_guide() -> None:
    lines = "".join(f"<p>{name}：{FULL[name]}</p>" for name in ("办理地点", "咨询电话", "承诺时限"))
    assert not seen(f"<h1>关于开展便民服务的公告</h1>{lines}<p>欢迎广大市民前来办理，具体事项以现场为准。</p>").elements


def test_a_reading_without_letters_is_written_as_it_was_before_they_were_read() -> None:
    body = seen("<p>栏目</p>").plain()
    assert not {"letters", "elements"} & body.keys()
    assert Reading.load(body).plain() == body
    full = seen("<p>编号：7</p><p>标题：反映路灯不亮</p><p>提交时间：2024-05-01</p>")
    assert Reading.load(full.plain()) == full


def test_a_page_of_labels_without_end_is_read_in_good_time() -> None:
    tree = grow(site("<p>来信时间：2024-05-01　</p><p>办理流程</p>" * 20_000))
    assert letters.read(tree, Regions(tree), ()) == ()
    assert guides.read(tree, Regions(tree)) == ()
