"""All links with where they lead and whether they are seen; signs of gambling told from honest talk of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.errors import ReadingError
from evidence.model import Reading
from evidence.reading import read, wordlist, wordlists
from tests.evidence.reading.pages import TITLES, page, site

ROWS = "".join(f"<li><a href='{n}.html'>{t}</a><span>2021-06-29</span></li>" for n, t in enumerate(TITLES))


def reading(body: str, **fields: str) -> Reading:
    return read(site(f"<ul>{ROWS}</ul>{body}", **fields), at=None)


@pytest.mark.parametrize(
    ("href", "scope"),
    [("a.html", "internal"), ("http://www.example.gov.cn/x", "internal"), ("http://zfb.example.gov.cn/", "same_authority"),
     ("https://www.gov.cn/", "public"), ("http://示例.政务.cn/", "public"), ("http://www.shop.example.com/", "external")],
)  # fmt: skip
def test_a_link_is_known_by_whose_page_it_leads_to(href: str, scope: str) -> None:
    (link,) = [one for one in reading(f"<a href='{href}'>某某链接</a>").links if one.text == "某某链接"]
    assert link.scope == scope


def test_a_link_without_text_is_called_by_its_picture() -> None:
    links = reading("<a href='/map'><img src='a.png' alt='网站地图'></a>").links
    assert [one.text for one in links if one.href.endswith("/map")] == ["网站地图"]


@pytest.mark.parametrize(
    "href", ["javascript:void(0)", "mailto:a@example.gov.cn", "tel:12345", "#", "", "data:text/html,x"]
)
def test_what_leads_to_no_page_is_no_link(href: str) -> None:
    assert all("空链接" not in one.text for one in reading(f"<a href='{href}'>空链接</a>").links)


def test_too_many_links_are_said_and_not_passed_over() -> None:
    found = reading("".join(f"<a href='/l/{n}'>x</a>" for n in range(5_100)))
    assert len(found.links) == 5_000
    assert any("只记下前5000个" in note for note in found.notes)


def test_a_shown_link_to_a_gambling_site_is_a_proposal_that_names_its_block() -> None:
    body = "<div id='ads'><a href='http://x.example.com/1'>百家乐开户</a><a href='http://y.example.com/'>友情</a></div>"
    (bad,) = reading(body).bad_links
    assert (bad.href, bad.word) == ("http://x.example.com/1", "百家乐开户")
    assert bad.block == "div#ads（2个外部链接）"


def test_the_foreign_script_that_wrote_a_link_is_named() -> None:
    body = "<div><script src='http://evil.example.net/a.js'></script><a href='http://x.example.com/'>澳门赌场</a></div>"
    (bad,) = reading(body).bad_links
    assert bad.block == "script http://evil.example.net/a.js"


@pytest.mark.parametrize(
    ("href", "text"),
    [("http://news.example.com/1", "我县公安机关打击博彩网站专项行动"), ("http://news.example.com/2", "防范网络赌场诈骗提示"),
     ("/a.html", "百家乐开户"), ("https://www.gov.cn/", "博彩公司"), ("http://x.example.com/", "承包养殖与时代孕育"),
     ("http://x.example.com/", "支援交通建设"), ("http://x.example.com/alphabet365x", "成套现代化设备")],
)  # fmt: skip
def test_honest_talk_and_honest_targets_are_no_bad_links(href: str, text: str) -> None:
    assert reading(f"<a href='{href}'>{text}</a>").bad_links == ()


def test_a_title_that_only_search_engines_see_is_hijacked() -> None:
    coded = "".join(f"&#{ord(c)};" for c in "百家乐开户")
    (bad,) = read(
        page(f"<html><head><title>{coded}</title></head><body><ul>{ROWS}</ul></body></html>"), at=None
    ).bad_links
    assert bad.href is None
    assert "以字符编码写成" in bad.why


def test_a_title_that_the_page_repeats_or_that_speaks_against_it_is_not() -> None:
    assert reading("", title="关于取缔博彩公司的通告").bad_links == ()
    assert reading("<h1>博彩公司在澳门的历史</h1>", title="博彩公司在澳门的历史").bad_links == ()


def test_a_jump_only_for_visitors_from_search_engines_is_told() -> None:
    script = "<script>if(/baidu|sogou/.test(document.referrer)){location.href='http://bad.example.com/'}</script>"
    (bad,) = reading(script).bad_links
    assert bad.href == "http://bad.example.com/"


def test_a_jump_within_the_site_is_not() -> None:
    script = "<script>if(/baidu/.test(document.referrer)){location.href='/m/index.html'}</script>"
    assert reading(script).bad_links == ()


def test_hidden_links_are_told_once_with_word_and_block() -> None:
    body = "<div style='display:none'><a href='http://x.example.com/'>百家乐开户</a></div>"
    found = reading(body)
    assert [(one.word, one.block) for one in found.hidden_links] == [("百家乐开户", "div（1个外部链接）")]
    assert found.bad_links == ()


def test_an_office_may_use_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "w.txt").write_text("[广告]\n某某保健品\n", "utf-8")
    own = wordlists.load(bad_links=tmp_path / "w.txt")
    shown = site("<a href='http://x.example.com/'>某某保健品</a><a href='http://y.example.com/'>百家乐开户</a>")
    assert [bad.word for bad in read(shown, at=None, words=own).bad_links] == ["某某保健品"]


@pytest.mark.parametrize("text", ["", "# 只有说明\n", "百家乐\n"])
def test_a_list_that_is_none_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "w.txt").write_text(text, "utf-8")
    with pytest.raises(ReadingError, match=r"w\.txt"):
        wordlist.load(tmp_path / "w.txt")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "w.txt").write_bytes("[赌博]\n百家乐".encode("gb18030"))
    with pytest.raises(ReadingError, match="UTF-8"):
        wordlist.load(tmp_path / "w.txt")
