"""Canonical JSON: one value, one form, and nothing else is taken for it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from evidence import canonical
from evidence.errors import CanonicalError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_encoded_decodes_to_itself(value: object) -> None:
    assert canonical.decode(canonical.encode(value)) == value


@given(VALUES)
def test_the_standard_library_and_rfc_8785_give_the_same_bytes(value: object) -> None:
    """So anyone can rebuild the bytes in any language without our code."""
    expected = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert canonical.encode(value) == expected
    assert rfc8785.dumps(value) == expected  # type: ignore[arg-type]


def test_every_control_character_is_written_as_rfc_8785_does() -> None:
    text = "".join(map(chr, range(0x2100))) + "\u2028\ufeff\U0001f600"
    assert canonical.encode(text) == rfc8785.dumps(text)


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), 2**53, -(2**53), {"栏": 1}, {1: 2}, "\ud800", b"x", {"a": object()}]
)
def test_a_value_without_one_form_is_refused(value: object) -> None:
    with pytest.raises(CanonicalError):
        canonical.encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b"[1e3]",
        b"NaN",
        b'"\\u6751"',
        b"[1]\n",
        b"\xef\xbb\xbf[1]",
        b"\xff",
        b"",
        b"[" * 100_000,
    ],
)
def test_bytes_that_are_not_the_one_form_are_refused(data: bytes) -> None:
    with pytest.raises(CanonicalError):
        canonical.decode(data)


def test_deep_nesting_is_refused_before_it_exhausts_anything() -> None:
    value: object = 1
    for _ in range(canonical.MAX_DEPTH + 2):
        value = [value]
    with pytest.raises(CanonicalError, match="nested"):
        canonical.encode(value)


@pytest.mark.parametrize("leaf", ["栏目", True, None, 1, [], {}])
@pytest.mark.parametrize("around", [lambda value: [value], lambda value: {"a": value}])
def test_the_depth_is_counted_alike_whatever_lies_there(leaf: object, around: Callable[[object], object]) -> None:
    value = leaf
    for _ in range(canonical.MAX_DEPTH):
        value = around(value)
    assert canonical.decode(canonical.encode(value)) == value
    with pytest.raises(CanonicalError, match="nested"):
        canonical.encode(around(value))
