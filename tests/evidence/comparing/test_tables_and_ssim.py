"""Tables are compared cell by cell, and changed regions get a score of how alike they look."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.comparing.ssim import ssim
from evidence.comparing.tables import changes
from evidence.model import Table

HEAD = ("序号", "单位名称", "存在问题", "整改情况")
ROWS = (("1", "甲局", "死链", ""), ("2", "乙局", "错别字", "已整改"), ("3", "丙局", "空白栏目", ""))


def table(rows: tuple[tuple[str, ...], ...] = ROWS, head: tuple[str, ...] = HEAD) -> Table:
    return Table(source="html", header=head, rows=rows, blank_columns=())


def test_equal_tables_differ_in_nothing() -> None:
    assert not changes((table(),), (table(),))


def test_a_changed_cell_is_named_by_row_and_heading() -> None:
    later = table((ROWS[0][:3] + ("已整改",), *ROWS[1:]))
    (cell,) = changes((table(),), (later,)).cells
    assert (cell.row, cell.column, cell.earlier, cell.later) == (0, "整改情况", "", "已整改")


def test_a_row_that_came_or_went_shifts_no_cells() -> None:
    found = changes((table(),), (table((("0", "新局", "死链", ""), *ROWS)),))
    assert (found.count, found.rows_added, found.rows_removed) == (0, 1, 0)
    assert changes((table(),), (table(ROWS[1:]),)).rows_removed == 1


def test_tables_are_matched_by_their_headings_and_not_by_their_place() -> None:
    other = table((("a", "b"),), ("甲", "乙"))
    assert not changes((table(), other), (other, table()))
    found = changes((table(),), (other,))
    assert (found.tables_added, found.tables_removed) == (1, 1)


def test_a_counter_in_a_cell_is_no_change() -> None:
    rows = (("1", "甲局", "浏览次数：10", ""),)
    assert not changes((table(rows),), (table((("1", "甲局", "浏览次数：99", ""),)),))


def test_very_many_cells_are_counted_and_the_first_told() -> None:
    many = tuple((str(n), f"局{n}", "a", "b") for n in range(900))
    found = changes((table(many),), (table(tuple((*row[:2], "x", "y") for row in many)),))
    assert (found.count, len(found.cells)) == (1800, 500)


def test_tables_without_rows_and_ragged_rows_break_nothing() -> None:
    assert not changes((table(()),), (table(()),))
    assert changes((table((("1",),)),), (table((("1", "甲局"),)),)).rows_added <= 1


GRAIN = np.random.default_rng(3).integers(0, 255, (40, 60, 3), dtype=np.uint8)


def test_equal_pieces_are_wholly_alike_and_noise_is_not() -> None:
    other = np.random.default_rng(4).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    assert ssim(GRAIN, GRAIN) == 1000
    assert ssim(GRAIN, other) < 100


def test_a_shade_is_more_alike_than_another_text() -> None:
    white = np.full((40, 60, 3), 255, dtype=np.uint8)
    lined = white.copy()
    lined[10:14, 5:55] = 0
    assert ssim(lined, (lined * 0.9).astype(np.uint8)) > ssim(lined, white)


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (5, 5), (7, 7)])
def test_small_pieces_have_a_score(shape: tuple[int, int]) -> None:
    assert ssim(GRAIN[: shape[0], : shape[1]], GRAIN[: shape[0], : shape[1]]) == 1000


@given(st.integers(min_value=0, max_value=255), st.integers(min_value=0, max_value=255))
def test_the_score_lies_between_nothing_and_all_and_is_the_same_both_ways(a: int, b: int) -> None:
    one, other = (np.full((9, 9, 3), value, dtype=np.uint8) for value in (a, b))
    assert 0 <= ssim(one, other) == ssim(other, one) <= 1000
