"""Boxes around what changed: all of it, not much more, and never too many."""

from __future__ import annotations

import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from collector import thumbnail
from evidence.model import Box

BOXES = st.lists(st.tuples(*(st.integers(0, 2000),) * 2, *(st.integers(1, 400),) * 2), max_size=150)


def holds(outer: Box, inner: Box) -> bool:
    return all(outer[a] <= inner[a] and inner[a] + inner[a + 2] <= outer[a] + outer[a + 2] for a in (0, 1))


@given(BOXES)
def test_every_box_lies_in_a_merged_one_and_there_are_at_most_sixty(boxes: list[Box]) -> None:
    merged = thumbnail.merged(boxes)
    assert len(merged) <= 60
    assert all(any(holds(outer, box) for outer in merged) for box in boxes)


@given(st.lists(st.tuples(st.integers(0, 299), st.integers(0, 99)), max_size=40))
def test_every_changed_pixel_lies_in_a_box_and_every_box_on_the_page(changed: list[tuple[int, int]]) -> None:
    mask = np.zeros((300, 100), dtype=np.bool_)
    for row, column in changed:
        mask[row, column] = True
    boxes = thumbnail.boxes_of(mask)
    assert all(any(holds(box, (column * 4, row * 4, 4, 4)) for box in boxes) for row, column in changed)
    assert all(holds((0, 0, 400, 1200), box) for box in boxes)
    assert bool(boxes) == bool(changed)


def test_noise_all_over_a_very_tall_page_is_still_a_bounded_number_of_boxes() -> None:
    mask = np.random.default_rng(7).random((50_000, 320)) > 0.99
    assert 1 <= len(thumbnail.boxes_of(mask)) <= 60


def test_a_page_that_grew_between_the_two_has_moved_where_it_is_new() -> None:
    first, second = np.zeros((100, 50, 3), np.uint8), np.zeros((120, 50, 3), np.uint8)
    assert thumbnail.boxes_of(thumbnail.changed(first, second)) == ((0, 400, 200, 80),)


def test_a_change_too_faint_to_be_seen_is_none() -> None:
    first = np.zeros((10, 10, 3), np.uint8)
    assert not thumbnail.changed(first, first + np.uint8(12)).any()
    assert thumbnail.changed(first, first + np.uint8(13)).all()


def test_only_the_bands_that_differ_are_decoded_and_what_changed_is_found_at_its_place() -> None:
    same, one, other = b"no picture at all", png([0] * 30), png([0] * 20 + [200] * 10)
    assert thumbnail.compared((same, one), (same, one)) is None
    mask = thumbnail.compared((png([7] * 10), one), (png([7] * 10), other))
    assert mask is not None
    assert np.flatnonzero(mask.any(axis=1)).tolist() == list(range(30, 40))


def test_pictures_with_other_bytes_and_the_same_look_have_not_moved() -> None:
    first, second = png([90] * 30), png([90] * 30, level=0)
    assert first != second
    assert thumbnail.compared((first,), (second,)) is None


def png(rows: list[int], level: int = 6) -> bytes:
    """Return a grey picture of 8 columns whose rows have these values."""
    pixels = np.repeat(np.array(rows, np.uint8)[:, None], 8, axis=1)
    packed = io.BytesIO()
    Image.fromarray(pixels).save(packed, "PNG", compress_level=level)
    return packed.getvalue()


def test_what_is_known_can_be_taken_out() -> None:
    mask = np.ones((10, 10), np.bool_)
    assert thumbnail.share(thumbnail.cleared(mask, [(0, 0, 20, 40)]), (0, 0, 40, 40)) == 500
