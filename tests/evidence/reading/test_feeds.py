"""What platforms show of an account is read by its build: albums and their JSON, microblog posts, the time of an article."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from evidence.model import Reading
from evidence.reading import read
from tests.evidence.reading.pages import page

AT = datetime(2024, 5, 6, 15, 59, 59, tzinfo=UTC)
"""The last second of 2024-05-06 in Shanghai."""
MAY_3, APRIL_1, MARCH_1 = 1714701600, 1711936800, 1709258400
"""10:00 of the day in Shanghai."""
DATA = Path(__file__).resolve().parents[4] / "shared" / "data"


def shown(told: object) -> Reading:
    """The browser shows a JSON answer as one pre."""
    text = escape(told if isinstance(told, str) else json.dumps(told, ensure_ascii=False))
    return read(
        page(f'<html><head></head><body><pre>{text}</pre><div class="json-formatter-container"></div></body></html>'),
        at=AT,
    )


def article(time: object, title: str = "示范市召开专题会议") -> dict[str, object]:
    return {
        "title": title,
        "url": f"http://mp.test/s?mid={time}",
        "create_time": str(time),
        "msgid": "1",
        "itemidx": "1",
    }


def album(*articles: object, **more: object) -> dict[str, Any]:
    return {"base_resp": {"ret": 0}, "getalbum_resp": {"article_list": list(articles), "continue_flag": "0", **more}}


def rows(*times: object) -> Reading:
    listed = "".join(
        f'<li class="album__list-item js_album_item" data-msgid="{n}" data-link="http://mp.test/s?mid={n}" '
        f'data-title="第{n}篇文章的标题"><span class="album__item-title-wrp">第{n}篇文章的标题</span>'
        f'<span class="js_article_create_time album__item-info-item">{time}</span></li>'
        for n, time in enumerate(times)
    )
    return read(
        page(f"<html><body><div>示范发布</div><ul class='album__list js_album_list'>{listed}</ul></body></html>"), at=AT
    )


def card(words: str, time: str, *, title: str = "", mark: str = "") -> str:
    return (
        f'<article><header>{mark}<a href="/u/1">示范发布</a><a href="/1/{abs(hash(time))}" title="{title}">{time}</a>'
        f"来自 微博网页版</header><div class='detail_wbtext'>{words}</div><footer>转发 3 评论 1 赞 8</footer></article>"
    )


def blog(*cards: str) -> Reading:
    return read(page(f"<html><body><div class='main'>{''.join(cards)}</div></body></html>"), at=AT)


def days(reading: Reading) -> list[date | None]:
    return [item.date for item in reading.items]


def test_the_json_of_an_album_is_a_list_with_the_days_of_its_unix_times() -> None:
    reading = shown(album(article(MAY_3), article(APRIL_1, "通知公告")))
    assert (reading.page_kind, reading.newest, reading.blank) == ("list", date(2024, 5, 3), False)
    assert [(item.title, item.date) for item in reading.items] == [
        ("示范市召开专题会议", date(2024, 5, 3)),
        ("通知公告", date(2024, 4, 1)),
    ]
    assert reading.items[0].href == f"http://mp.test/s?mid={MAY_3}"


def test_an_album_with_one_article_gives_it_without_a_list() -> None:
    told = album()
    told["getalbum_resp"]["article_list"] = article(MAY_3)
    assert days(shown(told)) == [date(2024, 5, 3)]


def test_an_ascending_page_with_more_behind_it_does_not_know_the_newest() -> None:
    ascending = (article(MARCH_1), article(APRIL_1))
    open_end = shown(album(*ascending, continue_flag="1"))
    assert open_end.newest is None
    assert "后面还有" in open_end.notes[0]
    assert shown(album(*ascending)).newest == date(2024, 4, 1)
    assert shown(album(*reversed(ascending), continue_flag="1")).newest == date(2024, 4, 1)


@pytest.mark.parametrize(
    "told",
    [
        {"base_resp": {"ret": -3, "errmsg": "no session"}},
        {"base_resp": {"ret": "200013"}, "getalbum_resp": {"article_list": []}},
        {"getalbum_resp": "freq control", "base_resp": []},
        {"base_resp": {"ret": 0}},
    ],
)
def test_what_a_platform_answers_in_place_of_a_list_says_nothing_of_the_account(told: object) -> None:
    reading = shown(told)
    assert (reading.page_kind, reading.items, reading.newest, reading.blank) == ("error", (), None, None)
    assert "不说明账号的情况" in reading.notes[0]


@pytest.mark.parametrize(
    "time", ["", "0", "-5", "99999999999999999999", "1.5", "昨天", "１７１４７０１６００", None, [], {"a": 1}]
)
def test_a_time_that_is_none_dates_nothing(time: object) -> None:
    assert days(shown(album(article(time)))) == [None]


@pytest.mark.parametrize("text", ['{"getalbum_resp": ', "[" * 5000, '{"a": ' * 3000, "[1, 2]", '{"other": 1}', ""])
def test_json_that_is_none_or_no_album_is_read_like_any_page(text: str) -> None:
    assert shown(text).items == ()


def test_a_future_time_is_marked_and_is_not_the_newest() -> None:
    reading = shown(album(article(1893456000), article(MAY_3)))
    assert reading.newest == date(2024, 5, 3)
    assert reading.items[0].dated is not None
    assert (reading.items[0].dated.kind, reading.items[0].dated.certain) == ("future", False)


def test_the_page_of_an_album_is_read_before_and_after_its_script_turned_the_times_into_words() -> None:
    assert days(rows(MAY_3, APRIL_1)) == [date(2024, 5, 3), date(2024, 4, 1)]
    assert days(rows("2024-5-3", "2024年4月1日")) == [date(2024, 5, 3), date(2024, 4, 1)]
    assert rows("3小时前", APRIL_1).newest == date(2024, 5, 6)
    assert rows(MARCH_1, MAY_3).newest is None  # oldest first: the newest may be further down


def test_posts_are_dated_by_the_link_that_shows_their_time() -> None:
    reading = blog(
        card("今天上午，市政府召开常务会议，研究民生实事。", "10分钟前"),
        card("【便民提示】部分路段实施交通管制，请注意绕行。", "昨天 22:10"),
        card("全市森林防火工作会议召开，部署春防工作。", "5-3 10:22"),
        card("市图书馆新馆本周六开放，欢迎参观。", "23-12-28 09:00"),
        card("示范湿地公园迎来首批越冬候鸟。", "2023-5-3 10:22"),
    )
    assert days(reading) == [
        date(2024, 5, 6),
        date(2024, 5, 5),
        date(2024, 5, 3),
        date(2023, 12, 28),
        date(2023, 5, 3),
    ]
    assert (reading.page_kind, reading.newest, reading.blank) == ("list", date(2024, 5, 6), False)
    assert reading.items[0].title == "今天上午，市政府召开常务会议，研究民生实事。"


def test_a_post_whose_year_is_guessed_is_not_certain_and_the_links_own_title_settles_it() -> None:
    guessed, told = (
        blog(
            card("全市森林防火工作会议召开。", "5-3 10:22", title=t),
            card("市图书馆新馆本周六开放。", "5-2 10:22", title=t),
        )
        for t in ("", "2022-5-3 10:22")
    )
    assert [item.dated and item.dated.certain for item in guessed.items] == [False, False]
    assert days(told) == [date(2022, 5, 3)] * 2
    assert all(item.dated and item.dated.certain for item in told.items)


def test_a_pinned_old_post_stands_first_and_makes_nothing_old() -> None:
    old = card("关于本账号评论管理的说明，请网友知悉。", "2019-1-2 10:00", mark="<span>置顶</span>")
    reading = blog(old, card("今天上午，市政府召开常务会议。", "10分钟前"))
    assert reading.items[0].pinned
    assert reading.newest == date(2024, 5, 6)


@pytest.mark.parametrize("time", ["2024-05-03", "5月3日", "第1204期", "10:22", "全文", "评论 3"])
def test_links_that_are_days_of_a_calendar_or_no_times_at_all_are_no_posts(time: str) -> None:
    assert "微博" not in "".join(blog(*[card("政府公报目录和全文在此下载", time)] * 3).notes)
    from evidence.reading import posts
    from evidence.reading.tree import grow

    given = page(f"<html><body>{card('政府公报目录和全文在此下载', time) * 3}</body></html>")
    assert posts.read(grow(given), given.url, at=AT) is None


@pytest.mark.parametrize("depth", [50, 3000])
def test_a_nested_page_is_read_in_good_time(depth: int) -> None:
    deep = "<div>" * depth + card("示范市召开常务会议研究民生", "10分钟前") + "</div>" * depth
    assert blog(deep, card("示范湿地公园迎来候鸟过冬", "昨天 10:00")).newest == date(2024, 5, 6)


def test_words_of_a_microblog_that_refuses_are_an_error_and_no_fact() -> None:
    reading = read(page("<html><body><p>用户不存在</p></body></html>", status=432), at=AT)
    assert (reading.page_kind, reading.items, reading.blank) == ("error", (), None)


@pytest.mark.skipif(not DATA.is_dir(), reason="the real pages are not here")
def test_the_posts_of_a_real_account_page_are_found_with_their_times() -> None:
    folder = DATA / "weibo-2017"
    truth = next(one for one in json.loads((folder / "expected.json").read_text()) if one["posts"])
    source = (folder / truth["file"]).read_text("utf-8", "replace")
    scripts = LexborHTMLParser(source).css("script")
    views = [
        json.loads(s.text()[len("FM.view(") : s.text().rindex(")")])
        for s in scripts
        if s.text().startswith("FM.view({")
    ]
    drawn = "".join(view.get("html", "") for view in views if "feed" in view.get("domid", "").lower())
    reading = read(page(f"<html><body>{drawn}</body></html>"), at=datetime(2017, 5, 12, 15, 59, 59, tzinfo=UTC))
    wanted = [post["time"][:10] for post in truth["posts"]]
    assert [str(item.date) for item in reading.items] == wanted
    assert str(reading.newest) == truth["newest"][:10]
