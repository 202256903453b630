"""Text that only pictures have: images, grounds of boxes, canvases; each read once; and where picture and page disagree."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from evidence import digest
from evidence.model import Box
from evidence.reading import Body, FrameDom, PageInput, read
from evidence.reading.page import Drawn
from evidence.reading.pictures import Kept
from tests.evidence.reading.pages import CRUMB, FOOT

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
WORDS = "关于开展政府网站检查的通知"


def png(text: str) -> bytes:
    picture = Image.new("RGB", (520, 120), "white")
    ImageDraw.Draw(picture).text((20, 30), text, font=ImageFont.truetype(FONT, 32, index=2), fill="black")
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


PNG = png(WORDS)


def page(body: str, *, data: bytes = PNG, drawn: tuple[Drawn, ...] = ()) -> PageInput:
    url = "http://www.example.gov.cn/zwgk/a.html"
    html = f"<html><body>{CRUMB}<div class='m'>{body}</div>{FOOT}</body></html>"
    kept = Body(
        url="http://www.example.gov.cn/zwgk/p.png", media_type="image/png", sha256=digest.sha256(data), data=data
    )
    return PageInput(
        url=url,
        status=200,
        headers={},
        frames=(FrameDom(n=0, url=url, html=html),),
        layout=None,
        bodies=(kept,),
        drawn=drawn,
    )


@dataclass
class Shelf:
    kept: dict[str, Kept] = field(default_factory=dict)

    def picture(self, sha256: str) -> Kept | None:
        return self.kept.get(sha256)

    def put_picture(self, sha256: str, kept: Kept) -> None:
        self.kept[sha256] = kept


def test_every_line_has_its_place_and_its_confidence() -> None:
    (image,) = read(page("<img src='p.png'>"), at=None).images
    (line,) = image.lines
    left, top, width, height = line.box
    assert line.text == image.text == WORDS
    assert 10 <= left <= 30 and 20 <= top <= 60 and 380 <= width <= 450 and 20 <= height <= 50
    assert line.confidence > 600


def test_what_only_the_picture_says_is_told_from_what_the_page_says_too() -> None:
    alone = read(page("<img src='p.png'>"), at=None).images[0].repeated
    beside = read(page(f"<img src='p.png'><p>{WORDS}</p>"), at=None).images[0].repeated
    assert alone is not None and beside is not None
    assert alone < 300 and beside == 1000


def test_a_canvas_is_read_by_its_picture() -> None:
    drawn = Drawn(box=(0, 100, 520, 120), sha256=digest.sha256(PNG), data=PNG)
    (image,) = read(page("<canvas width='520' height='120'></canvas>", drawn=(drawn,)), at=None).images
    assert (image.text, image.box, image.url) == (WORDS, (0, 100, 520, 120), None)


def test_a_picture_that_says_something_else_than_it_is_called_is_told() -> None:
    notes = read(page("<img src='p.png' alt='全县政务公开工作会议召开'>"), at=None).notes
    assert any("不一致" in note and "全县政务公开" in note for note in notes)


@pytest.mark.parametrize("alt", [WORDS, "通知", "", "p.png", "关于开展政府网站检查工作的通知"])
def test_a_picture_that_says_what_it_is_called_is_not(alt: str) -> None:
    assert not any("不一致" in note for note in read(page(f"<img src='p.png' alt='{alt}'>"), at=None).notes)


def test_a_picture_is_read_once_and_the_answer_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf()
    first = read(page("<img src='p.png'>"), at=None, shelf=shelf)

    def never(*_: Any) -> Any:
        raise AssertionError("read again")

    monkeypatch.setattr("evidence.reading.pictures.recognise", never)
    second = read(page("<img src='p.png'>"), at=None, shelf=shelf)
    assert first == second
    assert first.images == read(page("<img src='p.png'>"), at=None, shelf=replace_box(shelf)).images


def replace_box(shelf: Shelf) -> Shelf:
    """Return the shelf with pictures kept as they stood elsewhere: place and address are the page's, not the picture's."""
    elsewhere: Box = (1, 2, 3, 4)
    return Shelf(
        {
            sha: replace(kept, text=replace(kept.text, box=elsewhere, url="http://x/"))
            for sha, kept in shelf.kept.items()
        }
    )


def test_much_text_that_is_not_shown_is_told() -> None:
    body = "<p>正文第一段写明了有关情况。</p><div style='display:none'>" + "<p>隐藏的文字内容若干。</p>" * 30 + "</div>"
    assert any("在DOM中但不显示" in note for note in read(page(body), at=None).notes)


def test_rows_behind_a_tab_are_no_text_that_is_not_shown() -> None:
    rows = "".join(f"<li><a href='{n}'>关于开展第{n}次专项检查工作的通知</a></li>" for n in range(30))
    assert not any(
        "但不显示" in note for note in read(page(f"<p>正文</p><ul style='display:none'>{rows}</ul>"), at=None).notes
    )
