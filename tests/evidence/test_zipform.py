"""The one form of zip: any member list round-trips, any other byte is a fault."""

from __future__ import annotations

import zipfile
from functools import partial
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import zipform
from evidence.errors import FormError

NAMES = st.from_regex(r"[a-z]{1,8}/[a-z0-9]{1,12}\.(txt|png)", fullmatch=True)
FILES = st.dictionaries(NAMES, st.binary(max_size=300), min_size=1, max_size=6)


def written(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    zipform.write(out, ((name, partial(BytesIO, data)) for name, data in files.items()))
    return out.getvalue()


@given(files=FILES)
def test_what_is_written_is_read_back_without_a_fault(files: dict[str, bytes]) -> None:
    stream = BytesIO(written(files))
    found = zipform.survey(stream)
    assert found.faults == ()
    assert {m.name: b"".join(zipform.pieces(stream, m)) for m in found.members} == files
    with zipfile.ZipFile(stream) as opened:
        assert opened.namelist() == list(files)
        assert opened.testzip() is None


@given(files=FILES, data=st.data())
def test_a_flipped_bit_outside_the_members_is_always_a_fault(files: dict[str, bytes], data: st.DataObject) -> None:
    whole = written(files)
    inside = {n for m in zipform.survey(BytesIO(whole)).members for n in range(m.data_offset, m.end)}
    place = data.draw(st.sampled_from(sorted(set(range(len(whole))) - inside)))
    damaged = bytearray(whole)
    damaged[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = zipform.survey(BytesIO(bytes(damaged)))
    except FormError:
        return
    renamed = [member.name for member in found.members] != list(files)
    resummed = found.members != zipform.survey(BytesIO(whole)).members
    assert found.faults or renamed or resummed


@given(files=FILES, cut=st.integers(1, 80))
def test_a_file_cut_short_is_refused(files: dict[str, bytes], cut: int) -> None:
    with pytest.raises(FormError):
        zipform.survey(BytesIO(written(files)[:-cut]))


@given(files=FILES, more=st.binary(min_size=1, max_size=40))
def test_nothing_may_stand_before_or_behind(files: dict[str, bytes], more: bytes) -> None:
    for changed in (more + written(files), written(files) + more):
        try:
            assert zipform.survey(BytesIO(changed)).faults
        except FormError:
            continue


@pytest.mark.parametrize("how", ["deflated", "commented", "dated", "extra", "folder", "descriptor", "encrypted"])
def test_other_forms_of_zip_are_faults(how: str) -> None:
    out = BytesIO()
    kind = zipfile.ZIP_DEFLATED if how == "deflated" else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", kind) as made:
        info = zipfile.ZipInfo("a/b", (1999 if how == "dated" else 1980, 1, 1, 0, 0, 0))
        info.compress_type, info.external_attr = kind, 0o100644 << 16
        info.extra = b"\xff\xff\x00\x00" if how == "extra" else b""
        info.flag_bits = 1 if how == "encrypted" else 0
        if how == "commented":
            made.comment = b"x"
        if how == "folder":
            made.mkdir("a")
        made.writestr(info, b"x" * 99)
    if how == "descriptor":
        damaged = bytearray(out.getvalue())
        damaged[6] |= 8
        out = BytesIO(bytes(damaged))
    try:
        assert zipform.survey(out).faults
    except FormError:
        return


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06" + b"\x00" * 17, b"\x00" * 22, b"x" * 100])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    with pytest.raises(FormError, match="不是"):
        zipform.survey(BytesIO(data))


def test_members_that_overlap_are_refused_before_they_are_read() -> None:
    """One small body named a thousand times would be a thousand times the work."""
    body = b"x" * 1000
    single = zipform.survey(BytesIO(written({"a/b": body}))).members[0]
    start = single.end
    entries = b"".join(
        zipform.Member(name=f"a/{n}", size=single.size, crc=single.crc, offset=0).central_entry() for n in range(1000)
    )
    end = zipform._END.pack(0x06054B50, 0, 0, 1000, 1000, len(entries), start, 0)
    with pytest.raises(FormError, match="重叠"):
        zipform.survey(BytesIO(written({"a/b": body})[:start] + entries + end))


def test_an_empty_zip_has_no_members() -> None:
    assert zipform.survey(BytesIO(written({}))) == zipform.Survey(members=(), faults=())
