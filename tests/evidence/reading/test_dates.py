"""Dates are found as they are written, strictly: what is no day is none, what is missing stays missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.reading import dates, read
from evidence.reading.rows import whole
from tests.evidence.reading.pages import site

FORMS = ("{y}-{m:02}-{d:02}", "{y}/{m}/{d}", "{y}.{m}.{d}", "{y}年{m}月{d}日", "[{y}-{m:02}-{d:02}]", "（{y}年{m:02}月{d:02}日）",
         "{y}-{m:02}-{d:02} 10:22:33", "发布时间：{y}-{m:02}-{d:02}T08:00")  # fmt: skip
HAN = "〇一二三四五六七八九"

days = st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31))


@given(days, st.sampled_from(FORMS))
def test_every_day_is_found_in_every_form(day: date, form: str) -> None:
    found = dates.find(form.format(y=day.year, m=day.month, d=day.day))
    assert [one.day for one in found] == [day]


@given(days, st.sampled_from(FORMS))
def test_full_width_digits_are_digits(day: date, form: str) -> None:
    wide = form.format(y=day.year, m=day.month, d=day.day).translate(
        str.maketrans("0123456789", "０１２３４５６７８９")
    )
    assert [one.day for one in dates.find(wide)] == [day]


def han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else HAN[tens] + "十") + (HAN[ones] if ones or not tens else "")


@given(days)
def test_days_written_in_chinese_numerals_are_found(day: date) -> None:
    year = "".join(HAN[int(digit)] for digit in str(day.year))
    assert [one.day for one in dates.find(f"{year}年{han(day.month)}月{han(day.day)}日")] == [day]


@given(st.text(max_size=200))
def test_any_text_gives_dates_that_stand_in_it_in_order(text: str) -> None:
    found = dates.find(text)
    assert all(text[one.start : one.end] == one.text for one in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))


@pytest.mark.parametrize(
    "text",
    ["2021-02-30", "2021-13-01", "0851-25782065", "192.168.1.12", "2021.6.29.1", "v1.10.12", "2020-2021", "10:20-11:30", "1024×768",
     "0000-00-00", "2021年6月", "〔2021〕6号", "13800138000", "1.10.12.5"],
)  # fmt: skip
def test_what_is_no_day_is_not_found(text: str) -> None:
    assert [one for one in dates.find(text) if one.form == "full"] == []


@pytest.mark.parametrize(
    ("text", "ago"),
    [("刚刚", timedelta()), ("昨天", timedelta(days=1)), ("前天 09:00", timedelta(days=2)), ("3天前", timedelta(days=3)),
     ("半小时前", timedelta(minutes=30)), ("5小时前", timedelta(hours=5)), ("2周前", timedelta(weeks=2))],
)  # fmt: skip
def test_relative_dates_say_how_long_ago(text: str, ago: timedelta) -> None:
    assert [one.ago for one in dates.find(text)] == [ago]


@given(st.integers(1, 12), st.integers(1, 28), days)
def test_a_missing_year_is_the_latest_that_is_not_after_the_day(month: int, day: int, today: date) -> None:
    completed = dates.year_of((month, day), not_after=today)
    assert completed is not None and completed <= today
    assert completed.replace(year=completed.year + 1) > today


@pytest.mark.parametrize(
    ("text", "day"),
    [("2021-06-29", date(2021, 6, 29)), ("【2021-06-29】", date(2021, 6, 29)), ("发布日期：2021年6月29日", date(2021, 6, 29)),
     ("2021-06-29 星期二", date(2021, 6, 29)), ("日期：2021-06-29 浏览次数：12次", date(2021, 6, 29)), ("来源：县政府办 2021-06-29", date(2021, 6, 29)),
     ("2021年6月29日新闻发布会", None), ("关于2021年6月29日停水的公告", None), ("截至2021-06-29共收到意见12条", None)],
)  # fmt: skip
def test_a_piece_of_text_is_a_date_only_if_it_says_nothing_else(text: str, day: date | None) -> None:
    found = whole(text)
    assert (found.day if found else None) == day


@pytest.mark.parametrize(
    ("address", "day"),
    [("../201705/t20170520_20909.html", date(2017, 5, 20)), ("/2020-02/19/c_1125597921.htm", date(2020, 2, 19)),
     ("/art/2020/6/9/art_12_345.html", date(2020, 6, 9)), ("/a/20200709/1.shtml", date(2020, 7, 9)), ("/c/20939872/x.html", None), ("/", None)],
)  # fmt: skip
def test_the_day_in_an_address_is_read_as_content_systems_write_it(address: str, day: date | None) -> None:
    assert dates.in_address(address) == day


MODIFIED = "Tue, 29 Jun 2021 02:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "kinds"),
    [({"last-modified": MODIFIED, "date": "Thu, 01 Jul 2021 02:00:00 GMT"}, ["last_modified"]), ({"last-modified": MODIFIED}, ["last_modified"]),
     ({"last-modified": MODIFIED, "date": MODIFIED}, []), ({"last-modified": "yesterday"}, []), ({}, [])],
)  # fmt: skip
def test_what_the_server_says_of_the_last_change_is_a_date_but_never_that_of_publication(
    headers: dict[str, str], kinds: list[str]
) -> None:
    article = site("<h1>关于开展专项检查工作的通知</h1><p>" + "请各单位按时申报，逾期不再受理。" * 30 + "</p>")
    reading = read(replace(article, url="http://www.example.gov.cn/a.html", headers=headers), at=None)
    assert [one.kind for one in reading.dates] == kinds
    assert reading.published is None
