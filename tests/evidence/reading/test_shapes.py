"""Lists of every make: cards, timelines, grids of pictures, rows without links, dates in pieces, years in headings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from evidence.model import Reading
from evidence.reading import read
from tests.evidence.reading.pages import TITLES, site

AT = datetime(2021, 7, 5, tzinfo=UTC)
DAYS = [date(2021, 6, 20 - n) for n in range(len(TITLES))]
Make = Callable[[int, str, date], str]


def card(n: int, t: str, d: date) -> str:
    return f"<div class='card'><a href='{n}.html'><img src='{n}.jpg'><h3>{t}</h3></a><p>根据统一部署，现将有关事项通知如下……</p><span>{d}</span></div>"


def linked_card(n: int, t: str, d: date) -> str:
    return f"<a class='card' href='{n}.html'><h3>{t}</h3><p>现将有关事项通知如下……</p><span>{d}</span></a>"


def scripted_card(n: int, t: str, d: date) -> str:
    return f"<div class='card'><div class='t'>{t}</div><div class='d'>{d}</div></div>"


def timeline(n: int, t: str, d: date) -> str:
    return f"<div class='item'><div><b>{d.day}</b><i>{d:%Y.%m}</i></div><div class='dot'></div><div><a href='{n}.html'>{t}</a></div></div>"


def headed(n: int, t: str, d: date) -> str:
    return f"<li><h4>{d.year}年{d.month}月{d.day}日</h4><p><a href='{n}.html'>{t}</a></p></li>"


def grid(n: int, t: str, d: date) -> str:
    return (
        f"<div class='cell'><a href='{n}.html'><img src='{n}.jpg'></a><p><a href='{n}.html'>{t}</a></p><p>{d}</p></div>"
    )


def pieces(n: int, t: str, d: date) -> str:
    return f"<li><div><span>{d.day}</span><em>{d.month:02}</em><i>{d.year}</i></div><a href='{n}.html'>{t}</a></li>"


def backwards(n: int, t: str, d: date) -> str:
    return f"<li><div><p>{d.year}</p><p>{d.month:02}</p><p>{d.day:02}</p></div><a href='{n}.html'>{t}</a></li>"


def english(n: int, t: str, d: date) -> str:
    return f"<li><div><p>{d.day}</p><p>{d:%b}</p><p>{d.year}</p></div><a href='{n}.html'>{t}</a></li>"


def over(n: int, t: str, d: date) -> str:
    return f"<li><div><p>{d:%m-%d}</p><p>{d.year}</p></div><a href='{n}.html'>{t}</a></li>"


MAKES: dict[str, Make] = {
    one.__name__: one
    for one in (card, linked_card, scripted_card, timeline, headed, grid, pieces, backwards, english, over)
}


def listed(make: Make) -> Reading:
    rows = "".join(make(n, title, day) for n, (title, day) in enumerate(zip(TITLES, DAYS, strict=True)))
    holder = "ul" if rows.startswith("<li") else "div"
    return read(site(f"<{holder} class='box'>{rows}</{holder}>"), at=AT)


@pytest.mark.parametrize("make", MAKES)
def test_a_list_of_any_make_is_read_row_by_row(make: str) -> None:
    found = listed(MAKES[make])
    assert found.page_kind == "list"
    assert [(item.title, item.date) for item in found.items] == list(zip(TITLES, DAYS, strict=True))
    assert found.newest == DAYS[0]


def test_rows_that_a_script_opens_lead_nowhere() -> None:
    assert {item.href for item in listed(scripted_card).items} == {None}


@pytest.mark.parametrize(
    "body",
    [
        "<p>2021-06-20 开工</p><p>第二段写了很长的文字说明这项工作的进展情况。</p><p>2021-06-21 竣工</p>",
        "<div><p>2021-06-20</p></div>" * 5,
    ],
)
def test_dates_in_prose_or_alone_are_no_list(body: str) -> None:
    assert read(site(body), at=AT).items == ()


def test_a_grid_of_pictures_is_a_list_by_what_they_are_called() -> None:
    cells = "".join(
        f"<a href='{n}.html'><img src='{n}.jpg' alt='{t}' width='200' height='120'></a>" for n, t in enumerate(TITLES)
    )
    found = read(site(f"<div>{cells}</div>"), at=AT)
    assert [item.title for item in found.items] == list(TITLES)
    assert found.newest is None


def test_buttons_made_of_pictures_are_none() -> None:
    cells = "".join(
        f"<a href='{n}.html'><img src='{n}.jpg' alt='按钮{n}' width='200' height='120'></a>" for n in range(5)
    )
    assert read(site(f"<div>{cells}</div>"), at=AT).items == ()


def test_rows_take_the_year_of_the_heading_they_stand_under() -> None:
    def year(of: int, month: int) -> str:
        rows = "".join(
            f"<li><span>{month:02}-{20 - n}</span><a href='{of}{n}.html'>{t}</a></li>" for n, t in enumerate(TITLES)
        )
        return f"<h3>{of}年</h3><ul>{rows}</ul>"

    found = read(site(f"<div>{year(2019, 12)}{year(2018, 12)}</div>"), at=AT)
    assert [item.date.year for item in found.items if item.date] == [2019] * len(TITLES) + [2018] * len(TITLES)
    assert found.newest == date(2019, 12, 20)
    assert all(item.dated is not None and item.dated.certain for item in found.items)


BODY = "<p>" + "根据工作安排，现将有关事项通知如下，请遵照执行。" * 20 + "</p>"


@pytest.mark.parametrize(
    "said",
    [
        "<span>06-29</span><em>2021</em>",
        "<p>06-29</p><p>2021</p>",
        "<p>29</p><p>2021-06</p>",
        "<p>29</p><p>06</p><p>2021</p>",
    ],
)
def test_an_article_s_date_in_pieces_is_put_together(said: str) -> None:
    found = read(site(f"<h1>关于开展专项检查工作的通知</h1><div>{said}</div>{BODY}"), at=AT)
    assert found.published is not None
    assert (found.published.date, found.published.certain) == (date(2021, 6, 29), True)


def short(*days: str) -> Reading:
    rows = "".join(
        f"<li><a href='{n}.html'>{t}</a><span>{d}</span></li>"
        for n, (t, d) in enumerate(zip(TITLES, days, strict=True))
    )
    return read(site(f"<ul>{rows}</ul>"), at=AT)


def test_years_of_two_digits_are_certain_only_where_the_order_of_the_rows_proves_them() -> None:
    proved = short("21-06-20", "21-05-11", "20-12-30", "20-01-02")
    assert proved.newest == date(2021, 6, 20)
    assert all(item.dated is not None and item.dated.certain for item in proved.items)
    open_ = short("12-06-12", "11-06-11", "10-06-10", "09-06-09")
    assert all(item.dated is not None and not item.dated.certain for item in open_.items)


@pytest.mark.parametrize(
    ("written", "day"),
    [("2021年6月", date(2021, 6, 30)), ("[2021-05]", date(2021, 5, 31)), ("2021年7月", date(2021, 7, 5))],
)
def test_a_month_alone_is_its_last_day_and_never_certain(written: str, day: date) -> None:
    first = short(written, "2021-04-01", "2021-03-01", "2021-02-01").items[0]
    assert first.dated is not None
    assert (first.date, first.dated.certain) == (day, False)


@pytest.mark.parametrize(
    ("written", "day", "certain"),
    [("上周三", date(2021, 6, 30), True), ("上周", date(2021, 7, 4), False), ("昨日", date(2021, 7, 4), True), ("110年6月29日", date(2021, 6, 29), True),
     ("民國110年6月29日", date(2021, 6, 29), True), ("110/06/29", date(2021, 6, 29), True), ("Jun 29, 2021", date(2021, 6, 29), True)],
)  # fmt: skip
def test_other_ways_of_writing_a_day(written: str, day: date, certain: bool) -> None:
    first = short(written, "2021-04-01", "2021-03-01", "2021-02-01").items[0]
    assert first.dated is not None
    assert (first.date, first.dated.certain) == (day, certain)
