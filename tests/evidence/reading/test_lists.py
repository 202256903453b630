"""The list of a column page is read in whatever elements it is made of, and told from what stands beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from evidence.model import Reading
from evidence.reading import PageInput, read
from tests.evidence.reading.pages import CRUMB, TITLES, URL, listed, page, site

DAYS = (date(2021, 6, 29), date(2021, 6, 20), date(2021, 5, 31), date(2020, 12, 28))
AT = datetime(2021, 7, 1, 4, 0, tzinfo=UTC)


def rows(form: Callable[[int, str, date], str]) -> list[str]:
    return [form(n, title, day) for n, (title, day) in enumerate(zip(TITLES, DAYS, strict=True))]


def dated(reading: Reading) -> list[tuple[str, date | None]]:
    return [(item.title, item.date) for item in reading.items]


MAKES: dict[str, tuple[Callable[[int, str, date], str], str]] = {
    "list rows with the date behind": (lambda n, t, d: f"<li><a href='t{n}.html'>{t}</a><span>{d}</span></li>", "<ul>{}</ul>"),
    "list rows with the date before": (lambda n, t, d: f"<li><span>[{d}]</span><a href='t{n}.html'>{t}</a></li>", "<ul>{}</ul>"),
    "table rows with a number and two more columns": (
        lambda n, t, d: f"<tr><td>{n}</td><td><a href='t{n}.html'>{t}</a></td><td>办公室</td><td>{d:%Y/%m/%d}</td></tr>",
        "<table><tr><th>序号</th><th>标题</th><th>单位</th><th>日期</th></tr>{}</table>",
    ),
    "cards that are one link": (
        lambda n, t, d: f"<div class='card'><a href='t{n}.html'><h3>{t}</h3><p>摘要：{t}的全文请见附件内容。</p><em>{d:%Y.%m.%d}</em></a></div>",
        "<div>{}</div>",
    ),
    "day and month with year in separate elements": (
        lambda n, t, d: f"<li><div><b>{d:%d}</b><i>{d:%Y-%m}</i></div><a href='t{n}.html'>{t}</a></li>",
        "<ul>{}</ul>",
    ),
    "month with day and year in separate blocks": (
        lambda n, t, d: f"<li><p>{d:%m-%d}</p><p>{d:%Y}</p><a href='t{n}.html'>{t}</a></li>",
        "<ul>{}</ul>",
    ),
    "a run of links and line breaks": (lambda n, t, d: f"· <a href='t{n}.html'>{t}</a> （{d}）<br>", "<div>{}</div>"),
    "definition lists with title, summary and date": (
        lambda n, t, d: f"<dl><dt><a href='t{n}.html'>{t}</a></dt><dd>内容摘要</dd><dd>发布时间：{d} 10:22</dd></dl>",
        "<div>{}</div>",
    ),
    "terms with a labelled date in the description": (
        lambda n, t, d: f"<dt><a href='t{n}.html'>{t}</a></dt><dd>发布日期：{d.year}年{d.month}月{d.day}日</dd>",
        "<dl>{}</dl>",
    ),
    "a wrapper that is called page": (
        lambda n, t, d: f"<li><a href='t{n}.html'>{t}</a><span>{d}</span></li>",
        f"<div class='page'>{CRUMB}<ul class='list'>{{}}</ul></div>",
    ),
    "terms and descriptions side by side": (
        lambda n, t, d: f"<dt><a href='t{n}.html'>{t}</a></dt><dd>{d}</dd>",
        "<dl>{}</dl>",
    ),
    "rows with a link to the category before the title": (
        lambda n, t, d: f"<li><a href='../lm{n}/'>[公告]</a><a href='t{n}.html'>{t}</a><span>{d}</span></li>",
        "<ul>{}</ul>",
    ),
    "rows with full-width digits": (
        lambda n, t, d: "<li><a href='t{}.html'>{}</a><span>（{}）</span></li>".format(n, t, str(d).translate(str.maketrans("0123456789-", "０１２３４５６７８９－"))),
        "<ul>{}</ul>",
    ),
    "pieces of a list with rulers between": (
        lambda n, t, d: f"<ul class='p'><li><a href='t{n}.html'>{t}</a><span>{d}</span></li></ul><hr>",
        "<div>{}</div>",
    ),
}  # fmt: skip


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_rows_and_dates_are_read_whatever_the_list_is_made_of(
    make: tuple[Callable[[int, str, date], str], str],
) -> None:
    reading = read(listed(rows(make[0]), around=make[1]), at=None)
    assert dated(reading) == list(zip(TITLES, DAYS, strict=True))
    assert (reading.page_kind, reading.newest, reading.blank) == ("list", DAYS[0], False)


def test_a_title_cut_short_is_completed_from_its_title_attribute() -> None:
    reading = read(
        listed(
            [
                f"<li><a title='{t}' href='{n}.html'>{t[:12]}...</a><span>2021-06-29</span></li>"
                for n, t in enumerate(TITLES)
            ]
        ),
        at=None,
    )
    assert [item.title for item in reading.items] == list(TITLES)
    assert not any(item.cut for item in reading.items)


@pytest.mark.parametrize("sign", ["...", "…", "……", "⋯"])
@pytest.mark.parametrize("given", ["", " title='{}'"])
def test_a_title_of_which_the_rest_stands_nowhere_is_known_to_be_cut(sign: str, given: str) -> None:
    made = [
        f"<li><a{given.format(t[:12] + sign)} href='{n}.html'>{t[:12]}{sign}</a><span>2021-06-29</span></li>"
        for n, t in enumerate(TITLES)
    ]
    items = read(listed(made), at=None).items
    assert [item.cut for item in items] == [True] * len(TITLES)
    assert not any(item.cut for item in read(listed(rows(MAKES["list rows with the date behind"][0])), at=None).items)


def test_a_date_inside_a_title_is_not_the_date_of_the_row() -> None:
    reading = read(listed([f"<li><a href='{n}.html'>{t}</a></li>" for n, t in enumerate(TITLES)]), at=AT)
    assert [item.date for item in reading.items] == [None] * 4
    assert reading.newest is None


def test_links_become_absolute_where_the_address_of_the_page_is_known() -> None:
    reading = read(listed(rows(MAKES["list rows with the date behind"][0])), at=None)
    assert reading.items[0].href == "http://www.example.gov.cn/zwgk/tzgg/t0.html"


def test_an_unsorted_list_has_the_latest_of_its_dates() -> None:
    shuffled = [f"<li><a href='{n}.html'>{TITLES[n]}</a><span>{DAYS[n]}</span></li>" for n in (2, 3, 0, 1)]
    assert read(listed(shuffled), at=None).newest == DAYS[0]


def test_a_pinned_row_is_marked_and_does_not_hide_a_newer_one() -> None:
    first = f"<li><i>置顶</i><a href='9.html'>{TITLES[3]}</a><span>2015-01-01</span></li>"
    reading = read(listed([first, *rows(MAKES["list rows with the date behind"][0])[:3]]), at=None)
    assert [item.pinned for item in reading.items] == [True, False, False, False]
    assert reading.newest == DAYS[0]


def test_a_future_date_is_kept_as_such_and_is_never_the_newest() -> None:
    first = f"<li><a href='9.html'>{TITLES[3]}</a><span>2099-12-31</span></li>"
    reading = read(listed([first, *rows(MAKES["list rows with the date behind"][0])[:3]]), at=AT)
    assert reading.items[0].dated is not None and reading.items[0].dated.kind == "future"
    assert reading.newest == DAYS[0]


def side_by_side() -> PageInput:
    side = "".join(
        f"<li><a href='/x/{n}.html'>旁栏里的另一篇很长的文章标题{n}</a><span>2021-07-0{n}</span></li>"
        for n in (1, 2, 3)
    )
    main = "".join(rows(MAKES["list rows with the date behind"][0]))
    return site(
        f"<div><h3>热点排行</h3><ul>{side}</ul></div><div><h2>通知公告</h2><ul>{main}</ul><p>上一页 1 2 下一页</p></div>"
    )


def test_a_side_list_is_not_the_list() -> None:
    reading = read(side_by_side(), at=None)
    assert [item.title for item in reading.items] == list(TITLES)
    assert reading.newest == DAYS[0]


def test_a_menu_of_column_names_is_not_a_list_of_articles() -> None:
    menu = "".join(
        f"<li><a href='../{n}/'>{name}</a></li>"
        for n, name in enumerate(("规划计划", "人事信息", "政策解读", "公示公告"))
    )
    assert read(site(f"<ul>{menu}</ul>"), at=None).items == ()


def test_an_undated_row_before_the_newest_leaves_the_newest_open() -> None:
    undated = f"<li><a href='9.html'>{TITLES[3]}</a></li>"
    reading = read(listed([undated, *rows(MAKES["list rows with the date behind"][0])[:3]]), at=None)
    assert reading.newest is None
    assert any("未标日期" in note for note in reading.notes)


def test_a_list_that_gives_only_when_documents_were_signed_has_no_newest_date() -> None:
    signed = [f"<li><a href='{n}.html'>{t}</a><span>成文日期：2011-06-29</span></li>" for n, t in enumerate(TITLES)]
    reading = read(listed(signed), at=AT)
    assert reading.newest is None
    assert {item.dated.kind for item in reading.items if item.dated} == {"document"}


class TestAMonthAndDayWithoutAYear:
    def short(self, *addresses: str) -> PageInput:
        return listed(
            [
                f"<li><a href='{a}'>{t}</a><span>{d:%m-%d}</span></li>"
                for a, t, d in zip(addresses, TITLES, DAYS, strict=True)
            ]
        )

    def test_takes_the_year_of_the_same_day_in_the_address(self) -> None:
        reading = read(self.short(*(f"t{d:%Y%m%d}_1.html" for d in DAYS)), at=None)
        assert [item.date for item in reading.items] == list(DAYS)
        assert all(item.dated is not None and item.dated.certain and item.dated.how for item in reading.items)

    def test_stays_open_where_nothing_tells_the_year(self) -> None:
        reading = read(self.short("a.html", "b.html", "c.html", "d.html"), at=None)
        assert [item.date for item in reading.items] == [None] * 4
        assert reading.newest is None

    def test_is_taken_as_late_as_it_can_be_when_the_day_of_capture_is_known(self) -> None:
        reading = read(self.short("a.html", "b.html", "c.html", "d.html"), at=AT)
        assert [item.date for item in reading.items] == list(DAYS)
        assert reading.newest == DAYS[0]
        assert not any(item.dated.certain for item in reading.items if item.dated)

    def test_does_not_believe_an_address_that_carries_another_day(self) -> None:
        reading = read(self.short(*["t20170520_1.html"] * 3, "t20170520_2.html"), at=None)
        assert reading.newest is None

    def test_lies_between_its_dated_neighbours(self) -> None:
        made = rows(MAKES["list rows with the date behind"][0])[:3]
        made[1] = f"<li><a href='x.html'>{TITLES[1]}</a><span>06-20</span></li>"
        reading = read(listed(made), at=None)
        assert reading.items[1].date == DAYS[1]


def headed(*headings: str) -> Reading:
    """A table whose date column is headed so; one more column of later dates stands before it where two are given."""
    cells = "".join(f"<th>{heading}</th>" for heading in headings)
    made = "".join(
        f"<tr><td><a href='{n}.html'>{title}</a></td>"
        + "".join(f"<td>{day.replace(year=day.year - m)}</td>" for m in range(len(headings)))
        + "</tr>"
        for n, (title, day) in enumerate(zip(TITLES, DAYS, strict=True))
    )
    return read(site(f"<h2>政策文件</h2><table><tr><th>标题</th>{cells}</tr>{made}</table>"), at=None)


@pytest.mark.parametrize("heading", ["成文日期", "印发时间", "发文日期"])
def test_dates_under_a_heading_of_signing_never_make_a_column_old(heading: str) -> None:
    assert headed(heading).newest is None


def test_a_heading_of_publication_wins_over_one_of_signing_or_of_a_deadline() -> None:
    assert headed("发布日期").newest == DAYS[0]
    assert headed("成文日期", "发布日期").newest == DAYS[0].replace(year=2020)
    assert headed("截止日期", "发布日期").newest == DAYS[0].replace(year=2020)


def test_relative_dates_are_counted_from_the_capture_and_never_from_today() -> None:
    made = [
        f"<li><a href='{n}.html'>{t}</a><span>{w}</span></li>"
        for n, (t, w) in enumerate(zip(TITLES, ("刚刚", "昨天 18:20", "3天前", "2021-06-01"), strict=True))
    ]
    assert [item.date for item in read(listed(made), at=AT).items] == [
        date(2021, 7, 1),
        date(2021, 6, 30),
        date(2021, 6, 28),
        date(2021, 6, 1),
    ]
    assert read(listed(made), at=None).newest is None


def test_the_clock_in_the_head_of_a_page_dates_nothing() -> None:
    reading = read(listed([f"<li><a href='{n}.html'>{t}</a></li>" for n, t in enumerate(TITLES)]), at=None)
    assert date(2021, 12, 31) not in {one.date for one in reading.dates}


def test_the_foot_says_who_runs_the_site() -> None:
    identity = read(listed(rows(MAKES["list rows with the date behind"][0])), at=None).identity
    assert identity["site_code"] == "1234567890"
    assert identity["organiser"] == "示例县人民政府办公室"
    assert identity["icp"] == "京ICP备12345678号-1"
    assert identity["police_filing"].startswith("京公网安备")


def test_a_page_of_five_thousand_rows_is_read_whole() -> None:
    made = "".join(
        f"<li><a href='{n}.html'>第{n}号关于公开招聘的公告</a><span>2021-06-29</span></li>" for n in range(5_000)
    )
    assert len(read(page(f"<html><body><ul>{made}</ul></body></html>", url=URL), at=None).items) == 5_000


def test_a_newer_row_behind_a_tab_that_is_not_shown_leaves_the_newest_open() -> None:
    shown = "".join(rows(MAKES["list rows with the date behind"][0]))
    shut = f"<ul style='display:none'><li><a href='9.html'>{TITLES[3]}</a><span>2021-06-30</span></li></ul>"
    together = f"<h2>通知公告</h2><div><ul>{shown}</ul>{shut}</div>"
    apart = f"{CRUMB}<div class='tab'><ul>{shown}</ul></div><div class='tab' style='display:none'>{shut}</div>"
    assert read(page(f"<html><body>{apart}</body></html>", url=URL), at=None).newest is None
    reading = read(site(together), at=None)
    assert reading.newest is None
    assert any("标签页" in note for note in reading.notes)


def test_a_newer_list_beside_the_list_leaves_the_newest_open() -> None:
    """As where one part of the column stands in a frame, or two columns share a page."""
    first = "".join(rows(MAKES["list rows with the date behind"][0]))
    second = first.replace("2021-", "2022-")
    reading = read(site(f"<ul class='a'>{first}</ul><div><p>下级单位</p><ol class='b'>{second}</ol></div>"), at=None)
    assert reading.newest is None
    assert any("另有一个列表" in note for note in reading.notes)


@pytest.mark.parametrize("tail", [" 2021-06-29", "[2021-06-29]", "【2021年6月29日】"])
def test_a_date_set_off_at_the_end_of_every_title_is_the_rows_own(tail: str) -> None:
    reading = read(
        listed([f"<li><a href='{n}.html'>{title}{tail}</a></li>" for n, title in enumerate(TITLES)]), at=None
    )
    assert reading.newest == DAYS[0]


@pytest.mark.parametrize("tail", ["2021年6月29日", "（2021年6月29日）"])
def test_a_date_that_runs_on_from_the_words_of_the_titles_dates_nothing(tail: str) -> None:
    made = [f"<li><a href='{n}.html'>县政府第{n}次例行新闻发布会{tail}</a></li>" for n in range(5)]
    assert read(listed(made), at=None).newest is None


@pytest.mark.parametrize(
    ("pager", "newest"),
    [("第1页/共9页", DAYS[0]), ("共 9 页 120 条 第 1 页", DAYS[0]), ("第3页/共9页", None), ("共9页 第 9 页", None)],
)
def test_a_later_page_of_a_list_does_not_say_which_is_the_newest(pager: str, newest: date | None) -> None:
    shown = "".join(rows(MAKES["list rows with the date behind"][0]))
    assert read(site(f"<ul>{shown}</ul><div class='pages'>{pager}</div>"), at=None).newest == newest
