"""Boxes that a page fills anew by itself are noise; a box that may be a page's own matter, or put there by a person, is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from evidence.admit import admit
from evidence.comparing import Comparison, asides, compare
from evidence.holdings import Holdings
from evidence.model import Record
from evidence.reading.reader import read
from evidence.reading.tree import grow
from tests.evidence.comparing.laid import part, snapshot, titles
from tests.evidence.factory import NOON, artifact, capture
from tests.evidence.reading import pages

Page = Callable[[str], str]
MAIN = "".join(
    f'<li><a href="t{n}.html">示范县召开第{n}次工作推进会议</a><span>2020-12-{n:02}</span></li>'
    for n in range(20, 10, -1)
)
PARAGRAPH = "<p>" + "各乡镇人民政府，县政府各部门：现将有关事项通知如下，请认真贯彻执行。" * 8 + "</p>"
OTHERS = ("春季防火工作有序开展", "全县教育工作会议召开", "道路养护进入收尾阶段")
ANEW = ("乡村集市恢复正常营业", "县图书馆延长开放时间", "自来水管网改造已完工")


def box(heading: str, rows: tuple[str, ...], attributes: str = "class='b7'") -> str:
    listed = "".join(f'<li><a href="/q/{n}{len(row)}.html">{row}</a></li>' for n, row in enumerate(rows))
    return f"<div {attributes}><h3>{heading}</h3><ul>{listed}</ul></div>"


def list_page(
    beside: str = "", *, main: str = MAIN, title: str = "部门动态-示范县人民政府", crumb: str = "部门动态"
) -> str:
    trail = f"<div>当前位置：<a href='/'>首页</a> &gt; <a href='./'>{crumb}</a></div>"
    return f"<html><head><title>{title}</title></head><body>{trail}<div class='m'><ul>{main}</ul></div>{beside}</body></html>"


def article(beside: str = "", text: str = PARAGRAPH) -> str:
    return (
        "<html><head><title>关于做好检查工作的通知</title></head><body><h1>关于做好检查工作的通知</h1>"
        f"<p>发布时间：2020-12-20 来源：县政府办公室</p><div class='m'>{text}</div>{beside}</body></html>"
    )


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path)


def picture(*marks: tuple[int, int, int, int]) -> bytes:
    image, held = Image.new("RGB", (400, 600), "white"), BytesIO()
    for left, top, width, height in marks:
        ImageDraw.Draw(image).rectangle((left, top, left + width - 1, top + height - 1), fill="navy")
    image.save(held, "PNG")
    return held.getvalue()


def record(holdings: Holdings, n: int, html: str, seen: bytes = b"", layout: bytes = b"") -> Record:
    put = holdings.store.put
    artifacts = [
        artifact(put(seen or picture(), "image/png"), "tile", box=(0, 0, 400, 600)),
        artifact(put(html.encode(), "text/html"), "dom", url="http://www.shifan.test/bmdt/"),
    ]
    if layout:
        artifacts.append(artifact(put(layout, "application/json"), "layout"))
    taken = capture(
        holdings.store,
        key=f"R{n}/shifan/news/1",
        label="news",
        started=NOON + timedelta(hours=n),
        final_url="http://www.shifan.test/bmdt/",
        artifacts=tuple(artifacts),
    )
    return admit(taken, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


def compared(holdings: Holdings, earlier: str, later: str) -> Comparison:
    return compare(record(holdings, 0, earlier), record(holdings, 1, later), holdings=holdings)


@pytest.mark.parametrize(
    "heading",
    [
        "相关新闻",
        "相关阅读",
        "推荐阅读",
        "猜你喜欢",
        "您可能感兴趣的内容",
        "热门文章",
        "热门",
        "点击排行",
        "阅读排行榜：",
    ],
)
@pytest.mark.parametrize("page", [list_page, article])
def test_a_box_that_was_filled_anew_is_noise_named_by_its_heading(holdings: Holdings, heading: str, page: Page) -> None:
    found = compared(holdings, page(box(heading, OTHERS)), page(box(heading, ANEW)))
    assert found.state == "noise", found.sentence()
    assert {one.reason for one in found.text.noise} == {heading.rstrip("：")}
    assert {one.earlier for one in found.text.noise} == set(OTHERS)
    assert {one.later for one in found.text.noise} == set(ANEW)


def test_a_box_with_one_title_more_is_noise(holdings: Holdings) -> None:
    found = compared(holdings, article(box("相关新闻", OTHERS)), article(box("相关新闻", (*ANEW, "老旧小区改造公示"))))
    assert found.state == "noise"
    assert "已知变动" in found.sentence()


@pytest.mark.parametrize(
    "heading",
    [
        "相关文件",
        "相关政策",
        "相关解读",
        "相关附件",
        "相关链接",
        "热点专题",
        "热点新闻",
        "推荐项目名单",
        "通知公告",
        "最新公开",
        "政策解读",
    ],
)
@pytest.mark.parametrize("page", [list_page, article])
def test_a_box_that_people_fill_is_no_noise(holdings: Holdings, heading: str, page: Page) -> None:
    assert compared(holdings, page(box(heading, OTHERS)), page(box(heading, ANEW))).state == "changed"


def test_a_change_of_the_list_beside_a_box_filled_anew_is_a_change(holdings: Holdings) -> None:
    fewer = MAIN.replace('<li><a href="t15.html">示范县召开第15次工作推进会议</a><span>2020-12-15</span></li>', "")
    found = compared(holdings, list_page(box("推荐阅读", OTHERS)), list_page(box("推荐阅读", ANEW), main=fewer))
    assert found.state == "changed"
    assert found.text.removed == ("示范县召开第15次工作推进会议2020-12-15",)
    assert not found.text.added


def test_a_title_taken_from_the_list_and_shown_in_a_box_is_gone_from_the_list(holdings: Holdings) -> None:
    title = "示范县召开第11次工作推进会议"
    fewer = MAIN.replace(f'<li><a href="t11.html">{title}</a><span>2020-12-11</span></li>', "")
    later = list_page(box("推荐阅读", (title, *OTHERS[1:])), main=fewer)
    found = compared(holdings, list_page(box("推荐阅读", OTHERS)), later)
    assert found.state == "changed"
    assert any(title in line for line in found.text.removed)


def test_a_changed_paragraph_above_a_box_is_a_change(holdings: Holdings) -> None:
    later = article(box("相关阅读", ANEW), PARAGRAPH.replace("认真", "立即"))
    found = compared(holdings, article(box("相关阅读", OTHERS)), later)
    assert found.state == "changed"
    assert len(found.text.added) == len(found.text.removed) == 1


def test_words_in_a_box_that_are_no_linked_titles_are_no_noise(holdings: Holdings) -> None:
    said = box("相关阅读", OTHERS).replace("</ul></div>", "</ul><p>本单位电话：{}，请来电咨询。</p></div>")
    assert compared(holdings, article(said.format("12345")), article(said.format("67890"))).state == "changed"


@pytest.mark.parametrize("only", ["earlier", "later"])
def test_a_box_that_only_one_of_the_pages_has_is_a_change(holdings: Holdings, only: str) -> None:
    pair = [article(), article(box("相关新闻", OTHERS))]
    if only == "earlier":
        pair.reverse()
    assert compared(holdings, pair[0], pair[1]).state == "changed"


def test_a_box_that_is_empty_now_is_a_change(holdings: Holdings) -> None:
    assert compared(holdings, article(box("相关新闻", OTHERS)), article(box("相关新闻", ()))).state == "changed"


def test_a_box_under_another_heading_is_a_change(holdings: Holdings) -> None:
    assert compared(holdings, article(box("相关新闻", OTHERS)), article(box("热门文章", ANEW))).state == "changed"


@pytest.mark.parametrize(
    "named",
    [{"title": "热门新闻-示范县人民政府"}, {"crumb": "热门新闻"}],
)
def test_a_column_that_bears_such_a_name_is_no_box(holdings: Holdings, named: dict[str, str]) -> None:
    pair = [list_page(box("热门新闻", rows), **named) for rows in (OTHERS, ANEW)]
    assert compared(holdings, pair[0], pair[1]).state == "changed"


def test_a_page_whose_only_list_bears_such_a_name_is_not_masked(holdings: Holdings) -> None:
    pair = [f"<html><body>{box('推荐阅读', rows)}</body></html>" for rows in (OTHERS, ANEW)]
    assert compared(holdings, pair[0], pair[1]).state == "changed"


def test_the_dated_list_of_a_page_is_its_matter_whatever_stands_above_it(holdings: Holdings) -> None:
    pair = [
        f"<html><head><title>动态</title></head><body><div><h3>推荐阅读</h3><ul>{main}</ul></div></body></html>"
        for main in (MAIN, MAIN.replace("第15次", "第50次"))
    ]
    assert compared(holdings, pair[0], pair[1]).state == "changed"


@pytest.mark.parametrize("kind", ["home", "other", "error", "redirect"])
def test_on_a_page_without_a_matter_of_its_own_no_list_is_beside_it(kind: str) -> None:
    page = pages.page(list_page(box("推荐阅读", OTHERS)))
    reading = read(page, at=NOON)
    assert list(asides.find(grow(page), reading)) == ["推荐阅读"]
    assert not asides.find(grow(page), replace(reading, page_kind=kind))
    assert not asides.find(grow(page), replace(reading, items=()))
    assert not asides.find(grow(page), None)


def laid(rows: tuple[str, ...], main: str = "示范县召开工作推进会议") -> bytes:
    """Return an article page whose box stands at the lower right."""
    text = "现将有关事项通知如下，请认真贯彻执行。" * 20
    return snapshot(
        part(
            "body",
            (0, 0, 400, 600),
            part("h1", (10, 10, 380, 30), main),
            part("p", (10, 50, 380, 20), "发布时间：2020-12-20 来源：县政府办公室"),
            part("p", (10, 80, 380, 300), text),
            part("div", (10, 400, 380, 190), part("h3", (10, 400, 380, 24), "相关阅读"), titles(rows, 10, 430, 380)),
        ),
        title=main,
    )


def test_pictures_that_differ_only_where_a_box_was_filled_anew_are_noise(holdings: Holdings) -> None:
    pair = [
        record(holdings, n, article(), picture((12 + 8 * n, 432, 100, 12)), laid(rows))
        for n, rows in enumerate((OTHERS, ANEW))
    ]
    found = compare(pair[0], pair[1], holdings=holdings)
    assert found.state == "noise", found.plain()
    assert found.pixels.excused


def test_a_picture_that_changed_above_the_box_is_a_change(holdings: Holdings) -> None:
    pair = [
        record(holdings, n, article(), picture((12, 432, 100 + n, 12), (20, 100, 40 + 30 * n, 40)), laid(rows))
        for n, rows in enumerate((OTHERS, ANEW))
    ]
    found = compare(pair[0], pair[1], holdings=holdings)
    assert found.state == "changed"
    assert found.pixels.regions


TOP, ROW, ENDS = 430, 30, 60
"""Where the box's rows begin, how high each is, and how high what stands below the box is."""
Mark = tuple[int, int, int, int]


def below(rows: int) -> int:
    """Return the row of the page on which the box ends."""
    return TOP + ROW * rows


def drawn(rows: int, *marks: Mark, footer: str = "navy", height: int | None = None) -> bytes:
    """Return the picture of an article with so many titles in its box and a line of links below it."""
    end = height or below(rows)
    image, held = Image.new("RGB", (400, end + ENDS), "white"), BytesIO()
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 90, 300, 300), fill="gray")
    for n in range(rows):
        draw.rectangle((12, TOP + ROW * n + 4, 120 + 17 * (n + rows), TOP + ROW * n + 16), fill="navy")
    draw.rectangle((40, end + 20, 360, end + 32), fill=footer)
    for left, top, width, high in marks:
        draw.rectangle((left, top, left + width - 1, top + high - 1), fill="green")
    image.save(held, "PNG")
    return held.getvalue()


def standing(
    rows: tuple[str, ...], *, heading: str = "相关阅读", left: int = 10, high: int = ROW, inside: tuple[Any, ...] = ()
) -> bytes:
    """Return the layout of that article; `inside` stands in the element that holds the box."""
    end = TOP + high * len(rows)
    text = "现将有关事项通知如下，请认真贯彻执行。" * 20
    listed = [
        part(
            "li",
            (left, TOP + high * n, 390 - left, high),
            part("a", (left, TOP + high * n, 14 * len(title), 20), title, href=f"/q/{len(title)}{n}.html"),
        )
        for n, title in enumerate(rows)
    ]
    return snapshot(
        part(
            "body",
            (0, 0, 400, end + ENDS),
            part("h1", (10, 10, 380, 30), "关于做好检查工作的通知"),
            part("p", (10, 50, 380, 20), "发布时间：2020-12-20 来源：县政府办公室"),
            part("p", (10, 80, 380, 300), text),
            part(
                "div",
                (left, 400, 390 - left, end - 400),
                part("h3", (left, 400, 390 - left, 24), heading),
                part("ul", (left, TOP, 390 - left, end - TOP), *listed),
                *inside,
            ),
            part("div", (10, end + 10, 380, 40), "主办单位：示范县人民政府办公室"),
        ),
        title="关于做好检查工作的通知",
    )


FOUR = (*ANEW, "老旧小区改造名单公示")


def grown(
    holdings: Holdings, earlier: tuple[bytes, bytes], later: tuple[bytes, bytes], beside: tuple[str, str] = ("", "")
) -> Comparison:
    """Return the comparison of two pages, each by its picture and its layout."""
    pair = [record(holdings, n, article(beside[n]), *one) for n, one in enumerate((earlier, later))]
    return compare(pair[0], pair[1], holdings=holdings)


SHORT, LONG = (drawn(3), standing(OTHERS)), (drawn(4), standing(FOUR))


@pytest.mark.parametrize(("earlier", "later"), [(SHORT, LONG), (LONG, SHORT)], ids=["grown", "shrunk"])
def test_a_box_of_another_height_is_noise_where_all_below_it_only_moved(
    holdings: Holdings, earlier: tuple[bytes, bytes], later: tuple[bytes, bytes]
) -> None:
    found = grown(holdings, earlier, later)
    assert found.state == "noise", found.plain()
    assert not found.pixels.regions
    assert not found.pixels.gone
    assert "相关阅读框高度不同，框外各行对齐后相同" in found.sentence()


def test_titles_that_run_over_two_lines_make_the_box_higher_and_are_noise(holdings: Holdings) -> None:
    high = (drawn(3, (12, TOP + 100, 90, 12), height=below(3) + 60), standing(ANEW, high=50))
    assert grown(holdings, SHORT, high).state == "noise"


@pytest.mark.parametrize(("mark", "state"), [("green", "noise"), ("red", "changed")])
def test_of_two_boxes_one_may_grow_by_what_the_other_lost(holdings: Holdings, mark: str, state: str) -> None:
    """The page is as high as before, and a mark between the boxes moved; if it also changed, that is a change."""

    def page(rows: tuple[str, ...], others: tuple[str, ...], mark: str = "green") -> tuple[bytes, bytes]:
        between, image, held = 130 + ROW * len(rows), Image.new("RGB", (400, 460), "white"), BytesIO()
        draw = ImageDraw.Draw(image)
        for n in range(len(rows)):
            draw.rectangle((12, 134 + ROW * n, 100 + 20 * len(rows), 140 + ROW * n), fill="navy")
        for n in range(len(others)):
            draw.rectangle((12, between + 74 + ROW * n, 90 + 20 * len(others), between + 80 + ROW * n), fill="navy")
        draw.rectangle((12, between + 10, 200, between + 30), fill=mark)
        image.save(held, "PNG")
        boxes = [
            part("div", (10, top - 30, 380, 30 + ROW * len(own)), part("h3", (10, top - 30, 380, 24), heading), listed)
            for top, own, heading in ((130, rows, "相关阅读"), (between + 70, others, "猜你喜欢"))
            if (listed := titles(own, 10, top, 380))
        ]
        head = (
            part("h1", (10, 10, 380, 30), "关于做好检查工作的通知"),
            part("p", (10, 50, 380, 40), "请认真执行。" * 40),
        )
        return held.getvalue(), snapshot(part("body", (0, 0, 400, 460), *head, *boxes), title="关于做好检查工作的通知")

    assert grown(holdings, page(OTHERS, FOUR), page(FOUR, ANEW, mark)).state == state


@pytest.mark.parametrize(
    "mark",
    [
        (150, 150, 60, 40),
        (20, TOP - 60, 60, 8),
        (40, below(4) + 4, 60, 8),
        (40, below(4) + 40, 60, 8),
        (370, below(4) + 22, 8, 4),
        (392, below(4) - 20, 8, 12),
        (0, TOP + 5, 8, 12),
    ],
    ids=["matter", "above", "right below", "end", "footer", "beside the new row", "beside an old row"],
)
def test_anything_else_that_differs_is_a_change(holdings: Holdings, mark: Mark) -> None:
    found = grown(holdings, SHORT, (drawn(4, mark), standing(FOUR)))
    assert found.state == "changed"
    assert found.pixels.regions


@pytest.mark.parametrize(
    "mark",
    [(150, 150, 60, 40), (40, below(4) + 4, 60, 8), (392, below(4) - 20, 8, 12)],
    ids=["matter", "below", "beside"],
)
def test_anything_else_that_is_gone_is_a_change(holdings: Holdings, mark: Mark) -> None:
    assert grown(holdings, (drawn(4, mark), standing(FOUR)), SHORT).state == "changed"


def test_a_footer_of_another_colour_below_the_box_is_a_change(holdings: Holdings) -> None:
    assert grown(holdings, SHORT, (drawn(4, footer="gray"), standing(FOUR))).state == "changed"


@pytest.mark.parametrize("heading", ["相关文件", "通知公告", "政策解读"])
def test_a_box_that_people_fill_may_not_grow_unseen(holdings: Holdings, heading: str) -> None:
    pair = (drawn(3), standing(OTHERS, heading=heading)), (drawn(4), standing(FOUR, heading=heading))
    assert grown(holdings, *pair).state == "changed"


def test_a_box_under_another_heading_may_not_grow_unseen(holdings: Holdings) -> None:
    assert grown(holdings, SHORT, (drawn(4), standing(FOUR, heading="热门文章"))).state == "changed"


def test_a_box_in_which_a_picture_stands_may_not_grow_unseen(holdings: Holdings) -> None:
    chart = part("img", (200, TOP + 40, 100, 20), src="/tu.png")
    found = grown(holdings, SHORT, (drawn(4, (200, TOP + 40, 100, 20)), standing(FOUR, inside=(chart,))))
    assert found.state == "changed"


def test_a_text_that_flows_beside_the_box_keeps_its_rows_from_being_left_out(holdings: Holdings) -> None:
    """The box stands at the right; at the left the page goes on, and that is no longer the same."""
    marks = [(20, TOP + 15 * n, 60, 6) for n in range(8)]
    pair = (drawn(3, *marks), standing(OTHERS, left=100)), (drawn(4, *marks), standing(FOUR, left=100))
    assert grown(holdings, *pair).state == "changed"


def test_a_box_whose_place_is_not_known_may_not_grow_unseen(holdings: Holdings) -> None:
    found = grown(holdings, (drawn(3), b""), (drawn(4), b""), (box("相关阅读", OTHERS), box("相关阅读", FOUR)))
    assert found.state == "changed"
    assert found.text.noise


def test_places_outside_the_page_are_none(holdings: Holdings) -> None:
    assert grown(holdings, SHORT, (drawn(4), standing(FOUR, left=-10))).state == "changed"
