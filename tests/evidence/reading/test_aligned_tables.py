"""Tables without enough rulings in pictures: read where their columns are plain, and never a blank column made up."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from evidence.model import Table
from evidence.reading.tables import from_picture

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
SIZE = 17
HEAD = ("序号", "单位名称", "检查时间", "存在问题", "整改情况")
BODY = tuple(
    (str(n), name, f"2021-06-{n + 10}", fault, "")
    for n, (name, fault) in enumerate(
        [
            ("示例县教育局", "栏目不更新"),
            ("示例县民政局", "空白栏目"),
            ("示例县财政局", ""),
            ("示例县司法局", "死链"),
            ("示例县水利局", "错别字"),
        ],
        1,
    )
)
Rules = Callable[[ImageDraw.ImageDraw, list[int], list[int]], None]


def drawn(
    rows: Sequence[Sequence[str]], rules: Rules | None = None, *, fill: str = "black", stripe: str = "", gap: int = 34
) -> Image.Image:
    """Draw rows as a table of left-aligned columns; `rules` draws its lines."""
    font = ImageFont.truetype(FONT, SIZE, index=2)
    widths = [max(int(font.getlength(row[n])) for row in rows if n < len(row)) for n in range(max(map(len, rows)))]
    xs = [40]
    for width in widths:
        xs.append(xs[-1] + width + gap)
    ys = [40 + 32 * n for n in range(len(rows) + 1)]
    picture = Image.new("RGB", (xs[-1] + 30, ys[-1] + 40), "white")
    pen = ImageDraw.Draw(picture)
    for n, row in enumerate(rows):
        if stripe and n % 2:
            pen.rectangle((xs[0] - 10, ys[n], xs[-1] - 10, ys[n + 1]), fill=stripe)
        for x, text in zip(xs, row, strict=False):
            pen.text((x, ys[n] + 5), text, font=font, fill="black" if n == 0 else fill)
    if rules:
        rules(pen, [x - gap // 2 for x in xs], ys)
    return picture


def three_lines(pen: ImageDraw.ImageDraw, xs: list[int], ys: list[int]) -> None:
    for y in (ys[0], ys[1], ys[-1]):
        pen.line((xs[0], y, xs[-1], y), fill="black", width=2)


def level(pen: ImageDraw.ImageDraw, xs: list[int], ys: list[int]) -> None:
    for y in ys:
        pen.line((xs[0], y, xs[-1], y), fill="gray")


def upright(pen: ImageDraw.ImageDraw, xs: list[int], ys: list[int]) -> None:
    for x in xs[1:-1]:
        pen.line((x, ys[0], x, ys[-1]), fill="gray")


def bytes_of(picture: Image.Image, **how: int) -> bytes:
    kept = io.BytesIO()
    picture.save(kept, "JPEG" if how else "PNG", **how)
    return kept.getvalue()


def tables(picture: Image.Image, **how: int) -> tuple[Table, ...]:
    return from_picture(bytes_of(picture, **how))


def blank(picture: Image.Image, **how: int) -> list[str]:
    return [column.heading for table in tables(picture, **how) for column in table.blank_columns]


@pytest.mark.parametrize("rules", [None, three_lines, level, upright])
def test_a_table_without_cells_ruled_is_read_by_the_white_between_its_columns(rules: Rules | None) -> None:
    (table,) = tables(drawn((HEAD, *BODY), rules))
    assert table.header == HEAD
    assert [row[1] for row in table.rows] == [row[1] for row in BODY]
    assert [column.heading for column in table.blank_columns] == ["整改情况"]


@pytest.mark.parametrize("rules", [None, level])
def test_a_cell_stands_where_its_row_and_its_column_meet(rules: Rules | None) -> None:
    picture = drawn((HEAD, *BODY), rules)
    (table,) = tables(picture)
    assert (len(table.column_boxes), len(table.row_boxes)) == (len(HEAD), len(BODY) + 1)
    left, _, width, _ = table.column_boxes[1]
    _, top, _, height = table.row_boxes[2]
    cell = np.asarray(picture.convert("L"))[top : top + height, left : left + width]
    assert (cell < 128).any()
    assert left > 80 and top > 100


def noisy(picture: Image.Image) -> Image.Image:
    grain = np.random.default_rng(5).normal(0, 10, (picture.height, picture.width, 1))
    return Image.fromarray((np.asarray(picture) + grain).clip(0, 255).astype(np.uint8))


def shaded(picture: Image.Image) -> Image.Image:
    dim = np.asarray(picture).astype(float) * 0.6 + 50 + np.linspace(0, 40, picture.width)[None, :, None]
    return Image.fromarray(dim.clip(0, 255).astype(np.uint8))


DEGRADED: dict[str, Callable[[Image.Image], Image.Image]] = {
    "blurred": lambda p: p.filter(ImageFilter.GaussianBlur(0.9)),
    "grainy": noisy,
    "turned": lambda p: p.rotate(1.2, Image.Resampling.BICUBIC, expand=True, fillcolor="white"),
    "dim on one side": shaded,
    "small": lambda p: p.resize((p.width * 3 // 4, p.height * 3 // 4), Image.Resampling.BICUBIC),
}


@pytest.mark.parametrize("how", DEGRADED)
@pytest.mark.parametrize("rules", [None, three_lines])
def test_scans_keep_their_blank_column_and_get_no_other(how: str, rules: Rules | None) -> None:
    found = tables(DEGRADED[how](drawn((HEAD, *BODY), rules)))
    assert [column.index for table in found for column in table.blank_columns] == [4]


def test_a_coarse_jpeg_does_too() -> None:
    assert blank(drawn((HEAD, *BODY)), quality=35) == ["整改情况"]


def test_stripes_are_ground() -> None:
    assert blank(drawn((HEAD, *BODY), stripe="#e8eef8")) == ["整改情况"]


@pytest.mark.parametrize("fill", ["#999999", "#cccccc", "#dddddd", "#cc0000", "#0000cc", "#e0e000"])
def test_values_be_they_ever_so_pale_are_values(fill: str) -> None:
    rows = (HEAD, *((*row[:4], "已整改") for row in BODY))
    assert blank(drawn(rows, fill=fill)) == []


def test_one_value_in_a_column_is_enough() -> None:
    rows = [list(row) for row in (HEAD, *BODY)]
    rows[3][4] = "√"
    assert blank(drawn(rows)) == []


def test_a_list_of_names_has_no_headings_and_so_no_blank_column() -> None:
    names = [("张建国", "李志强", "王海燕", "赵文军"), *[("孙晓明", "周立新", "吴春梅", "")] * 5]
    assert blank(drawn(names)) == []


def test_headings_set_wide_are_never_two_columns() -> None:
    rows = [("序号", "姓　　　名", "单　　　位", "备注情况"), *[(str(n), "张", "县教育局", "无") for n in range(1, 7)]]
    assert blank(drawn(rows)) == []


def test_values_beside_their_heading_make_no_blank_column() -> None:
    rows = [
        ("序号", "单位名称", "存在问题", "整改情况", ""),
        *[(str(n), "县教育局", "死链", "", "已整改完毕") for n in range(1, 7)],
    ]
    assert blank(drawn(rows)) == []


@pytest.mark.parametrize(
    "rows",
    [
        [("根据省政府办公厅统一部署，现将本季度检查情况通报如下，请各单位高度重视，逐项整改。",)] * 8,
        [(f"关于开展第{n}次专项检查的通知", f"2021-06-{n + 10}") for n in range(9)],
        [("日", "一", "二", "三", "四", "五", "六"), *[tuple(str(7 * w + d) for d in range(1, 8)) for w in range(4)]],
    ],
)  # fmt: skip
def test_prose_lists_and_calendars_are_no_tables(rows: list[tuple[str, ...]]) -> None:
    assert tables(drawn(rows)) == ()


def test_a_picture_of_grain_alone_is_none() -> None:
    grain = np.random.default_rng(7).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    assert tables(Image.fromarray(grain)) == ()
