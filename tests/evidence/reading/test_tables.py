"""Tables: every column with a heading and no value is found, and none is imagined."""

from __future__ import annotations

import io
import json
import random
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from evidence.model import Table
from evidence.reading import text_lines
from evidence.reading.tables import from_html, from_picture

DATA = Path("../shared/data").resolve()
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
GRID = [
    ["序号", "单位名称", "存在问题", "整改时限", "联系电话"],
    ["1", "市教育局", "栏目不更新", "", "12345678"],
    ["2", "市公安局", "空白栏目", "", "23456789"],
    ["3", "市民政局", "", "", ""],
]


def blank(tables: Sequence[Table]) -> list[tuple[int, str]]:
    return [(column.index, column.heading) for table in tables for column in table.blank_columns]


def html(rows: Sequence[Sequence[str]], cell: str = "td") -> str:
    head = "".join(f"<th>{text}</th>" for text in rows[0]) if cell == "th" else ""
    body = rows[1:] if cell == "th" else rows
    lines = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in body)
    return f"<table><tr>{head}</tr>{lines}</table>" if head else f"<table>{lines}</table>"


class TestHtml:
    def test_a_column_with_a_heading_and_no_value_is_blank(self) -> None:
        (table,) = from_html(html(GRID, "th"))
        assert table.header == tuple(GRID[0])
        assert table.rows == tuple(tuple(row) for row in GRID[1:])
        assert blank([table]) == [(3, "整改时限")]

    def test_spaces_of_every_kind_are_no_value(self) -> None:
        (table,) = from_html(html([["单位", "电话"], ["甲", "&nbsp;\u3000 "], ["乙", "<p><span>\u200b</span></p>"]]))
        assert blank([table]) == [(1, "电话")]

    @pytest.mark.parametrize(
        "value",
        ["0", "/", "—", '<img src="seal.png">', "<input>", '<p style="background: url(x.png)"></p>', "<svg></svg>"],
    )
    def test_anything_that_shows_is_a_value(self, value: str) -> None:
        assert blank(from_html(html([["单位", "电话"], ["甲", ""], ["乙", value]], "th"))) == []

    def test_a_column_without_a_heading_is_not_blank(self) -> None:
        assert blank(from_html(html([["单位", ""], ["甲", ""], ["乙", ""]]))) == []

    def test_a_heading_without_rows_is_not_blank(self) -> None:
        assert from_html(html([["单位", "电话"]], "th")) == ()

    def test_a_number_or_a_link_over_empty_cells_is_a_value_and_not_a_heading(self) -> None:
        rows = [["2021-06-29", "5", '<a href="/a">通知</a>', "文字"], ["", "", "", "x"], ["", "", "", "y"]]
        assert blank(from_html(html(rows))) == []

    def test_a_merged_value_counts_for_all_columns_it_covers(self) -> None:
        source = "<table><tr><th>甲</th><th>乙</th><th>丙</th></tr><tr><td>1</td><td colspan=2>同上</td></tr></table>"
        (table,) = from_html(source)
        assert table.rows == (("1", "同上", "同上"),)
        assert blank([table]) == []

    def test_headings_in_two_levels_are_joined(self) -> None:
        source = (
            "<table><tr><td rowspan=2>名称</td><td colspan=2>环比</td></tr><tr><td>增长量</td><td>增长率</td></tr>"
            "<tr><td>荔枝</td><td>1</td><td></td></tr><tr><td>芒果</td><td>2</td><td></td></tr></table>"
        )
        (table,) = from_html(source)
        assert table.header_rows == 2
        assert blank([table]) == [(2, "环比 增长率")]

    def test_values_under_a_merged_cell_are_not_taken_for_second_headings(self) -> None:
        source = (
            "<table><tr><td rowspan=2>合计</td><td colspan=2>数量</td></tr><tr><td>12</td><td>7</td></tr>"
            "<tr><td>甲</td><td></td><td></td></tr></table>"
        )
        assert blank(from_html(source)) == []

    def test_a_title_across_the_table_is_its_caption(self) -> None:
        source = "<table><tr><td colspan=2>情况表</td></tr><tr><td>单位</td><td>电话</td></tr><tr><td>甲</td><td></td></tr></table>"
        (table,) = from_html(source)
        assert table.caption == "情况表"
        assert blank([table]) == [(1, "电话")]

    def test_tables_for_layout_are_left_out(self) -> None:
        inner = html(GRID, "th")
        outer = (
            f"<table><tr><td><ul><li>导航</li></ul></td><td>{inner}</td></tr><tr><td>左</td><td>右</td></tr></table>"
        )
        assert blank(from_html(outer)) == [(3, "整改时限")]
        assert len(from_html(outer)) == 1
        assert (
            from_html('<table role="presentation"><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>')
            == ()
        )

    def test_what_is_hidden_is_not_part_of_the_table(self) -> None:
        source = (
            "<table><tr><th>单位</th><th style='display: none'>编号</th></tr><tr><td>甲</td><td hidden></td></tr>"
            "<tr style='display:none'><td>模板</td><td></td></tr></table>"
        )
        assert from_html(source) == ()

    def test_a_span_that_never_ends_costs_nothing(self) -> None:
        bomb = "<table>" + "<tr><td rowspan=65534 colspan=1000>甲</td><td>乙</td></tr>" * 300 + "</table>"
        assert sum(len(table.rows) for table in from_html(bomb)) < 5_000

    def test_rowspan_ends_with_the_table(self) -> None:
        (table,) = from_html("<table><tr><td>甲</td><td rowspan=0>乙</td></tr><tr><td>丙</td></tr></table>")
        assert table.rows == (("丙", "乙"),)

    def test_deep_nesting_is_read_through(self) -> None:
        assert from_html("<div>" * 5_000 + html(GRID, "th"))[0].header == tuple(GRID[0])

    @given(st.text(alphabet="<>/tabledrhtcospn=\"'&;01 甲", max_size=400))
    def test_any_text_gives_tables_whose_rows_are_as_wide_as_their_header(self, text: str) -> None:
        tables = from_html("<table>" + text)
        assert all(len(row) == len(table.header) for table in tables for row in table.rows)

    @given(
        st.lists(
            st.lists(st.sampled_from(["", "&nbsp;", "甲", "—", "2021"]), min_size=4, max_size=4), min_size=1, max_size=5
        )
    )
    def test_exactly_the_columns_without_a_value_are_blank(self, rows: list[list[str]]) -> None:
        heads = ["一栏", "二栏", "三栏", "四栏"]
        expected = [(n, name) for n, name in enumerate(heads) if all(row[n] in ("", "&nbsp;") for row in rows)]
        assert blank(from_html(html([heads, *rows], "th"))) == expected


def drawn(
    grid: Sequence[Sequence[str]],
    *,
    size: int = 18,
    line: int = 40,
    width: int = 1,
    head: tuple[int, int, int] | None = None,
    ink: int = 10,
) -> Image.Image:
    """Draw a ruled table, cells centred, on white with a margin."""
    font = ImageFont.truetype(FONT, size, index=2)
    widths = [max(int(font.getlength(row[n])) for row in grid) + 2 * size for n in range(len(grid[0]))]
    tall, left, top = int(size * 2.1), 30, 40
    picture = Image.new("RGB", (sum(widths) + 60, tall * len(grid) + 80), "white")
    draw = ImageDraw.Draw(picture)
    xs = [left + sum(widths[:n]) for n in range(len(widths) + 1)]
    ys = [top + tall * n for n in range(len(grid) + 1)]
    if head:
        draw.rectangle((xs[0], ys[0], xs[-1], ys[1]), fill=head)
    for y in ys:
        draw.line((xs[0], y, xs[-1], y), fill=(line,) * 3, width=width)
    for x in xs:
        draw.line((x, ys[0], x, ys[-1]), fill=(line,) * 3, width=width)
    for row, (y0, y1) in zip(grid, pairwise(ys), strict=True):
        for text, (x0, x1) in zip(row, pairwise(xs), strict=True):
            fill = (255,) * 3 if head and row is grid[0] and sum(head) < 400 else (ink,) * 3
            draw.text(((x0 + x1) / 2, (y0 + y1) / 2), text, font=font, fill=fill, anchor="mm")
    return picture


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def scanned(picture: Image.Image, *, degrees: float, quality: int = 60, light: float = 0.9, seed: int = 1) -> bytes:
    """Return the picture as a scan gives it: turned, grayish, grainy, a little blurred, as a JPEG."""
    turned = picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    pixels = np.asarray(turned).astype(float) * light + np.random.default_rng(seed).normal(
        0, 3, (*turned.size[::-1], 3)
    )
    file = io.BytesIO()
    soft = Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))
    soft.save(file, "JPEG", quality=quality)
    return file.getvalue()


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read no text: what is blank must not hang on it."""
    monkeypatch.setattr(text_lines, "read", lambda lines, usual: [""] * len(lines))


class TestPicture:
    def test_the_cells_the_headings_and_the_blank_column_of_a_ruled_picture_are_read(self) -> None:
        (table,) = from_picture(png(drawn(GRID, size=22)))
        assert table.header == tuple(GRID[0])
        assert table.rows == tuple(tuple(row) for row in GRID[1:])
        assert blank([table]) == [(3, "整改时限")]

    def test_the_blank_columns_box_lies_on_the_picture_as_it_was_given(self, no_engine: None) -> None:
        (straight,) = from_picture(png(drawn(GRID)))
        (turned,) = from_picture(scanned(drawn(GRID), degrees=1.5))
        (expected,), (got,) = straight.blank_columns, turned.blank_columns
        assert expected.box and got.box
        assert abs(expected.box[0] - got.box[0]) < 12
        assert abs(expected.box[2] - got.box[2]) < 20

    @pytest.mark.parametrize("degrees", [-2, -0.7, 0.4, 1.3, 2])
    def test_a_turned_scan_shows_the_same_blank_column(self, degrees: float, no_engine: None) -> None:
        tables = from_picture(scanned(drawn(GRID), degrees=degrees))
        assert [index for index, _ in blank(tables)] == [3]

    @pytest.mark.parametrize(
        "look",
        [
            {"line": 170},
            {"width": 3},
            {"head": (60, 90, 150)},
            {"head": (200, 40, 40), "line": 200},
            {"size": 13},
            {"size": 34},
            {"ink": 140},
        ],
    )
    def test_pale_thick_shaded_small_and_large_tables_show_the_same_blank_column(
        self, look: dict[str, int], no_engine: None
    ) -> None:
        tables = from_picture(png(drawn(GRID, **look)))  # type: ignore[arg-type]
        assert [index for index, _ in blank(tables)] == [3]

    @pytest.mark.parametrize("value", ["/", "—", "1", "无", "．", "√"])
    def test_ink_that_the_engine_cannot_read_is_still_a_value(self, value: str, no_engine: None) -> None:
        grid = [list(row) for row in GRID]
        grid[2][3] = value
        assert blank(from_picture(png(drawn(grid)))) == []

    def test_a_cell_full_of_bold_text_is_not_taken_for_grain(self, no_engine: None) -> None:
        grid = [["单位", "问题"], ["市局", "■■■■■■"], ["区局", "■■■■■■"]]
        tables = from_picture(scanned(drawn(grid, size=24), degrees=0.5))
        assert tables
        assert blank(tables) == []

    def test_pale_ink_is_ink(self, no_engine: None) -> None:
        grid = [["单位", "问题"], ["市局", "不更新"], ["区局", "空白"]]
        assert blank(from_picture(png(drawn(grid, ink=215, size=22)))) == []

    def test_dust_is_no_value(self, no_engine: None) -> None:
        picture = drawn(GRID, size=22)
        pixels = np.asarray(picture).copy()
        dust = np.random.default_rng(7).random(pixels.shape[:2]) < 0.001
        pixels[dust] = 120
        assert [index for index, _ in blank(from_picture(png(Image.fromarray(pixels))))] == [3]

    def test_a_missing_ruling_joins_cells_and_accuses_nobody(self, no_engine: None) -> None:
        picture = drawn(GRID, size=22)
        (whole,) = from_picture(png(picture))
        box = whole.blank_columns[0].box
        assert box is not None
        draw = ImageDraw.Draw(picture)
        draw.rectangle((box[0] - 4, box[1] + 60, box[0] + 4, box[1] + 130), fill="white")
        assert all(index == 3 for index, _ in blank(from_picture(png(picture))))

    def test_a_ruling_with_small_breaks_is_one_ruling(self, no_engine: None) -> None:
        picture = drawn(GRID, size=22, width=2)
        pixels = np.asarray(picture).copy()
        pixels[:, 60::97] = 255
        pixels[:, 61::97] = 255
        assert [index for index, _ in blank(from_picture(png(Image.fromarray(pixels))))] == [3]

    def test_a_picture_without_rulings_has_no_table(self) -> None:
        picture = Image.new("RGB", (600, 300), "white")
        draw = ImageDraw.Draw(picture)
        draw.text((20, 40), "关于开展政府网站检查的通知", font=ImageFont.truetype(FONT, 30, index=2), fill="black")
        draw.line((20, 100, 580, 100), fill="black")
        assert from_picture(png(picture)) == ()

    def test_an_empty_frame_is_no_table(self) -> None:
        assert from_picture(png(drawn([["", ""], ["", ""], ["", ""]]))) == ()

    @pytest.mark.parametrize(
        "data", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a" + b"\0" * 50, b"<svg/>", b"%!PS-Adobe-3.0 EPSF"]
    )
    def test_what_is_no_picture_has_no_table(self, data: bytes) -> None:
        assert from_picture(data) == ()

    def test_a_photograph_gives_no_blank_column(self, no_engine: None) -> None:
        noise = np.random.default_rng(3).integers(0, 255, (300, 400, 3), dtype=np.uint8)
        photo = Image.fromarray(noise).filter(ImageFilter.GaussianBlur(2))
        assert blank(from_picture(png(photo))) == []

    @settings(max_examples=12, deadline=None)
    @given(st.integers(0, 10_000), st.booleans())
    def test_no_column_with_a_value_is_ever_called_blank(self, seed: int, scan: bool) -> None:
        chance = random.Random(seed)
        words = ["市教育局", "二", "1", "/", "2021-06-29", "空白栏目", "√"]
        heads = [f"{word}栏" for word in "甲乙丙丁戊"[: chance.randint(2, 5)]]
        empty = {n for n in range(1, len(heads)) if chance.random() < 0.4}
        rows = [
            ["" if n in empty else chance.choice(words) for n in range(len(heads))] for _ in range(chance.randint(2, 5))
        ]
        picture = drawn([heads, *rows], size=chance.choice([16, 20, 26]), line=chance.choice([0, 120]))
        data = scanned(picture, degrees=chance.uniform(-2, 2), seed=seed) if scan else png(picture)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(text_lines, "read", lambda lines, usual: [""] * len(lines))
            tables = from_picture(data)
        share = [(b.box[0] + b.box[2] / 2, t.box) for t in tables for b in t.blank_columns if b.box and t.box]
        assert len(share) <= len(empty)
        if not scan:
            assert [index for index, _ in blank(tables)] == sorted(empty)


def folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


RENDERED = sorted((DATA / "ocr-rendered-gov-tables").glob("*.json"))


@pytest.mark.skipif(not RENDERED, reason="../shared/data/ocr-rendered-gov-tables is not here")
@pytest.mark.parametrize(("end", "least"), [(".png", 0.9), (".scan.jpg", 0.8)])
def test_real_tables_drawn_and_scanned_are_read_with_no_blank_column_invented(end: str, least: float) -> None:
    for truth in RENDERED:
        grid = json.loads(truth.read_text("utf-8"))["grid"]
        (table,) = from_picture((truth.parent / f"{truth.stem}{end}").read_bytes())
        rows = [table.header, *table.rows]
        assert [len(row) for row in rows] == [len(row) for row in grid], truth.stem
        pairs = [
            (folded(a), folded(b)) for row, true in zip(rows, grid, strict=True) for a, b in zip(row, true, strict=True)
        ]
        assert blank([table]) == []
        assert sum(a == b for a, b in pairs) >= least * len(pairs), truth.stem
