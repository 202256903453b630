"""The annex that is only a picture: a ruled table, drawn, with one column that has a heading and no value."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
)
SIMPLIFIED = 2
"""Number of the simplified Chinese face in the Noto collections."""

HEADINGS = ("序号", "网站名称", "主办单位", "存在问题", "整改完成时间")
ROWS = (
    ("1", "示范市文化馆", "市文化局", "栏目不更新", ""),
    ("2", "示范区人民政府", "示范区政府", "空白栏目", ""),
    ("3", "示范市体育中心", "市体育局", "首页不更新", ""),
    ("4", "示范新区管委会", "新区管委会", "互动回应差", ""),
    ("5", "示范市档案馆", "市档案局", "栏目不更新", ""),
)
WIDTHS = (80, 240, 200, 200, 200)
HEIGHT, SIZE, EDGE = 56, 24, 24


@cache
def annex() -> bytes:
    """Return the picture as PNG; raises FileNotFoundError where no Chinese font is installed."""
    font = ImageFont.truetype(_font(), SIZE, index=SIMPLIFIED)
    picture = Image.new("RGB", (sum(WIDTHS) + 2 * EDGE + 1, HEIGHT * (len(ROWS) + 1) + 2 * EDGE + 1), "white")
    draw = ImageDraw.Draw(picture)
    right, bottom = picture.width - EDGE - 1, picture.height - EDGE - 1
    draw.rectangle((EDGE, EDGE, right, EDGE + HEIGHT), fill=(235, 240, 247))
    for n in range(len(ROWS) + 2):
        draw.line((EDGE, EDGE + n * HEIGHT, right, EDGE + n * HEIGHT), fill=(60, 60, 60), width=2)
    left = EDGE
    for n, width in enumerate((*WIDTHS, 0)):
        draw.line((left, EDGE, left, bottom), fill=(60, 60, 60), width=2)
        if width:
            for row, cells in enumerate((HEADINGS, *ROWS)):
                middle = (left + width / 2, EDGE + (row + 0.5) * HEIGHT)
                draw.text(middle, cells[n], font=font, fill=(20, 20, 20), anchor="mm")
        left += width
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _font() -> str:
    for font in FONTS:
        if Path(font).is_file():
            return font
    raise FileNotFoundError(f"no Chinese font, expected one of {', '.join(FONTS)}\ntry: apt-get install fonts-noto-cjk")
