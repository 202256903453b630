"""The Merkle tree against a naive reading of RFC 6962, for every size up to 70 leaves."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import merkle

MOST = 70
LEAVES = [merkle.leaf_hash(n.to_bytes(2, "big")) for n in range(MOST)]


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


@pytest.fixture(scope="module")
def tree() -> merkle.Tree:
    grown = merkle.Tree()
    for leaf in LEAVES:
        grown.append(leaf)
    return grown


def test_the_empty_tree_has_the_root_of_nothing() -> None:
    assert merkle.Tree().root(0).hex() == hashlib.sha256(b"").hexdigest()


def test_the_known_answers_of_certificate_transparency_come_out() -> None:
    """From the test data of the reference implementation of RFC 6962."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    grown = merkle.Tree()
    for text in inputs:
        grown.append(merkle.leaf_hash(bytes.fromhex(text)))
    assert grown.root(1).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert grown.root(8).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_every_root_is_that_of_the_naive_definition(tree: merkle.Tree) -> None:
    assert [tree.root(size) for size in range(MOST + 1)] == [naive_root(LEAVES[:size]) for size in range(MOST + 1)]


def test_every_path_is_that_of_the_naive_definition_and_leads_to_the_root(tree: merkle.Tree) -> None:
    for size in range(1, MOST + 1):
        root = naive_root(LEAVES[:size])
        for index in range(size):
            path = tree.inclusion(index, size)
            assert list(path) == naive_path(index, LEAVES[:size])
            assert merkle.root_of_inclusion(LEAVES[index], index, size, path) == root


def test_every_size_is_consistent_with_every_larger_one(tree: merkle.Tree) -> None:
    for new in range(1, MOST + 1):
        for old in range(1, new + 1):
            path = tree.consistency(old, new)
            assert merkle.is_consistent(old, tree.root(old), new, tree.root(new), path), (old, new)


@given(size=st.integers(1, MOST), data=st.data())
def test_a_path_proves_no_other_leaf_and_no_other_place(tree: merkle.Tree, size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, MOST - 1).filter(lambda n: n != index))
    path = tree.inclusion(index, size)
    assert merkle.root_of_inclusion(LEAVES[other], index, size, path) != tree.root(size)
    if other < size:
        assert merkle.root_of_inclusion(LEAVES[index], other, size, path) != tree.root(size)


@given(size=st.integers(2, MOST), data=st.data())
def test_a_path_that_was_touched_proves_nothing(tree: merkle.Tree, size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = list(tree.inclusion(index, size))
    place = data.draw(st.integers(0, len(path) - 1))
    flipped = bytes([path[place][0] ^ 1]) + path[place][1:]
    for wrong in (path[:place] + path[place + 1 :], [*path, path[0]], [*path[:place], flipped, *path[place + 1 :]]):
        assert merkle.root_of_inclusion(LEAVES[index], index, size, wrong) != tree.root(size)


@given(old=st.integers(1, MOST), new=st.integers(1, MOST), data=st.data())
def test_a_history_that_was_rewritten_is_not_consistent(
    tree: merkle.Tree, old: int, new: int, data: st.DataObject
) -> None:
    if old > new:
        old, new = new, old
    place = data.draw(st.integers(0, old - 1))
    rewritten = merkle.Tree()
    for n, leaf in enumerate(LEAVES[:new]):
        rewritten.append(merkle.leaf_hash(b"other") if n == place else leaf)
    path = rewritten.consistency(old, new)
    assert not merkle.is_consistent(old, tree.root(old), new, rewritten.root(new), path)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (5, 4)])
def test_a_leaf_outside_the_tree_has_no_path(tree: merkle.Tree, index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        tree.inclusion(index, size)
    assert merkle.root_of_inclusion(LEAVES[0], index, size, []) is None


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (3, MOST + 1)])
def test_sizes_that_cannot_follow_have_no_consistency(tree: merkle.Tree, old: int, new: int) -> None:
    with pytest.raises(ValueError, match="no consistency"):
        tree.consistency(old, new)
    if not 0 < old <= new:
        assert not merkle.is_consistent(old, LEAVES[0], new, LEAVES[0], [])


def test_a_root_beyond_the_leaves_is_refused(tree: merkle.Tree) -> None:
    with pytest.raises(ValueError, match="no root"):
        tree.root(MOST + 1)


def test_an_empty_consistency_path_proves_only_equality() -> None:
    assert merkle.is_consistent(2, LEAVES[0], 2, LEAVES[0], [])
    assert not merkle.is_consistent(2, LEAVES[0], 2, LEAVES[1], [])
    assert not merkle.is_consistent(3, LEAVES[0], 4, LEAVES[0], [])
