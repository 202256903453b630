"""A unit's pictures against ours: hostile bytes give a state, likeness gives a number, and nothing gives a conclusion."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from evidence.disputes import letter, pictures
from evidence.disputes.pictures import Likeness, likenesses
from evidence.disputes.sheet import Sheet
from evidence.holdings import Holdings
from evidence.human import File
from evidence.model import Record
from evidence.reading import tesseract
from flows.demo import drawing
from tests.evidence.bundles import admitted
from tests.evidence.factory import target


def drawn(*boxes: tuple[int, int, int, int], size: tuple[int, int] = (640, 480)) -> bytes:
    image = Image.new("RGB", size, "white")
    for box in boxes:
        ImageDraw.Draw(image).rectangle(box, fill="black")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


OURS = drawn((20, 20, 300, 80), (20, 120, 600, 140), (20, 300, 200, 460))
OTHER = drawn((400, 10, 630, 470), (20, 200, 120, 260))


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path / "store")


@pytest.fixture
def record(holdings: Holdings) -> Record:
    return admitted(holdings, "R1/shifan/home/1", picture=OURS, html="<p>示范市召开会议</p>", target=target())


@pytest.fixture(autouse=True)
def no_engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the words out, as where no engine is installed, but for the one test that is about them."""
    if request.node.name == "test_the_words_of_a_picture_are_held_against_our_page":
        return

    def missing(*_: object, **__: object) -> str:
        raise tesseract.EngineMissing("none")

    monkeypatch.setattr(tesseract, "engine", missing)


def file(holdings: Holdings, data: bytes, media_type: str = "image/png", name: str = "截图.png") -> File:
    blob = holdings.store.put(data, media_type)
    return File(name=name, sha256=blob.sha256, size=blob.size, media_type=media_type)


def one(holdings: Holdings, record: Record, data: bytes, **fields: str) -> Likeness:
    (found,) = likenesses([file(holdings, data, **fields)], [record], holdings)
    return found


OTHER_WORDS = "乡镇动态六月二十五日发布"


def lettered(text: str) -> bytes:
    image = Image.new("RGB", (900, 120), "white")
    ImageDraw.Draw(image).text((20, 30), text, font=ImageFont.truetype(drawing.FONTS[0], 48, index=2), fill="black")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def bomb() -> bytes:
    """Return a PNG that claims 60,000 by 60,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "unreadable"),
        (OURS[: len(OURS) // 2], "unreadable"),
        (b"<svg onload=alert(1)>", "unreadable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "unreadable"),
        (bomb(), "too_large"),
        (drawn(size=(3, 3)), "too_small"),
    ],
)
def test_hostile_bytes_give_a_state_and_no_likeness(
    holdings: Holdings, record: Record, data: bytes, state: str
) -> None:
    found = one(holdings, record, data)
    assert (found.state, found.distance, found.repeated) == (state, None, None)


@pytest.mark.parametrize("kind", ["video/mp4", "application/pdf", "application/octet-stream", "text/html"])
def test_what_is_no_picture_by_its_bytes_is_left_to_people(holdings: Holdings, record: Record, kind: str) -> None:
    assert one(holdings, record, OURS, media_type=kind).state is None


def test_a_file_that_says_it_is_huge_is_not_read(holdings: Holdings, record: Record) -> None:
    huge = replace(file(holdings, OURS), size=pictures.LARGEST + 1)
    assert likenesses([huge], [record], holdings)[0].state is None


def test_not_more_than_some_are_looked_into_and_the_others_are_named(holdings: Holdings, record: Record) -> None:
    files = [file(holdings, OURS, name=f"{n}.png") for n in range(pictures.MOST + 2)]
    found = likenesses(files, [record], holdings)
    assert [one.name for one in found if one.state is None] == ["12.png", "13.png"]


def test_the_same_picture_is_near_and_another_one_far(holdings: Holdings, record: Record) -> None:
    smaller = io.BytesIO()
    Image.open(io.BytesIO(OURS)).resize((320, 240)).save(smaller, "PNG")
    same, scaled, other = (one(holdings, record, data).distance for data in (OURS, smaller.getvalue(), OTHER))
    assert same == 0
    assert scaled is not None and other is not None and scaled < 10 < other


def test_the_words_of_a_picture_are_held_against_our_page(holdings: Holdings) -> None:
    said = "关于开展政府网站检查的通知"
    seen = admitted(holdings, "R2/shifan/home/1", picture=OURS, html=f"<p>{said}</p>", target=target())
    layoutless = Record(
        capture=replace(seen.capture, artifacts=tuple(a for a in seen.capture.artifacts if a.role != "layout")),
        previous=None,
    )
    shared = [
        likenesses([file(holdings, lettered(text))], [layoutless], holdings)[0].repeated for text in (said, OTHER_WORDS)
    ]
    assert shared[0] is not None and shared[1] is not None
    assert shared[0] > 800 > 200 > shared[1]


def test_without_a_picture_of_ours_nothing_is_compared(holdings: Holdings, record: Record) -> None:
    (found,) = likenesses([file(holdings, OURS)], [], holdings)
    assert (found.record, found.distance) == (None, None)


def test_the_caution_stands_wherever_a_likeness_does(holdings: Holdings, record: Record) -> None:
    found = one(holdings, record, OURS)
    shown = "\n".join(letter._pictures([found]))
    assert pictures.CAUTION in shown and "一致" not in shown and "证明" in shown
    assert list(letter._pictures([])) == []


def test_no_word_of_the_picture_is_kept() -> None:
    assert not {"text", "lines", "words"} & set(Likeness.__dataclass_fields__)
    assert Sheet.__dataclass_fields__["pictures"]
