"""Pictures compared: rows aligned first, then regions; tiles of any size, one in memory at a time."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from evidence.comparing import pixels
from evidence.comparing.picture import TiledPicture
from evidence.comparing.pixels import PixelChanges
from evidence.errors import ReadingError
from evidence.model import Artifact, Box
from evidence.store import FileStore
from tests.evidence.factory import artifact

Picture = np.ndarray


def striped(height: int = 600, width: int = 200, seed: int = 1) -> Picture:
    """Return a picture in which every row is told from every other."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def page(height: int = 600, width: int = 200) -> Picture:
    """Return a picture like a page: mostly white, with lines of 'text'."""
    picture = np.full((height, width, 3), 255, np.uint8)
    for n, top in enumerate(range(20, height - 20, 30)):
        picture[top : top + 10, 10 : 40 + (n * 37) % 150] = (n * 7) % 200
    return picture


def tiled(store: FileStore, picture: Picture, cuts: Sequence[int] = ()) -> TiledPicture:
    """Return the picture as tiles cut at some rows."""
    edges = [0, *sorted(set(cuts)), len(picture)]
    tiles: list[Artifact] = []
    for n, (top, bottom) in enumerate(zip(edges, edges[1:], strict=False)):
        held = io.BytesIO()
        Image.fromarray(picture[top:bottom]).save(held, "PNG")
        box = (0, top, picture.shape[1], bottom - top)
        tiles.append(artifact(store.put(held.getvalue(), "image/png"), "tile", n=n, box=box))
    return TiledPicture(tuple(tiles), store.read)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path)


def compared(store: FileStore, a: Picture, b: Picture, excuses: Sequence[Box] = ()) -> PixelChanges:
    return pixels.changes(tiled(store, a), tiled(store, b), excuses)


def test_equal_pictures_do_not_differ_however_they_are_cut(store: FileStore) -> None:
    found = pixels.changes(tiled(store, page(), [100, 350]), tiled(store, page(), [333]))
    assert (found.changed, found.regions, found.gone, found.shifted) == (0, (), (), False)


def test_one_changed_patch_is_one_region_and_its_pixels_are_counted(store: FileStore) -> None:
    later = page()
    later[304:320, 96:136] = (200, 0, 0)
    found = compared(store, page(), later)
    assert found.regions == ((96, 304, 40, 16),)
    assert found.changed == int((page() != later).any(axis=2).sum())


def test_patches_far_apart_are_two_regions(store: FileStore) -> None:
    later = page()
    later[0:8, 0:8] = later[560:568, 160:168] = (9, 99, 199)
    assert compared(store, page(), later).regions == ((0, 0, 8, 8), (160, 560, 8, 8))


def test_a_banner_that_pushes_everything_down_is_one_change(store: FileStore) -> None:
    earlier = striped()
    later = np.concatenate([np.full((48, 200, 3), 7, np.uint8), earlier])
    found = compared(store, earlier, later)
    assert found.regions == ((0, 0, 200, 48),)
    assert found.changed == 48 * 200
    assert found.shifted


def test_a_block_taken_out_of_the_middle_is_said_to_be_gone(store: FileStore) -> None:
    earlier = striped()
    later = np.concatenate([earlier[:200], earlier[260:]])
    found = compared(store, earlier, later)
    assert found.gone == ((0, 200, 200, 60),)
    assert found.regions == ()


def test_a_row_pushed_in_on_a_page_of_equal_white_rows_changes_no_more_than_it_brings(store: FileStore) -> None:
    earlier = page()
    later = np.concatenate([earlier[:80], page()[20:50], earlier[80:]])
    found = compared(store, earlier, later)
    assert found.shifted
    assert found.changed <= 60 * 200


def test_a_region_that_is_known_to_move_is_excused_and_still_listed(store: FileStore) -> None:
    later = page()
    later[304:320, 96:136] = (200, 0, 0)
    found = compared(store, page(), later, [(90, 300, 60, 30)])
    assert found.regions == ()
    assert found.excused == ((96, 304, 40, 16),)
    assert found.changed > 0


def test_a_region_that_leaves_the_place_that_moves_is_not_excused(store: FileStore) -> None:
    later = page()
    later[304:400, 96:136] = (200, 0, 0)
    assert compared(store, page(), later, [(90, 300, 60, 30)]).excused == ()


def test_what_drifted_from_the_place_of_one_record_to_that_of_the_other_is_excused_by_both_together(
    store: FileStore,
) -> None:
    later = page()
    later[304:320, 40:136] = (200, 0, 0)
    places = [(40, 300, 50, 30), (90, 300, 50, 30)]
    assert compared(store, page(), later, places).excused == ((40, 304, 96, 16),)
    assert compared(store, page(), later, places[:1]).excused == ()


def test_places_left_of_above_and_far_from_a_region_excuse_nothing(store: FileStore) -> None:
    later = page()
    later[304:320, 96:136] = (200, 0, 0)
    far = [(0, 0, 50, 330), (0, 0, 200, 290), (150, 300, 50, 30), (90, 340, 60, 30)]
    assert compared(store, page(), later, far).excused == ()


def test_a_wider_picture_differs_by_its_new_edge(store: FileStore) -> None:
    later = np.concatenate([page(), np.zeros((600, 40, 3), np.uint8)], axis=1)
    assert compared(store, page(), later).regions == ((200, 0, 40, 600),)


def test_wholly_different_pictures_are_one_region_and_take_no_time(store: FileStore) -> None:
    found = compared(store, striped(2_000, 1_280, 1), striped(2_000, 1_280, 2))
    assert found.regions == ((0, 0, 1_280, 2_000),)
    assert found.changed > 2_500_000


def test_likeness_falls_where_a_tile_changed(store: FileStore) -> None:
    later = page()
    later[0:300] = striped(300)
    found = pixels.changes(tiled(store, page(), [300]), tiled(store, later, [300]))
    assert found.likeness[0] < 900
    assert found.likeness[1] == 1000


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_the_count_is_that_of_the_whole_pictures_whatever_the_tiles(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = FileStore(tmp_path_factory.mktemp("tiles"))
    later = page(200, 64)
    top, left = data.draw(st.integers(0, 180)), data.draw(st.integers(0, 50))
    later[top : top + 11, left : left + 7] ^= 255
    cuts = st.lists(st.integers(1, 199), max_size=4)
    found = pixels.changes(tiled(store, page(200, 64), data.draw(cuts)), tiled(store, later, data.draw(cuts)))
    assert found.changed == 77
    (region,) = found.regions
    assert region[0] <= left
    assert region[1] <= top
    assert region[0] + region[2] >= left + 7
    assert region[1] + region[3] >= top + 11


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_a_tile_that_is_no_picture_is_named(store: FileStore, data: bytes) -> None:
    tile = artifact(store.put(data, "image/png"), "tile")
    with pytest.raises(ReadingError, match=f"tile {tile.sha256}"):
        TiledPicture((tile,), store.read)


def test_a_tile_that_promises_more_pixels_than_a_tile_has_is_refused(store: FileStore) -> None:
    held = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(held, "PNG")
    tile = artifact(store.put(held.getvalue(), "image/png"), "tile")
    with pytest.raises(ReadingError, match="tile"):
        TiledPicture((tile,), store.read)


def test_real_pictures_differ_at_least_where_a_referee_sees_it(store: FileStore, shared_data: Path) -> None:
    """pixelmatch leaves out what anti-aliasing may explain; we count every pixel, so we never find fewer."""
    folder = shared_data / "visual-pixelmatch"
    cases = json.loads((folder / "expected.json").read_text("utf-8"))["v7"]
    seen = 0
    for case in cases:
        paths = [next(iter(sorted(folder.glob(f"*/{case[side]}"))), None) for side in "ab"]
        if not all(paths):
            continue
        a, b = (np.asarray(Image.open(path).convert("RGB")) for path in paths if path)
        found = compared(store, a, b)
        assert found.changed >= case["mismatched_pixels"], case
        assert bool(found.regions or found.gone) == (found.changed > 0)
        seen += 1
    assert seen > 3
