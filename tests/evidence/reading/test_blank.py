"""Blank is said only of a page that is plainly a list and plainly empty; everything else speaks against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence.reading import PageInput, read
from evidence.reading.page import Body
from tests.evidence.reading.pages import CRUMB, listed, site

EMPTY = "<h2>通知公告</h2><ul></ul>"


def blank(page: PageInput) -> bool | None:
    return read(page, at=None).blank


@pytest.mark.parametrize(
    "content",
    [
        EMPTY,
        "<h2>通知公告</h2><ul>\n\n   </ul><div class='page'></div>",
        "<h2>通知公告</h2><table><tbody></tbody></table>",
        "<h2>通知公告</h2><ul><li>暂无数据</li></ul>",
        "<h2>通知公告</h2><div>对不起，该栏目下暂无内容！</div>",
        "<h2>通知公告</h2><p>尚无资料</p>",
        "<h2>通知公告</h2><p>内容更新中……</p>",
        "<h2>通知公告</h2><ul></ul><p>共0条记录 第1页</p>",
        "<h2>通知公告</h2><div class='newslist'></div><p>共 0 条</p>",
        "<h2>通知公告</h2><p>内容更新中，敬请期待</p>",
        "<h2>通知公告</h2><table><tr><th>序号</th><th>标题</th></tr></table><div class='pages'>共0条 第1/0页</div>",
        "<h2>通知公告</h2><ul><li><a href=''></a><span></span></li></ul>",
        "<div class='page'><h2>通知公告</h2><ul></ul></div>",
    ],
)
def test_an_empty_list_in_a_column_is_blank(content: str) -> None:
    reading = read(site(content), at=None)
    assert (reading.blank, reading.page_kind, reading.newest) == (True, "list", None)
    assert reading.notes


@pytest.mark.parametrize(
    "content",
    [
        EMPTY + "<img src='a.jpg' width='800' height='600'>",
        EMPTY + "<iframe src='http://xxgk.example.gov.cn/'></iframe>",
        EMPTY + "<p><a href='a.pdf'>附件</a></p>",
        EMPTY + "<video src='a.mp4'></video>",
        EMPTY + "<p>" + "本机关职能为贯彻执行国家有关法律法规，拟订规划并组织实施。" * 3 + "</p>",
    ],
)
def test_pictures_frames_files_and_text_are_content(content: str) -> None:
    assert blank(site(content)) is False


def test_one_item_is_enough_not_to_be_blank() -> None:
    assert (
        blank(
            listed(
                ["<li><a href='1.html'>关于开展清理整顿人力资源市场秩序专项行动的通知</a><span>2017-08-08</span></li>"]
            )
        )
        is False
    )


@pytest.mark.parametrize(
    "content",
    [
        "<ul id='list'></ul><script>$.ajax({url: '/api/list', success: function (d) { $('#list').append(d); }});</script>",
        "<ul id='news'></ul><script src='/js/loadnews.js'></script>",
        "<ul><li v-for='row in rows'></li></ul><script>new Vue({el: '.m'})</script>",
        "<ul></ul><script>fetch('/data.json').then(show)</script>",
        "<ul id='lst'></ul><script>setTimeout(function () { document.getElementById('lst').innerHTML = rows }, 2500)</script>",
        "<ul class='rows'></ul><script>later(function () { document.querySelector('.m ul.rows').append(made) })</script>",
    ],
)
def test_a_list_that_a_script_would_fill_is_undecided(content: str) -> None:
    assert blank(site("<h2>通知公告</h2>" + content)) is None


def test_a_script_of_its_own_file_that_names_the_empty_list_leaves_it_undecided() -> None:
    plain = site("<h2>通知公告</h2><ul class='rows'></ul><script src='/js/jquery.js'></script>")

    def with_script(source: bytes) -> PageInput:
        script = Body(
            url="http://www.example.gov.cn/js/a.js", media_type="text/javascript", sha256="0" * 64, data=source
        )
        return replace(plain, bodies=(script,))

    assert blank(with_script(b"setTimeout(function () { $('.rows').load('list.html') }, 3000)")) is None
    assert blank(with_script(b"$('.slides').slick()")) is True


@pytest.mark.parametrize(
    "content",
    [
        "<form><label>标题</label><input name='t'><button>查询</button></form><ul></ul>",
        "<div><select><option>2024</option></select><input type='text'><a href='#'>检索</a></div><table></table>",
        "<h3><a href='c1/'>政策文件</a></h3><ul></ul><h3><a href='c2/'>通知公告</a></h3><ul></ul>",
    ],
)
def test_a_library_before_its_query_and_a_parent_of_columns_are_undecided(content: str) -> None:
    assert blank(site(content)) is None


def test_an_empty_list_without_any_sign_of_a_column_is_undecided() -> None:
    assert blank(site("<ul></ul>", crumb="")) is None


def test_a_page_without_any_list_is_undecided() -> None:
    assert blank(site("<h2>通知公告</h2>")) is None


def test_words_beside_an_empty_list_leave_it_undecided() -> None:
    assert blank(site(EMPTY + "<p>请点击左侧目录，查看本机关公开的政府信息。</p>")) is None


def test_a_navigation_menu_does_not_make_a_column_full() -> None:
    menu = "".join(
        f"<li><a href='../{n}/'>{name}</a></li>" for n, name in enumerate(("规划计划", "人事信息", "政策解读"))
    )
    assert blank(site(f"<ul>{menu}</ul>{EMPTY}")) is True


@pytest.mark.parametrize("status", [404, 403, 500, 503])
def test_an_error_page_is_never_blank(status: int) -> None:
    page = site(EMPTY)
    broken = PageInput(url=page.url, status=status, headers={}, frames=page.frames, layout=None)
    reading = read(broken, at=None)
    assert (reading.page_kind, reading.blank) == ("error", None)


def test_a_page_that_only_leads_on_is_not_blank() -> None:
    reading = read(site("", crumb=CRUMB, head="<meta http-equiv='refresh' content='0;url=/zwgk/gsgg/'>"), at=None)
    assert reading.blank is not True
