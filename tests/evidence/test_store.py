"""The blob store: what was put comes back as it was, or not at all."""

from __future__ import annotations

import gzip
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import digest
from evidence.errors import DamagedBlob, NotFound, StoreError
from evidence.files import TEMPORARY
from evidence.store import IN_MEMORY, FileStore

KINDS = ("image/png", "text/html; charset=gbk", "application/json", "image/svg+xml", "", "APPLICATION/JavaScript")


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path)


def overwrite(path: Path, data: bytes) -> None:
    """What a failing disk or a hand does."""
    path.chmod(0o644)
    path.write_bytes(data)


@given(data=st.binary(max_size=4000), kind=st.sampled_from(KINDS))
def test_what_was_put_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: str) -> None:
    store = FileStore(tmp_path_factory.getbasetemp() / "one-store")
    blob = store.put(data, kind)
    assert (blob.sha256, blob.sm3, blob.size, blob.media_type) == (
        digest.sha256(data),
        digest.sm3(data),
        len(data),
        kind,
    )
    assert store.has(blob.sha256)
    assert store.read(blob.sha256) == data


@pytest.mark.parametrize(("kind", "packed"), [("text/html", True), ("application/ld+json", True), ("image/png", False)])
def test_text_lies_compressed_and_the_name_is_of_the_uncompressed_bytes(
    store: FileStore, kind: str, packed: bool
) -> None:
    blob = store.put(b"x" * 10_000, kind)
    path = store.path(blob.sha256)
    assert path.parent.name + path.name.removesuffix(".gz") == blob.sha256
    assert (path.suffix == ".gz") is packed
    assert (path.stat().st_size < 200) is packed


def test_the_same_text_gives_the_same_file(tmp_path: Path) -> None:
    stored = []
    for name in ("a", "b"):
        store = FileStore(tmp_path / name)
        stored.append(store.path(store.put(b"text" * 99, "text/plain").sha256).read_bytes())
    assert stored[0] == stored[1]


def test_a_blob_is_read_only(store: FileStore) -> None:
    path = store.path(store.put(b"x", "image/png").sha256)
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


def test_putting_the_same_bytes_again_changes_nothing_on_the_disk(store: FileStore) -> None:
    path = store.path(store.put(b"x", "image/png").sha256)
    before = path.stat().st_ino
    store.put(b"x", "image/png")
    store.put(b"x", "text/plain")
    assert path.stat().st_ino == before
    assert len(list(store.blobs.glob("*/*"))) == 1


def test_many_may_put_the_same_bytes_at_once(store: FileStore) -> None:
    data = os.urandom(1 << 16)
    with ThreadPoolExecutor(8) as pool:
        blobs = set(pool.map(lambda _: store.put(data, "image/png"), range(32)))
    assert len(blobs) == 1
    assert store.check().clean
    assert store.check().leftovers == 0


@pytest.mark.parametrize("kind", ["image/png", "text/plain"])
@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "other"])
def test_damaged_bytes_are_never_given_out(store: FileStore, kind: str, damage: str) -> None:
    blob = store.put(b"evidence " * 50, kind)
    path = store.path(blob.sha256)
    whole = path.read_bytes()
    damaged = {
        "flip": whole[:20] + bytes([whole[20] ^ 4]) + whole[21:],
        "cut": whole[:-9],
        "empty": b"",
        "other": gzip.compress(b"another thing"),
    }[damage]
    overwrite(path, damaged)
    with pytest.raises(DamagedBlob, match=blob.sha256) as caught:
        store.open(blob.sha256)
    assert str(path) in str(caught.value)
    found = store.check()
    assert [(d.path, d.expected) for d in found.damaged] == [(path, blob.sha256)]
    assert not found.clean


def test_damage_is_mended_when_the_same_bytes_are_put_again(store: FileStore) -> None:
    blob = store.put(b"evidence", "image/png")
    overwrite(store.path(blob.sha256), b"rot")
    assert store.put(b"evidence", "image/png") == blob
    assert store.read(blob.sha256) == b"evidence"
    assert store.check().clean


@pytest.mark.parametrize("name", ["0" * 64, "", "../../etc/passwd", "ab/cd", "A" * 64, "\x00" * 64])
def test_what_is_not_there_is_said_to_be_not_there(store: FileStore, name: str) -> None:
    with pytest.raises(NotFound):
        store.read(name)


def test_a_temporary_file_left_by_a_kill_is_harmless(store: FileStore) -> None:
    blob = store.put(b"x", "image/png")
    (store.blobs / blob.sha256[:2] / f"{TEMPORARY}1-aa").write_bytes(b"half")
    found = store.check()
    assert (found.clean, found.blobs, found.leftovers) == (True, 1, 1)
    assert store.read(blob.sha256) == b"x"


def test_a_stray_file_is_named_and_is_no_blob(store: FileStore) -> None:
    store.put(b"x", "image/png")
    stray = store.blobs / "zz"
    stray.mkdir()
    (stray / "notes.txt").write_text("x")
    assert store.check().strays == (stray / "notes.txt",)


def test_a_large_blob_is_streamed_from_a_file(store: FileStore) -> None:
    data = b"\x00" * (IN_MEMORY + 5)
    blob = store.put(data, "text/plain")
    with store.open(blob.sha256) as stream:
        assert stream.read(3) == b"\x00" * 3
        assert stream.seek(0, 2) == len(data)


def test_no_room_for_a_temporary_file_is_no_damage(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    blob = store.put(b"\x00" * (IN_MEMORY + 5), "text/plain")
    monkeypatch.setattr("tempfile.tempdir", str(store.blobs / "nowhere"))
    with pytest.raises(StoreError, match=r"temporary file in .*nowhere takes nothing: .*\n.*free some space") as got:
        store.read(blob.sha256)
    assert not isinstance(got.value, DamagedBlob)


def test_a_disk_that_takes_nothing_is_an_error_with_the_place(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("evidence.files.os.fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        store.put(b"x", "image/png")
    monkeypatch.undo()
    assert not store.has(digest.sha256(b"x"))
    assert store.check().leftovers == 0
