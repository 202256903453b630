"""Members are measured on several threads, and come out as if each had been read alone."""

from __future__ import annotations

import hashlib
import random
import zlib
from functools import partial
from io import BytesIO

import pytest

from evidence import measuring, zipform
from evidence.measuring import LARGE, PIECE, Measured, measure
from evidence.zipform import Member

SIZES = (0, 1, PIECE - 1, PIECE + 1, LARGE - 1, LARGE, LARGE + 7, 3 * LARGE + 1)


def filed(contents: dict[str, bytes]) -> tuple[BytesIO, dict[str, Member]]:
    """Return a zip of those files, and its members by name."""
    stream = BytesIO()
    zipform.write(stream, [(name, partial(BytesIO, data)) for name, data in contents.items()])
    return stream, {member.name: member for member in zipform.survey(stream).members}


def contents(seed: int) -> dict[str, bytes]:
    luck = random.Random(seed)
    return {f"b/{n}": luck.randbytes(size) for n, size in enumerate((*SIZES, *reversed(SIZES)))}


def expected(data: bytes) -> Measured:
    sm3 = hashlib.new("sm3", data).hexdigest()
    return Measured(size=len(data), crc=zlib.crc32(data), sha256=hashlib.sha256(data).hexdigest(), sm3=sm3)


def test_every_member_large_or_small_is_measured_as_if_alone() -> None:
    files = contents(1)
    found = measure(*filed(files))
    assert found == {name: expected(data) for name, data in files.items()}
    assert list(found) == list(files), "in their order"


def test_one_processor_core_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring.os, "cpu_count", lambda: None)
    files = contents(2)
    assert measure(*filed(files)) == {name: expected(data) for name, data in files.items()}


@pytest.mark.parametrize("size", [100, LARGE + 100])
def test_a_member_that_the_file_ends_in_is_left_out_and_the_others_are_not(size: int) -> None:
    stream, members = filed({"b/0": bytes(LARGE), "b/1": b"x" * size})
    stream.truncate(members["b/1"].end - 1)
    assert list(measure(stream, members)) == ["b/0"]


def test_a_disk_that_fails_is_told_and_not_taken_for_a_damaged_bundle() -> None:
    class Failing(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    stream, members = filed({"b/0": bytes(LARGE)})
    with pytest.raises(OSError, match="Input/output"):
        measure(Failing(stream.getvalue()), members)


def test_where_python_has_no_sm3_the_rest_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str) -> object:
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(measuring.hashlib, "new", without)
    stream, members = filed({"b/0": bytes(LARGE), "b/1": b"x"})
    assert [one.sm3 for one in measure(stream, members).values()] == [None, None]
