"""The bag's lists: one form, one line a path, no path that is a trap on some system."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import bag, digest
from evidence.errors import FormError

A, B = digest.sha256(b"a"), digest.sha256(b"b")
WRITTEN = st.from_regex(r"data/[a-z0-9]{1,6}(/[a-z0-9_]{1,6}){0,2}\.json", fullmatch=True)
PATHS = WRITTEN.filter(bag.is_path)  # by chance one may be a device's on Windows


@given(listed=st.dictionaries(PATHS, st.binary(max_size=3).map(digest.sha256)))
def test_a_list_reads_back(listed: dict[str, str]) -> None:
    assert bag.parse_listing(bag.listing(listed)) == listed


def test_a_name_that_is_a_device_somewhere_is_no_path() -> None:
    with pytest.raises(FormError, match="第 1 行"):
        bag.parse_listing(bag.listing({"data/aux.json": A}))


@pytest.mark.parametrize(
    "data",
    [
        f"{A}  b\n{A}  a\n",
        f"{A}  a\n{B}  a\n",
        f"{A}  a\n{A}  a\n",
        f"{A}  a",
        f"{A} a\n",
        f"{A} *a\n",
        f"{A.upper()}  a\n",
        f"{A[:-1]}  a\n",
        f"{A}  a\r\n",
        f"{A}  a\n\n",
        f"\n{A}  a\n",
        f"\ufeff{A}  a\n",
        f"{A}  ../a\n",
        f"{A}  /a\n",
        f"{A}  a//b\n",
        f"{A}  a/./b\n",
        f"{A}  a\\b\n",
        f"{A}  c:a\n",
        f"{A}  a b\n",
        f"{A}  a%0Ab\n",
        f"{A}  数据\n",
        f"{A}  {'a' * 201}\n",
    ],
)
def test_any_other_list_is_refused(data: str) -> None:
    with pytest.raises(FormError):
        bag.parse_listing(data.encode())


@pytest.mark.parametrize(
    "path", ["data/CON", "data/nul.json", "lpt1/x", "a.", "a/.hidden", "-rf", "", "a/", "data/a\n", "~/x"]
)
def test_a_path_that_is_a_trap_somewhere_is_no_path(path: str) -> None:
    assert not bag.is_path(path)


def test_the_tag_manifest_covers_the_other_tag_files() -> None:
    tags = bag.tag_files("quzheng-x", {"data/a": 3}, {"data/a": A})
    listed = bag.parse_listing(tags[bag.TAG_MANIFEST])
    assert listed == {path: digest.sha256(data) for path, data in tags.items() if path != bag.TAG_MANIFEST}
    assert b"Payload-Oxum: 3.1\n" in tags[bag.BAG_INFO]
