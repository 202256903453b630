"""Addresses that differ only by a session id or a timestamp are the same; what may be the number of an article is not masked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.comparing import items
from evidence.comparing.masks import PARAMETERS, bare_address, mask
from tests.evidence.comparing.test_items_and_text import item

PAGE = "http://a.test/t1.html"
NOISE = [
    (";jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9", ";jsessionid=F9E8D7C6B5A403928170F6E5D4C3B2A1.node1"),
    (";jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9", ""),
    ("?PHPSESSID=q1w2e3r4t5y6u7i8o9p0", "?PHPSESSID=p0o9i8u7y6t5r4e3w2q1"),
    ("?id=7&sid=q1w2e3r4t5y6u7i8o9p0", "?id=7&sid=p0o9i8u7y6t5r4e3w2q1"),
    ("?id=7&ASPSESSIONIDQACBDTRQ=ABCDEFGHIJKLMNOP", "?id=7"),
    ("?_t=1609732800&id=7", "?_t=1609736400&id=7"),
    ("?id=7&timestamp=1609732800123", "?id=7&timestamp=1609736400456"),
    ("?id=7&_=1609732800123#top", "?id=7&_=1609736400456#top"),
]
MATTER = [
    ("?id=1609732800", "?id=1609736400"),
    ("?sid=123", "?sid=124"),
    ("?sid=1234567890123456", "?sid=1234567890123457"),
    ("?sid=abcdefghijklmnop", "?sid=abcdefghijklmnoq"),
    ("?timestamp=20210104", "?timestamp=20210105"),
    ("?_t=7", "?_t=8"),
    ("?t=1609732800", "?t=1609736400"),
    ("?nsid=q1w2e3r4t5y6u7i8o9p0", "?nsid=p0o9i8u7y6t5r4e3w2q1"),
    ("/1609732800.html", "/1609736400.html"),
    ("?a=_t=1609732800", "?a=_t=1609736400"),
    ("#sid=q1w2e3r4t5y6u7i8o9p0", "#sid=p0o9i8u7y6t5r4e3w2q1"),
    ("?phpsessid", "?jsessionid"),
    ("/jsessionid=q1w2e3r4t5y6u7i8o9p0/a", "/jsessionid=p0o9i8u7y6t5r4e3w2q1/a"),
]


@pytest.mark.parametrize(("one", "other"), NOISE)
def test_a_session_id_or_timestamp_is_no_change_of_an_item_and_is_said(one: str, other: str) -> None:
    found = items.changes((item("甲", PAGE + one),), (item("甲", PAGE + other),))
    assert not found
    assert [(one.earlier, one.later) for one in found.noise] == [(PAGE + one, PAGE + other)]
    assert found.plain()["noise"][0]["reason"] in ("会话标识", "时间戳参数")


@pytest.mark.parametrize(("one", "other"), MATTER)
def test_what_may_tell_one_article_from_another_is_never_masked(one: str, other: str) -> None:
    assert bare_address(PAGE + one) == (PAGE + one, ())
    found = items.changes((item("甲", PAGE + one),), (item("甲", PAGE + other),))
    assert found
    assert not found.noise


def test_a_parameter_that_tells_the_items_of_one_list_apart_is_no_noise() -> None:
    """Some programs number their articles by the moment they were put up."""
    earlier = [item(title, f"{PAGE}?timestamp=16097328{n:02}") for n, title in enumerate("甲乙丙")]
    later = [*earlier[:2], replace(earlier[2], href=f"{PAGE}?timestamp=1609739999")]
    found = items.changes(earlier, later)
    assert found
    assert not found.noise


def test_an_item_that_came_is_a_change_whatever_the_session() -> None:
    earlier = [item(title, f"http://a.test/{title}?sid=q1w2e3r4t5y6u7i8o9p0") for title in "甲乙"]
    later = [item(title, f"http://a.test/{title}?sid=p0o9i8u7y6t5r4e3w2q1") for title in "丙甲乙"]
    found = items.changes(earlier, later)
    assert [one.title for one in found.added] == ["丙"]
    assert not found.removed
    assert len(found.noise) == 2


def test_another_title_or_date_under_another_session_is_a_change() -> None:
    address = PAGE + "?sid=q1w2e3r4t5y6u7i8o9p0", PAGE + "?sid=p0o9i8u7y6t5r4e3w2q1"
    assert items.changes((item("甲", address[0]),), (item("甲（更正）", address[1]),)).renamed
    assert items.changes((item("甲", address[0]),), (item("甲", address[1], None),)).redated


def test_an_address_printed_on_the_page_is_masked_in_its_session_id_and_nowhere_else() -> None:
    masked, reasons = mask("本页地址：http://a.test/t1.html;jsessionid=0A1B2C3D4E5F?id=7，请收藏")
    assert masked == "本页地址：http://a.test/t1.html;〔会话标识〕?id=7，请收藏"
    assert reasons == ("会话标识",)
    assert mask("咨询电话 sid=q1w2e3r4t5y6u7i8o9p0")[1] == ()


@settings(deadline=None)
@given(address=st.text(alphabet="a1?&;=#_tsid/.jeonPHSE", max_size=60))
def test_masking_an_address_says_why_whenever_it_hides_and_hides_nothing_twice(address: str) -> None:
    bare, reasons = bare_address(address)
    assert set(reasons) <= {each.reason for each in PARAMETERS}
    assert bare_address(bare) == (bare, ())
    assert bool(reasons) == (bare != address)
