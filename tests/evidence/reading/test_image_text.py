"""Text in pictures: read where it can be, and a hostile picture costs nothing but its own text."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import unicodedata
import zlib
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from evidence.reading import tesseract
from evidence.reading.image_text import Picture, recognise
from evidence.reading.raster import Refused, decode

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
DATA = Path("../shared/data/ocr-cnocr").resolve()


def picture(data: bytes, name: str = "a" * 64) -> Picture:
    return Picture(sha256=name, url="http://127.0.0.1/a.png", box=(1, 2, 3, 4), data=data, in_main=True)


def poster(text: str, size: int = 24, mode: str = "RGB", form: str = "PNG") -> bytes:
    font = ImageFont.truetype(FONT, size, index=2)
    lines = text.split("\n")
    page = Image.new("RGB", (int(max(map(font.getlength, lines))) + 60, int(size * 1.8 * len(lines)) + 40), "white")
    draw = ImageDraw.Draw(page)
    for n, line in enumerate(lines):
        draw.text((30, 20 + n * size * 1.8), line, font=font, fill="black")
    file = io.BytesIO()
    page.convert(mode).save(file, form)
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """Return a PNG that says it is so large, in a few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def test_chinese_text_is_read_without_spaces_between_characters() -> None:
    (found,) = recognise([picture(poster("关于开展政府网站检查的通知\n联系电话 12345678"))])
    assert "关于开展政府网站检查的通知" in found.text
    assert "12345678" in found.text
    assert (found.state, found.in_main, found.box) == ("read", True, (1, 2, 3, 4))
    assert 700 <= found.confidence <= 1000


def test_answers_come_in_the_order_of_the_pictures_and_broken_ones_keep_their_place() -> None:
    texts = ["政务公开", "", "通知公告"]
    given_ = [picture(poster(text, 40) if text else b"no picture", str(n) * 64) for n, text in enumerate(texts)]
    found = recognise(given_)
    assert [each.sha256 for each in found] == [each.sha256 for each in given_]
    assert [each.text for each in found] == texts
    assert [each.state for each in found] == ["read", "unreadable", "read"]


def test_small_text_is_enlarged() -> None:
    (found,) = recognise([picture(poster("示范市人民政府办公室", 11))])
    assert SequenceMatcher(None, found.text, "示范市人民政府办公室").ratio() > 0.8


def test_a_long_picture_is_read_to_its_end() -> None:
    words = ("政务公开工作要点", "办事指南", "关于开展政府网站检查的通知", "政策解读和回应关切", "信息公开年度报告")
    lines = [f"第{n}条{words[n * n % 5]}{words[n % 3]}" for n in range(100, 180)]
    (found,) = recognise([picture(poster("\n".join(lines), 22))])
    assert lines[0] in found.text
    assert lines[-1] in found.text
    assert SequenceMatcher(None, found.text, "\n".join(lines), autojunk=False).ratio() > 0.9


@pytest.mark.parametrize(("mode", "form"), [("CMYK", "JPEG"), ("P", "PNG"), ("L", "GIF"), ("1", "PNG"), ("LA", "PNG")])
def test_every_kind_of_pixels_a_browser_shows_is_read(mode: str, form: str) -> None:
    (found,) = recognise([picture(poster("检查情况通报", 36, mode, form))])
    assert SequenceMatcher(None, found.text, "检查情况通报").ratio() > 0.8


def test_transparent_ground_is_white_as_in_a_browser() -> None:
    page = Image.new("RGBA", (420, 80), (0, 0, 0, 0))
    ImageDraw.Draw(page).text(
        (20, 20), "政府信息公开年度报告", font=ImageFont.truetype(FONT, 30, index=2), fill=(0, 0, 0, 255)
    )
    file = io.BytesIO()
    page.save(file, "PNG")
    assert recognise([picture(file.getvalue())])[0].text == "政府信息公开年度报告"


def test_of_a_moving_picture_the_first_frame_is_read() -> None:
    font = ImageFont.truetype(FONT, 40, index=2)
    frames = []
    for text in ("第一帧画面", "第二帧画面"):
        frames.append(Image.new("RGB", (280, 80), "white"))
        ImageDraw.Draw(frames[-1]).text((20, 15), text, font=font, fill="black")
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:] * 200)
    assert "第一帧" in recognise([picture(file.getvalue())])[0].text


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (b"", "unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unreadable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n", "unreadable"),
        (poster("通知")[:200], "unreadable"),
        (bomb(60_000, 60_000), "too_large"),
        (bomb(2**31 - 1, 2**31 - 1), "too_large"),
        (bomb(70_000, 20), "too_large"),
        (bomb(1, 1), "too_small"),
        (bomb(5_000, 2), "too_small"),
    ],
)
def test_what_cannot_be_read_says_why_and_has_no_text(data: bytes, state: str) -> None:
    (found,) = recognise([picture(data)])
    assert (found.text, found.confidence, found.state) == ("", 0, state)


def test_a_picture_without_text_is_empty() -> None:
    file = io.BytesIO()
    Image.new("RGB", (300, 200), (200, 30, 40)).save(file, "PNG")
    assert recognise([picture(file.getvalue())])[0].state == "empty"


def test_the_engine_is_named_with_version_and_models() -> None:
    version = subprocess.run(["tesseract", "--version"], capture_output=True, text=True).stdout.split()[1]
    (found,) = recognise([picture(poster("公告", 40))])
    assert found.engine.startswith(f"tesseract {version} chi_sim:")
    assert "eng:" in found.engine


def test_without_an_engine_pictures_have_no_text_and_the_night_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(languages: str = "") -> str:
        raise tesseract.EngineMissing("tesseract does not run here")

    monkeypatch.setattr(tesseract, "engine", missing)
    (found, broken) = recognise([picture(poster("公告")), picture(b"")])
    assert (found.text, found.state, found.engine) == ("", "no_engine", "none")
    assert broken.state == "unreadable"


def test_a_picture_the_engine_is_stuck_on_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    real = tesseract.read

    def stuck(pictures, *, mode, languages=tesseract.SIMPLIFIED):  # type: ignore[no-untyped-def]
        if any(each.width > 2_000 for each in pictures):
            raise tesseract.EngineTimeout("tesseract did not end within 30 s")
        return real(pictures, mode=mode, languages=languages)

    monkeypatch.setattr(tesseract, "read", stuck)
    wide = io.BytesIO()
    Image.new("RGB", (2_500, 300), "white").save(wide, "PNG")
    first, second = recognise([picture(wide.getvalue()), picture(poster("通知公告", 40))])
    assert (first.text, first.state) == ("", "timeout")
    assert second.text == "通知公告"


def test_no_pictures_need_no_engine() -> None:
    assert recognise([]) == ()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2_000), st.binary(min_size=1, max_size=8))
def test_a_damaged_picture_is_opened_or_refused_and_nothing_else(place: int, damage: bytes) -> None:
    data = poster("政务公开", 16)
    place %= len(data)
    try:
        opened = decode(data[:place] + damage + data[place + len(damage) :])
    except Refused as refusal:
        assert refusal.state in ("unreadable", "too_large", "too_small")
    else:
        assert opened.mode == "RGB"


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/ocr-cnocr is not here")
def test_printed_chinese_is_read_almost_without_fault() -> None:
    for case in json.loads((DATA / "expected.json").read_text("utf-8")):
        if case["image"] in ("helloworld.jpg", "multi-line_cn1.png", "multi-line_cn2.png"):
            (found,) = recognise([picture((DATA / case["image"]).read_bytes())])
            want, got = (
                "".join(unicodedata.normalize("NFKC", text).split()) for text in ("".join(case["lines"]), found.text)
            )
            assert SequenceMatcher(None, want, got, autojunk=False).ratio() > 0.9, case["image"]
