"""A comparison drawn: earlier, later and difference side by side; red what changed, blue what is noise; never too high."""

from __future__ import annotations

import tracemalloc
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from evidence.cli import cli
from evidence.comparing import pixels
from evidence.comparing.drawing import CHANGED, GAP, HIGHEST, NO_PAGE, NOISE, WIDEST, Drawing, draw
from evidence.comparing.picture import TiledPicture
from evidence.comparing.pixels import PixelChanges
from evidence.errors import ExportError
from evidence.holdings import Holdings
from evidence.model import Box, FlowRef, Record
from tests.evidence.bundles import admitted
from tests.evidence.factory import artifact

Picture = np.ndarray
WIDE, HIGH = 200, 300


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path / "store")


def page(height: int = HIGH, width: int = WIDE) -> Picture:
    """Return a white page whose rows are told from each other by a grey stroke."""
    picture = np.full((height, width, 3), 255, np.uint8)
    for row in range(height):
        picture[row, 10 : 12 + row % 97] = 100 + row % 89
    return picture


def record(holdings: Holdings, n: int, picture: Picture, *, tile: int = 10_000, **fields: Any) -> Record:
    tiles = []
    for at, top in enumerate(range(0, len(picture), tile)):
        held, cut = BytesIO(), picture[top : top + tile]
        Image.fromarray(cut).save(held, "PNG", compress_level=1)
        box = (0, top, picture.shape[1], len(cut))
        tiles.append(artifact(holdings.store.put(held.getvalue(), "image/png"), "tile", n=at, box=box))
    return admitted(holdings, f"R{n}-{picture.shape[1]}/shifan/home/1", **{"artifacts": tuple(tiles), **fields})


def drawn(
    holdings: Holdings, earlier: Picture, later: Picture, excuses: tuple[Box, ...] = ()
) -> tuple[Drawing, Picture]:
    """Return the drawing of two pages and its pixels."""
    pair = [record(holdings, n, picture) for n, picture in enumerate((earlier, later))]
    seen = [TiledPicture(one.capture.of_role("tile"), holdings.store.read) for one in pair]
    out = BytesIO()
    drawing = draw(pair[0], pair[1], pixels.changes(seen[0], seen[1], excuses), holdings.store, out)
    with Image.open(out) as image:
        return drawing, np.asarray(image.convert("RGB"))


def parts(shown: Picture) -> list[Picture]:
    """Return earlier, later and difference."""
    width = (shown.shape[1] - 2 * GAP) // 3
    return [shown[:, n * (width + GAP) : n * (width + GAP) + width] for n in range(3)]


def painted(part: Picture, colour: tuple[int, int, int]) -> np.ndarray:
    return (part == colour).all(axis=2)


def spotted(picture: Picture, box: Box) -> Picture:
    left, top, width, height = box
    copy = picture.copy()
    copy[top : top + height, left : left + width] = (20, 160, 60)
    return copy


def test_the_three_stand_side_by_side_as_large_as_the_pages(holdings: Holdings) -> None:
    drawing, shown = drawn(holdings, page(), page())
    assert shown.shape == (HIGH, 3 * WIDE + 2 * GAP, 3)
    assert "左为前次，中为后次，右为差异" in drawing.sentence()
    assert "缩小" not in drawing.sentence()
    assert "只画出" not in drawing.sentence()


def test_equal_pages_are_shown_as_they_are_and_their_difference_is_pale_without_any_mark(holdings: Holdings) -> None:
    earlier, later, difference = parts(drawn(holdings, page(), page())[1])
    assert np.array_equal(earlier, page())
    assert np.array_equal(later, page())
    assert difference.min() > 190
    for part in (earlier, later, difference):
        assert not painted(part, CHANGED).any()
        assert not painted(part, NOISE).any()


def test_a_changed_patch_is_framed_on_both_pages_and_red_in_the_difference_where_it_is_and_nowhere_else(
    holdings: Holdings,
) -> None:
    patch = (96, 104, 40, 16)
    earlier, later, difference = parts(drawn(holdings, page(), spotted(page(), patch))[1])
    marked = np.zeros((HIGH, WIDE), np.bool_)
    marked[104:120, 96:136] = True
    assert np.array_equal(painted(difference, CHANGED), marked & (spotted(page(), patch) != page()).any(axis=2))
    for side in (earlier, later):
        assert painted(side, CHANGED)[103, 96:136].all()
        assert not painted(side, CHANGED)[104:120, 96:136].any(), "what changed must stay in sight inside its frame"


def test_what_moves_is_blue_and_never_red(holdings: Holdings) -> None:
    patch = (96, 104, 40, 16)
    for part in parts(drawn(holdings, page(), spotted(page(), patch), (patch,))[1]):
        assert painted(part, NOISE).any()
        assert not painted(part, CHANGED).any()


def test_a_change_beside_a_moving_box_is_still_red(holdings: Holdings) -> None:
    moving, own = (96, 40, 40, 16), (96, 200, 40, 16)
    later = spotted(spotted(page(), moving), own)
    _, framed, difference = parts(drawn(holdings, page(), later, (moving,))[1])
    assert painted(difference, CHANGED)[200:216, 100:130].any()
    assert not painted(difference, CHANGED)[:190].any()
    assert painted(framed, NOISE).any()
    assert painted(framed, CHANGED).any()


def test_rows_pushed_down_are_no_difference_and_what_was_brought_is_framed_only_where_it_came(
    holdings: Holdings,
) -> None:
    brought = np.full((40, WIDE, 3), (20, 160, 60), np.uint8)
    earlier, later, difference = parts(drawn(holdings, page(), np.concatenate([page()[:80], brought, page()[80:]]))[1])
    assert not painted(earlier, CHANGED).any()
    assert painted(later, CHANGED)[78].any()
    assert painted(difference, CHANGED)[80:120].all()
    assert not painted(difference, CHANGED)[130:].any()
    assert (earlier[HIGH:] == NO_PAGE).all(), "the earlier page is shorter"


def test_what_is_gone_is_framed_on_the_earlier_page_and_only_there(holdings: Holdings) -> None:
    earlier, later, _ = parts(drawn(holdings, page(), np.concatenate([page()[:80], page()[140:]]))[1])
    assert painted(earlier, CHANGED)[140].any()
    assert not painted(later, CHANGED).any()


def test_a_page_of_another_width_differs_by_its_edge(holdings: Holdings) -> None:
    wider = np.concatenate([page(), np.zeros((HIGH, 40, 3), np.uint8)], axis=1)
    earlier, later, difference = parts(drawn(holdings, page(), wider)[1])
    assert painted(difference, CHANGED)[10:-10, WIDE + 4 : -4].all()
    assert not painted(difference, CHANGED)[:, :WIDE].any()
    narrower = parts(drawn(holdings, wider, page())[1])
    assert painted(narrower[0], CHANGED).any()
    assert not painted(narrower[1], CHANGED).any()


def test_a_high_page_is_made_smaller_and_the_sentence_says_so(holdings: Holdings) -> None:
    drawing, shown = drawn(holdings, page(20_000, 60), spotted(page(20_000, 60), (10, 19_000, 40, 1)))
    assert shown.shape[0] == 10_000
    assert drawing.sentence().endswith("已缩小为1/2。")
    assert painted(parts(shown)[2], CHANGED)[9_500].any(), "a single row that differs is not averaged away"


def test_a_page_too_high_to_read_is_cut_to_a_strip_that_holds_the_first_change_and_the_sentence_says_so(
    holdings: Holdings,
) -> None:
    tall = page(70_000, 20)
    drawing, shown = drawn(holdings, tall, spotted(spotted(tall, (10, 60_000, 5, 40)), (10, 65_000, 5, 40)))
    assert shown.shape[0] == HIGHEST
    assert drawing.last - drawing.first == 32_000
    assert painted(parts(shown)[2], CHANGED).any()
    assert f"页面高70000像素，只画出第{drawing.first + 1}至{drawing.last}行" in drawing.sentence()


@pytest.mark.parametrize("height", [1, 16_000, 16_001, 32_000, 32_001, 199_999, 200_000, 5_000_000])
@pytest.mark.parametrize("width", [1, 1_280, 2_001, 9_000])
@pytest.mark.parametrize("row", [0, 15_000, 4_999_999])
def test_no_drawing_is_higher_or_wider_than_it_may_be(height: int, width: int, row: int) -> None:
    from evidence.comparing.drawing import _fit

    drawing = _fit(width, height, PixelChanges(regions=((0, min(row, height - 1), 1, 1),)))
    assert -(-(drawing.last - drawing.first) // drawing.step) <= HIGHEST
    assert -(-width // drawing.step) <= WIDEST
    assert 0 <= drawing.first < drawing.last <= height
    assert drawing.first <= min(row, height - 1) < drawing.last


@pytest.mark.full
def test_a_page_of_200_000_rows_costs_no_more_memory_than_its_tiles(holdings: Holdings) -> None:
    tall = np.full((4_000, 1_280, 3), 255, np.uint8)
    tall[::50] = 40
    held = BytesIO()
    Image.fromarray(tall).save(held, "PNG")
    blob = holdings.store.put(held.getvalue(), "image/png")
    tiles = tuple(artifact(blob, "tile", n=n, box=(0, n * 4_000, 1_280, 4_000)) for n in range(50))
    pair = [admitted(holdings, f"R{n}/shifan/home/1", artifacts=tiles) for n in range(2)]
    changes = PixelChanges(regions=((0, 0, 1_280, 200_000),), runs=((0, 200_000, 0, 200_000),))
    tracemalloc.start()
    try:
        draw(pair[0], pair[1], changes, holdings.store, BytesIO())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 200 << 20


def test_a_visit_without_a_picture_cannot_be_drawn_and_is_named(holdings: Holdings) -> None:
    failed = admitted(holdings, "R1/shifan/home/1", outcome="unreachable", reason="dns", artifacts=())
    with pytest.raises(ExportError, match=f"{failed.id[:12]} holds no picture to draw: unreachable"):
        draw(record(holdings, 0, page()), failed, PixelChanges(), holdings.store, BytesIO())


def compare(holdings: Holdings, pair: list[Record], *more: str) -> Result:
    arguments = ["compare", "-w", str(holdings.root.parent), *(one.id for one in pair), *more]
    return CliRunner().invoke(cli, arguments, obj=None)


def test_the_command_writes_the_picture_and_says_what_it_shows(holdings: Holdings, tmp_path: Path) -> None:
    dom = artifact(holdings.store.put(b"<p>\xe6\xa0\x8f</p>", "text/html"), "dom", url="http://www.shifan.test/")
    pair = []
    for n, picture in enumerate((page(), spotted(page(), (96, 104, 40, 16)))):
        held = BytesIO()
        Image.fromarray(picture).save(held, "PNG")
        tile = artifact(holdings.store.put(held.getvalue(), "image/png"), "tile", box=(0, 0, WIDE, HIGH))
        pair.append(admitted(holdings, f"R{n}/shifan/home/1", artifacts=(tile, dom)))
    tiles = [holdings.store.read(one.capture.of_role("tile")[0].sha256) for one in pair]
    out = tmp_path / "difference.png"
    answer = compare(holdings, pair, "--picture", str(out))
    assert answer.exit_code == 0, answer.output
    assert "画面1处不同" in answer.output
    assert f"{out}：左为前次" in answer.output
    with Image.open(out) as image:
        assert image.size == (3 * WIDE + 2 * GAP, HIGH)
    assert tiles == [holdings.store.read(one.capture.of_role("tile")[0].sha256) for one in pair], "never on the tiles"


def test_pages_with_personal_data_are_drawn_with_a_warning(holdings: Holdings, tmp_path: Path) -> None:
    flow = FlowRef(name="test", sha256=holdings.store.put(b"#", "text/plain").sha256, verified=None, private=(".name",))
    pair = [record(holdings, n, page(), flow=flow) for n in range(2)]
    assert "不得外传" in compare(holdings, pair, "--picture", str(tmp_path / "a.png")).stderr


def test_a_failed_visit_leaves_no_file_and_the_command_fails_with_a_sentence(
    holdings: Holdings, tmp_path: Path
) -> None:
    failed = admitted(holdings, "R1/shifan/home/1", outcome="unreachable", reason="dns", artifacts=())
    out = tmp_path / "difference.png"
    answer = compare(holdings, [record(holdings, 0, page()), failed], "--picture", str(out))
    assert answer.exit_code == 1
    assert "holds no picture to draw" in answer.stderr
    assert not out.exists()
