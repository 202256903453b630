"""How a page that asks the public can be answered: whatever may be a way is one, and pages that ask nothing are not asked."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from evidence.model import Survey
from evidence.reading import read
from tests.evidence.reading.pages import site

AT = datetime(2024, 5, 6, 15, 59, 59, tzinfo=UTC)
NAME = "关于公开征求《示范市停车管理办法》意见的公告"
TEXT = (
    "为进一步规范停车管理，我局起草了《示范市停车管理办法》，现向社会公开征求意见，欢迎社会各界踊跃提出宝贵意见。" * 3
)


def seen(content: str = "", title: str = NAME) -> Survey | None:
    return read(site(f"<h1>{title}</h1><p>发布时间：2024-05-01</p><p>{TEXT}</p>{content}", title=title), at=AT).survey


def ways(content: str) -> tuple[str, ...]:
    found = seen(content)
    assert found is not None
    return found.ways


def test_a_notice_that_only_says_so_shows_no_way() -> None:
    assert seen() == Survey(ways=(), until=None, ended=False, results=False)


@pytest.mark.parametrize(
    ("way", "content"),
    [
        ("form", "<form><textarea name='yj'></textarea><input type='submit'></form>"),
        ("form", "<div style='display:none'><input type='radio' name='q'></div>"),
        ("form", "<button>提交</button>"),
        ("link", "<p><a href='/dc/1'>我要参与</a></p>"),
        ("link", "<p><a href='https://www.wjx.cn/vm/abc.aspx'>https://www.wjx.cn/vm/abc.aspx</a></p>"),
        ("link", "<p><a onclick='open()'>进行</a></p>"),
        ("link", "<p>请登陆www.example.gov.cn办理</p>"),
        ("mail", "<p>请发至 tcgl@example.gov.cn</p>"),
        ("mail", "<p>电子邮箱：[email&#160;protected]</p>"),
        ("telephone", "<p>联系电话：0000-1234567</p>"),
        ("telephone", "<p>可向 0851-25782065 提出</p>"),
        ("address", "<p>通信地址：示范市人民路1号</p>"),
        ("address", "<p>请以书面形式交我局</p>"),
        ("app", "<p>扫描下方二维码作答</p>"),
        ("frame", "<iframe src='https://other.example.com/f' width='600' height='600'></iframe>"),
        ("picture", "<img src='/qr.png' width='200' height='200'>"),
        ("picture", "<img src='/qr.png'>"),
        ("file", "<a href='/yjb.docx'>反馈表.docx</a>"),
        ("page", "<div><a href='/1_2.html'>下一页</a></div>"),
    ],
)
def test_whatever_may_be_a_way_to_answer_is_one(way: str, content: str) -> None:
    assert way in ways(content)


@pytest.mark.parametrize(
    "content",
    [
        "<p><a href='javascript:window.print()'>打印</a> <a href='#' onclick='x()'>关闭</a></p>",
        "<p>扫一扫在手机打开当前页</p>",
        "<p>上一篇：<a href='/2'>关于公开征求《示范市养犬管理条例（修订草案）》意见的公告</a></p>",
    ],
)
def test_what_every_page_has_is_no_way(content: str) -> None:
    assert ways(content) == ()


def test_the_telephone_in_the_sites_foot_is_no_way_to_answer() -> None:
    assert "telephone" not in ways("")


@pytest.mark.parametrize(
    "title",
    [
        "示范市停车管理办法",
        "关于《示范市停车管理办法》征求意见采纳情况的公告",
        "网上调查结果反馈",
        "示范市召开工作会议",
        "示范市召开工作会议部署年底重点任务-网上调查-示范市人民政府",
        "市统计局顺利完成全市群众满意度问卷工作",
        "我市举行意见征集座谈会听取代表建言献策",
    ],
)
def test_a_page_whose_title_does_not_ask_is_no_survey(title: str) -> None:
    assert seen(title=title) is None


@pytest.mark.parametrize(
    "title",
    [
        f"{NAME}_示范市人民政府",
        f"示范市人民政府-意见征集-{NAME}",
        "关于开展全市政务服务满意度问卷调查的公告",
        "2024年为民办实事项目网上征集活动",
    ],
)
def test_a_title_that_asks_makes_a_survey_wherever_it_stands_in_the_pages(title: str) -> None:
    assert seen(title=title) is not None


def test_its_end_is_the_latest_day_it_names() -> None:
    found = seen("<p>征集时间：2024年3月1日至2024年4月15日。</p>")
    assert found is not None
    assert found.until == date(2024, 5, 1)  # the line that says when it was put up counts too: never too early
    later = seen("<p>截止2024年6月15日。</p>")
    assert later is not None and later.until == date(2024, 6, 15)


@pytest.mark.parametrize("said", ["本次征集已结束", "该调查已经截止", "活动已过期"])
def test_that_it_is_over_is_read(said: str) -> None:
    found = seen(f"<p>{said}</p>")
    assert found is not None and found.ended


@pytest.mark.parametrize(
    "said",
    ["<p>结果将另行公布</p>", "<p>共收到意见12条</p>", "<a href='/jg'>意见采纳情况</a>", "<p>未收到反馈意见</p>"],
)
def test_any_word_of_results_counts(said: str) -> None:
    found = seen(said)
    assert found is not None and found.results
