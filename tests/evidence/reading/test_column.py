"""What column a page is: its name, class, place and kind; and the required tags it lacks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence.model import ColumnReading, Reading
from evidence.reading import FrameDom, read
from tests.evidence.reading.pages import CRUMB, TITLES, page, site

ROWS = "".join(f"<li><a href='{n}.html'>{t}</a><span>2021-06-29</span></li>" for n, t in enumerate(TITLES))
OLD = ROWS.replace("2021-06", "2020-06")


def of(body: str, **fields: str) -> ColumnReading:
    found = read(site(body, **fields), at=None).column
    assert found is not None
    return found


def test_a_list_knows_its_name_class_and_level_from_the_trail() -> None:
    found = of(f"<ul>{ROWS}</ul>")
    assert (found.kind, found.name, found.class_, found.level) == ("list", "通知公告", "notice", 2)
    assert found.trail == ("首页", "政务公开", "通知公告")


def test_the_tag_names_the_column_before_the_title_does() -> None:
    assert of(f"<ul>{ROWS}</ul>", crumb="", head="<meta name='ColumnName' content='政策文件'>").name == "政策文件"
    assert of(f"<ul>{ROWS}</ul>", crumb="").name == "通知公告"


@pytest.mark.parametrize(
    ("name", "class_"),
    [("工作动态", "news"), ("通知公告", "notice"), ("政策文件", "policy"), ("政策解读", "interpretation"), ("办事指南", "service"),
     ("民意征集", "survey"), ("县长信箱", "interaction"), ("财政预决算", "disclosure"), ("专题专栏", "topic")],
)  # fmt: skip
def test_the_class_is_told_by_the_name(name: str, class_: str) -> None:
    assert of(f"<ul>{ROWS}</ul>", crumb=CRUMB.replace("通知公告", name)).class_ == class_


def test_rows_behind_tabs_make_a_tabbed_column() -> None:
    tabs = f"<div><ul class='t'><li>2021</li><li>2020</li></ul><div><ul>{ROWS}</ul></div><div hidden style='display:none'><ul>{OLD}</ul></div></div>"
    assert of(tabs).kind == "tabbed"


def test_lists_under_linked_headings_make_a_parent() -> None:
    children = "".join(
        f"<div><h3><a href='/zwgk/{n}/'>子栏目{n}</a></h3><ul>{ROWS}</ul></div>" for n in ("tz", "gg", "gs")
    )
    assert of(children).kind == "parent"


def test_names_of_columns_alone_make_a_parent() -> None:
    assert (
        of(
            "<ul><li><a href='a/'>规章文件</a></li><li><a href='b/'>财政信息</a></li><li><a href='c/'>人事信息</a></li></ul>"
        ).kind
        == "parent"
    )


def test_a_library_that_is_empty_until_it_is_asked_is_search_driven() -> None:
    assert (
        of("<div><input type='text'><select><option>全部</option></select><button>查询</button></div><ul></ul>").kind
        == "search"
    )


def test_a_list_in_a_frame_of_another_host_is_embedded_and_names_it() -> None:
    outer = site("<iframe src='http://gk.other.gov.cn/list' width=800 height=600></iframe>")
    shown = replace(
        outer, frames=(*outer.frames, FrameDom(n=1, url="http://gk.other.gov.cn/list", html=f"<ul>{ROWS}</ul>"))
    )
    found = read(shown, at=None).column
    assert found is not None
    assert (found.kind, found.leads_to) == ("embedded", "gk.other.gov.cn")


def test_a_page_that_only_leads_to_another_authority_is_a_jump() -> None:
    head = "<meta http-equiv='Refresh' content='0;URL=https://zwfw.province.gov.cn/'>"
    found = read(page(f"<html><head>{head}</head><body></body></html>"), at=None).column
    assert found is not None
    assert (found.kind, found.leads_to) == ("jump", "zwfw.province.gov.cn")


@pytest.mark.parametrize(("ending", "kind"), [("pdf", "attachment"), ("mp4", "media")])
def test_files_alone_make_a_column_of_files_or_films(ending: str, kind: str) -> None:
    rows = "".join(f"<li><a href='{n}.{ending}'>{t}</a><span>2021-06-29</span></li>" for n, t in enumerate(TITLES))
    assert of(f"<ul>{rows}</ul>").kind == kind


def test_a_text_that_stands_there_for_good_is_static() -> None:
    assert (
        of(
            "<p>本局负责全县人力资源和社会保障工作，贯彻执行有关法律法规，拟订并组织实施相关规划和政策，指导所属单位开展工作，并承担上级交办的其他事项。</p>"
        ).kind
        == "static"
    )


@pytest.mark.parametrize(
    "body", ["<h1>关于申报项目的通知</h1><p>发布时间：2021-06-29</p>" + "<p>请按时申报。</p>" * 40, "404 Not Found"]
)
def test_an_article_or_an_error_is_no_column(body: str) -> None:
    assert read(page(f"<html><body>{body}</body></html>"), at=None).column is None


def tags(head: str) -> Reading:
    return read(site(f"<ul>{ROWS}</ul>", head=head), at=None)


def test_required_tags_are_missed_by_name() -> None:
    head = "<meta name='SiteName' content='某县'><meta name='sitedomain' content='a.gov.cn'><meta name='SiteIDCode' content=''>"
    assert tags(head).missing_tags == ("SiteIDCode", "ColumnName", "ColumnType")


def test_an_error_page_misses_no_tags() -> None:
    assert read(page("404 Not Found"), at=None).missing_tags == ()


def test_a_pager_by_the_list_says_that_it_goes_on() -> None:
    assert of(f"<ul>{ROWS}</ul><div class='page'>共9页 <a href='2.html'>下一页</a></div>").paged
    assert not of(f"<ul>{ROWS}</ul>").paged
