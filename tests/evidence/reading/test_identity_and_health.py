"""What a page says of its site and where that does not fit; text that was lost or decoded by the wrong table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence.model import Reading
from evidence.reading import read
from tests.evidence.reading.pages import site

BODY = (
    "<h1>关于申报项目的通知公告</h1><p>发布时间：2021-06-29</p><p>" + "请各单位按时申报，逾期不再受理。" * 20 + "</p>"
)


def reading(body: str = "", head: str = "", url: str = "http://www.shifan.gov.cn/a.html") -> Reading:
    return read(replace(site(f"{head}{BODY}{body}"), url=url), at=None)


def test_the_emblem_and_the_error_report_entry_are_known_by_where_they_lead() -> None:
    said = reading(
        "<a href='//bszs.conac.cn/sitename?method=show&id=1'><img src='a.png'></a>"
        "<a href='https://zfwzgl.www.gov.cn/exposure/jiucuo.html?site_code=1234567890'><img src='b.png'></a>"
    ).identity
    assert said["emblem"].startswith("//bszs.conac.cn/")
    assert said["error_report"].endswith("site_code=1234567890")


def test_a_page_of_another_host_than_it_names_is_told_as_provenance() -> None:
    head = "<meta name='SiteDomain' content='www.shifan.gov.cn'>"
    mirror = reading(head=head, url="http://gov.mirror.example.com/a.html")
    assert any("可能是镜像" in note for note in mirror.notes)


@pytest.mark.parametrize(
    ("domain", "url"),
    [("shifan.gov.cn", "http://www.shifan.gov.cn/"), ("www.shifan.gov.cn", "http://zfb.shifan.gov.cn/"),
     ("www.shifan.gov.cn", "http://127.0.0.1:8080/"), ("http://www.shifan.gov.cn/", "https://shifan.gov.cn/x")],
)  # fmt: skip
def test_hosts_of_one_family_and_test_servers_are_no_mirror(domain: str, url: str) -> None:
    head = f"<meta name='SiteDomain' content='{domain}'>"
    assert not any("镜像" in note for note in reading(head=head, url=url).notes)


@pytest.mark.parametrize("href", ["http://[broken", "//[::1", "http://a.test:x/1.pdf", "\x00//", "http://"])
def test_a_broken_address_breaks_no_reading(href: str) -> None:
    body = f"<a href='{href}'>网站找错</a><a href='{href}.pdf'>附件1：名单</a>"
    head = f"<meta name='SiteDomain' content='{href}'>"
    assert reading(body, head=head).page_kind == "article"


def test_codes_that_contradict_each_other_are_told() -> None:
    found = reading(
        "<div class='footer'>网站标识码：1234567891 <a href='https://zfwzgl.www.gov.cn/e.html?site_code=9999999999'>找错</a></div>",
        head="<meta name='SiteIDCode' content='1234567890'>",
    )
    assert any("1234567890 与页面所示 1234567891" in note for note in found.notes)
    assert any("9999999999" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ÕþÎñ¹«¿ª 2021", "政务公开"),
        ("政务公开目录".encode().decode("gb18030"), "政务公开目录"),
        ("锟斤拷锟斤拷锟斤拷", "丢失"),
        ("\ufffd甲\ufffd乙\ufffd", "丢失"),
    ],
)
def test_text_that_was_lost_or_misread_is_told(text: str, said: str) -> None:
    assert any(said in note for note in reading(f"<p>{text}</p>").notes)


@pytest.mark.parametrize(
    "text",
    [
        "café à la crème déjà vu",
        "Größe, Übung",
        "繁體中文與簡體中文",
        "齉龘靐 生僻字",
        "ＡＢＣ全角",
        "€100",
        "one \ufffd only",
    ],
)
def test_sound_text_of_any_kind_is_not(text: str) -> None:
    assert not any("乱码" in note or "丢失" in note for note in reading(f"<p>{text}</p>").notes)
