"""A page is an error by its words and its bareness together, and what kind else by its structure."""

from __future__ import annotations

from datetime import date

import pytest

from evidence.reading import PageInput, read
from tests.evidence.reading.pages import CRUMB, FOOT, NAV, TITLES, listed, page, site

BODY = "<p>" + "根据工作安排，现将有关事项通知如下，请遵照执行。" * 12 + "</p>"


def bare(text: str, title: str = "") -> PageInput:
    return page(f"<html><head><title>{title}</title></head><body><div>{text}</div></body></html>")


@pytest.mark.parametrize(
    "text",
    ["404 Not Found", "对不起，您访问的页面不存在！", "您的访问请求已被拦截，事件编号 1234", "系统维护中，请稍后访问", "服务器内部错误",
     "请登录后查看", "Just a moment...", "请完成安全验证后继续访问", "Access Denied", "该内容已被发布者删除", "请启用JavaScript后访问"],
)  # fmt: skip
def test_a_bare_page_that_says_it_failed_is_an_error(text: str) -> None:
    reading = read(bare(text), at=None)
    assert (reading.page_kind, reading.blank) == ("error", None)
    assert reading.notes


def test_a_log_in_form_without_anything_else_is_an_error() -> None:
    form = bare("<form>用户名<input name='u'> 密码<input type='password'></form>", title="统一门户")
    assert read(form, at=None).page_kind == "error"


def test_an_empty_document_is_an_error() -> None:
    assert read(page(""), at=None).page_kind == "error"


@pytest.mark.parametrize(
    "title", ["关于网站系统维护暂停服务的公告", "公安局：请登录平台办理业务", "404医院建设工程招标公告"]
)
def test_a_column_whose_titles_speak_of_failure_is_a_list(title: str) -> None:
    rows = [f"<li><a href='{n}.html'>{title}（{n}）</a><span>2021-06-2{n}</span></li>" for n in range(3)]
    assert read(listed(rows), at=None).page_kind == "list"


def test_an_article_about_maintenance_is_an_article() -> None:
    article = site(f"<h1>关于系统维护的公告</h1><p>发布时间：2021-06-29</p><p>网站将进行系统维护，暂停服务。</p>{BODY}")
    assert read(article, at=None).page_kind == "article"


@pytest.mark.parametrize(
    "head",
    ["<meta http-equiv='Refresh' content='0;URL=/zwgk/gsgg/'>", "<script>window.location.href='/index.shtml'</script>",
     "<script>location.replace('/cms/')</script>"],
)  # fmt: skip
def test_a_page_that_only_leads_on_is_a_redirect(head: str) -> None:
    reading = read(page(f"<html><head>{head}</head><body></body></html>"), at=None)
    assert reading.page_kind == "redirect"


def test_a_list_that_refreshes_itself_is_still_a_list() -> None:
    rows = [f"<li><a href='{n}.html'>{t}</a><span>2021-06-29</span></li>" for n, t in enumerate(TITLES)]
    refreshed = site("<ul>" + "".join(rows) + "</ul>", head="<meta http-equiv='refresh' content='5;url=./'>")
    assert read(refreshed, at=None).page_kind == "list"


def test_a_page_of_many_columns_without_a_breadcrumb_is_a_home_page_and_its_newest_is_over_all() -> None:
    def column(n: int) -> str:
        rows = "".join(
            f"<li><a href='/c{n}/2021062{n}_{i}.html'>{t}</a><span>2021-06-2{n}</span></li>"
            for i, t in enumerate(TITLES)
        )
        return f"<div><h3>栏目{n}</h3><ul>{rows}</ul></div>"

    home = page(
        f"<html><body>{NAV}{''.join(map(column, range(1, 7)))}{FOOT}</body></html>", url="http://www.example.gov.cn/"
    )
    reading = read(home, at=None)
    assert (reading.page_kind, reading.newest) == ("home", date(2021, 6, 26))


def test_an_article_is_dated_by_what_it_shows() -> None:
    article = site(
        f"<h1>{TITLES[0]}</h1><div>发布时间：2021年06月29日 来源：县政府办 浏览次数：12</div>{BODY}<p>2021年6月21日</p>"
    )
    reading = read(article, at=None)
    assert reading.page_kind == "article" and reading.published is not None
    assert (reading.published.date, reading.published.kind, reading.published.certain) == (
        date(2021, 6, 29),
        "displayed",
        True,
    )
    assert {one.kind for one in reading.dates} == {"displayed", "document"}


def test_metadata_that_contradict_the_displayed_date_are_reported() -> None:
    head = "<meta name='ArticleTitle' content='x'><meta name='PubDate' content='2021-07-05 09:00'>"
    reading = read(site(f"<h1>{TITLES[0]}</h1><p>日期：2021-06-29</p>{BODY}", head=head), at=None)
    assert reading.published is not None and reading.published.date == date(2021, 6, 29)
    assert any("PubDate" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("script", "day"),
    [("var pubdata='2020年11月27日';", date(2020, 11, 27)), ('var ct = "1581517074";', date(2020, 2, 12)),
     ('{"@type":"NewsArticle","datePublished":"2020-06-05T20:35:00+08:00"}', date(2020, 6, 5))],
)  # fmt: skip
def test_a_date_that_only_a_script_carries_is_read_as_such(script: str, day: date) -> None:
    reading = read(site(f"<h1>{TITLES[0]}</h1>{BODY}<script>{script}</script>"), at=None)
    assert reading.published is not None
    assert (reading.published.date, reading.published.kind) == (day, "script")


@pytest.mark.parametrize(
    "line",
    ["今天是：2021年12月31日 星期五", "Copyright 2010-2021 版权所有 2010-01-01", "有效期至：2025-12-31", "报名截止日期：2021-12-01",
     "页面生成时间：2024-01-05 22:09"],
)  # fmt: skip
def test_clocks_rights_and_deadlines_date_no_article(line: str) -> None:
    reading = read(site(f"<h1>{TITLES[0]}</h1><p>{line}</p>{BODY}"), at=None)
    assert reading.page_kind == "article"
    assert reading.published is None or not reading.published.certain


def test_an_undated_article_is_undated() -> None:
    reading = read(site(f"<h1>{TITLES[0]}</h1>{BODY}", crumb=CRUMB), at=None)
    assert (reading.page_kind, reading.published) == ("article", None)


def test_a_date_in_the_address_is_never_certain() -> None:
    plain = site(f"<h1>{TITLES[0]}</h1>{BODY}")
    moved = PageInput(
        url="http://www.example.gov.cn/a/t20170520_1.html", status=200, headers={}, frames=plain.frames, layout=None
    )
    published = read(moved, at=None).published
    assert published is not None and (published.kind, published.certain) == ("url", False)


def test_a_heading_that_speaks_of_today_does_not_take_the_date_below_it() -> None:
    article = site(f"<h1>我市新图书馆今天开放了</h1><div><span>2020-06-05 20:35</span><span>记者</span></div>{BODY}")
    published = read(article, at=None).published
    assert published is not None and (published.date, published.certain) == (date(2020, 6, 5), True)


def test_what_baidu_asks_sites_to_say_of_a_page_is_its_date_of_publication() -> None:
    told = '{"@context": "https://ziyuan.baidu.com/contexts/cambrian.jsonld",\n "title": "甲",\n "pubDate": "2019-09-11T02:46:57"}'
    article = site(f"<h1>关于申报项目的通知公告</h1><script type='application/ld+json'>{told}</script>{BODY}")
    published = read(article, at=None).published
    assert published is not None and (published.date, published.certain) == (date(2019, 9, 11), True)


@pytest.mark.parametrize(
    "head",
    ['<script>window.DATA = {"video": {"pubtime": "2019-09-07 19:02:26"}}</script>',
     '<meta name="apub:time" content="2019-9-7 21:30:50">'],
)  # fmt: skip
def test_a_date_that_may_be_of_something_else_is_not_certain(head: str) -> None:
    published = read(site(f"{head}<h1>关于申报项目的通知公告</h1>{BODY}"), at=None).published
    assert published is None or not published.certain
