"""Lists and words compared: what came, went, was renamed or dated otherwise; clocks and counters are noise."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.comparing import items, text
from evidence.comparing.masks import MASKS, mask
from evidence.model import Item
from evidence.reading.page import FrameDom, PageInput
from evidence.reading.tree import grow

DAY = date(2021, 1, 4)


def item(title: str, href: str | None = "", day: date | None = DAY) -> Item:
    return Item(title=title, href=f"http://a.test/{title}" if href == "" else href, date=day, pinned=False, box=None)


def lines(html: str) -> tuple[text.Line, ...]:
    page = PageInput(
        url="http://a.test/", status=200, headers={}, frames=(FrameDom(n=0, url="", html=html),), layout=None
    )
    return text.lines(grow(page))


def test_equal_lists_have_no_changes() -> None:
    same = (item("甲"), item("乙"))
    assert not items.changes(same, same)


def test_an_item_that_came_and_one_that_went() -> None:
    found = items.changes((item("甲"), item("乙")), (item("丙"), item("甲")))
    assert [one.title for one in found.added] == ["丙"]
    assert [one.title for one in found.removed] == ["乙"]
    assert found.moved == 0


def test_the_same_address_under_another_title_is_renamed() -> None:
    found = items.changes((item("甲", "http://a.test/1"),), (item("甲（更正）", "http://a.test/1"),))
    assert [(a.title, b.title) for a, b in found.renamed] == [("甲", "甲（更正）")]
    assert not found.added


def test_the_same_item_with_another_date_is_redated() -> None:
    found = items.changes((item("甲"),), (item("甲", day=DAY + timedelta(days=30)),))
    assert found.plain()["redated"] == [
        {"title": "甲", "href": "http://a.test/甲", "from": "2021-01-04", "to": "2021-02-03"}
    ]


def test_script_links_are_no_address_to_know_an_item_by() -> None:
    found = items.changes((item("甲", "javascript:;"),), (item("乙", "JavaScript:;"),))
    assert not found.renamed
    assert len(found.added) == len(found.removed) == 1


def test_items_that_stand_in_another_order_are_counted() -> None:
    a, b, c = item("甲"), item("乙"), item("丙")
    assert items.changes((a, b, c), (c, a, b)).moved == 1


some_items = st.lists(
    st.builds(
        item, st.sampled_from("甲乙丙丁"), st.sampled_from(["", None, "http://a.test/x"]), st.none() | st.just(DAY)
    ),
    max_size=8,
)


@settings(deadline=None)
@given(earlier=some_items, later=some_items)
def test_every_item_is_accounted_for_once(earlier: list[Item], later: list[Item]) -> None:
    found = items.changes(earlier, later)
    paired = len(found.renamed) + len(found.redated)
    kept = len(earlier) - len(found.removed) - paired
    assert kept == len(later) - len(found.added) - paired >= found.moved >= 0


@settings(deadline=None)
@given(one=some_items)
def test_a_list_does_not_differ_from_itself(one: list[Item]) -> None:
    assert not items.changes(one, one)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("今天是2021年1月4日 星期一", "今天是2021年1月5日 星期二"),
        (
            "今天是：2021年01月04日 星期一 农历十一月廿一 12:00:03",
            "今天是：2021年01月05日 星期二 农历十一月廿二 09:10:11",
        ),
        ("2021年1月4日 星期一", "2021年1月5日 星期二"),
        ("12:00:03", "12:00:09"),
        ("浏览次数：1,203次", "浏览次数：1,204次"),
        ("阅读 88", "阅读 90"),
        ("访问量：[ 689 ]", "访问量：[ 690 ]"),
        ("您是第 1203 位访客", "您是第 1204 位访客"),
        ("今日访问：12 总访问量：99812", "今日访问：13 总访问量：99813"),
        ("当前在线人数：3", "当前在线人数：41"),
        ("晴 -2℃~8℃", "晴 0℃~11℃"),
    ],
)
def test_clocks_counters_and_weather_are_noise_with_a_reason(earlier: str, later: str) -> None:
    found = text.changes(lines(f"<p>{earlier}</p>"), lines(f"<p>{later}</p>"))
    assert not found.changed
    assert [(one.earlier, one.later) for one in found.noise] == [(earlier, later)]
    assert found.noise[0].reason


@pytest.mark.parametrize(
    "line",
    [
        "2021-01-04 关于开展检查的通知",
        "发布时间：2021-01-04 12:00:03",
        "2021年1月4日，县政府召开会议",
        "全县共访问贫困户1203户",
        "第3届人民代表大会",
        "关于下载办事表格的说明",
        "第 12 号公告",
    ],
)
def test_words_that_mean_something_are_not_masked(line: str) -> None:
    masked, reasons = mask(line)
    assert masked == line
    assert reasons == ()


@settings(deadline=None)
@given(line=st.text(alphabet="今天是年月日星期一二三浏览量访问第位客: ：0123456789-/℃~", max_size=80))
def test_masking_is_quick_and_says_why_whenever_it_hides(line: str) -> None:
    masked, reasons = mask(line)
    assert bool(reasons) == (masked != line)
    assert set(reasons) <= {each.reason for each in MASKS}


def test_a_changed_line_is_no_noise() -> None:
    found = text.changes(lines("<p>甲</p><p>浏览量：1</p>"), lines("<p>乙</p><p>浏览量：2</p>"))
    assert (found.removed, found.added) == (("甲",), ("乙",))
    assert len(found.noise) == 1


def piece(*parts: tuple[str, tuple[int, int, int, int]]) -> text.Line:
    whole = "".join(words for words, _ in parts)
    masked, reasons = mask(whole)
    return text.Line(text=whole, masked=masked, reasons=reasons, parts=parts)


def test_noise_is_placed_where_the_words_differ_and_not_over_the_whole_line() -> None:
    """Else a changed emblem beside the clock would be excused with it."""
    name = ("示范市人民政府", (0, 0, 200, 60))
    earlier = piece(name, ("今天是2021年1月4日 星期一", (900, 10, 160, 20)))
    later = piece(name, ("今天是2021年1月5日 星期二", (900, 10, 160, 20)))
    (noise,) = text.changes([earlier], [later]).noise
    assert set(noise.boxes) == {(900, 10, 160, 20)}


def test_script_style_and_hidden_text_are_no_text_of_the_page() -> None:
    page = lines("<style>p{}</style><script>var a=1</script><p hidden>暗</p><p>明<b>文</b>件</p>")
    assert [line.text for line in page] == ["明文件"]


def test_very_long_pages_are_compared_by_presence() -> None:
    long = "".join(f"<p>第{n}行文字</p>" for n in range(10_100))
    found = text.changes(lines(long), lines(long + "<p>新的一行</p>"))
    assert found.added == ("新的一行",)
    assert found.removed == ()
