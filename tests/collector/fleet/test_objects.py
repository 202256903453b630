"""Blobs in S3-compatible storage: what a FileStore promises, whatever the storage, the way to it or other machines do."""

from __future__ import annotations

import gzip
import os
import threading
import time
import traceback
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from collector.fleet import objects
from collector.fleet.objects import ObjectStore
from evidence import digest
from evidence.errors import DamagedBlob, NotFound, StoreError
from evidence.files import write_whole
from evidence.model import Blob
from evidence.store import IN_MEMORY, FileStore, Store, pack, place
from tests.collector.fleet.conftest import KEY_ID, SECRET, TOKEN

SHORT = timedelta(seconds=0.1)
TEXT, PICTURE = "text/html", "image/png"
NO_DIGESTS = ["", "../../etc/passwd", "ab/cd", "A" * 64, "\x00" * 64, "a" * 63, "a" * 64 + ".gz"]


pytestmark = pytest.mark.usefixtures("environment")


@dataclass(frozen=True)
class Kept:
    """A store, and what lies in it as its own administrator sees it."""

    store: Store
    lay: Callable[[str, bytes], object]
    """Put stored bytes at a place, whatever is there."""
    lying: Callable[[], dict[str, bytes]]
    """What lies at which place."""


def in_folder(store: Store, blobs: Path) -> Kept:
    def lying() -> dict[str, bytes]:
        return {path.relative_to(blobs).as_posix(): path.read_bytes() for path in blobs.glob("??/*")}

    return Kept(store, lambda where, data: write_whole(blobs / where, data), lying)


def in_bucket(store: Store, client: Any, bucket: str) -> Kept:
    prefix = "city/2026/blobs/"

    def lying() -> dict[str, bytes]:
        keys = [one["Key"] for one in client.list_objects_v2(Bucket=bucket).get("Contents", [])]
        assert all(key.startswith(prefix) for key in keys)
        return {
            key.removeprefix(prefix): client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in sorted(keys)
        }

    return Kept(store, lambda where, data: client.put_object(Bucket=bucket, Key=prefix + where, Body=data), lying)


@pytest.fixture
def s3(client: Any, bucket: str) -> Kept:
    return in_bucket(ObjectStore(f"s3://{bucket}/city/2026", patience=SHORT), client, bucket)


@pytest.fixture(params=["folder", "file", "s3"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    if request.param == "folder":
        return in_folder(FileStore(tmp_path), tmp_path / "blobs")
    if request.param == "file":
        folder = tmp_path / "取证 100%"
        return in_folder(ObjectStore(folder.as_uri()), folder / "blobs")
    found: Kept = request.getfixturevalue("s3")
    return found


# What every store promises


@pytest.mark.parametrize("name", NO_DIGESTS)
def test_what_is_no_digest_names_no_blob(kept: Kept, name: str) -> None:
    for ask in (kept.store.read, kept.store.open, kept.store.has):
        with pytest.raises(NotFound, match="64 hexadecimal digits"):
            ask(name)


def test_what_is_not_there_is_said_to_be_not_there(kept: Kept) -> None:
    assert not kept.store.has("0" * 64)
    with pytest.raises(NotFound, match="0" * 64):
        kept.store.read("0" * 64)


@pytest.mark.parametrize("kind", [TEXT, PICTURE])
@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "other", "more", "bare"])
def test_damaged_bytes_are_never_given_out(kept: Kept, kind: str, damage: str) -> None:
    blob = kept.store.put(b"evidence " * 50, kind)
    ((where, whole),) = kept.lying().items()
    harmed = {
        "flip": whole[:20] + bytes([whole[20] ^ 4]) + whole[21:],
        "cut": whole[:-9],
        "empty": b"",
        "other": gzip.compress(b"another thing"),
        "more": whole + pack(b"and more"),
        "bare": b"evidence " * 51,
    }[damage]
    kept.lay(where, harmed)
    with pytest.raises(DamagedBlob, match=blob.sha256) as caught:
        kept.store.open(blob.sha256)
    assert where in str(caught.value)


@pytest.mark.parametrize("kind", [TEXT, "APPLICATION/ld+json", PICTURE, ""])
@pytest.mark.parametrize("data", [b"", b"evidence", b"\x00" * (IN_MEMORY + 5)], ids=["empty", "small", "large"])
def test_what_was_put_is_what_is_read(kept: Kept, data: bytes, kind: str) -> None:
    blob = kept.store.put(data, kind)
    assert blob == Blob(sha256=digest.sha256(data), sm3=digest.sm3(data), size=len(data), media_type=kind)
    assert kept.store.has(blob.sha256)
    assert kept.store.read(blob.sha256) == data
    with kept.store.open(blob.sha256) as stream:
        assert stream.read(3) == data[:3]
        assert stream.seek(0, os.SEEK_END) == len(data)


def test_the_same_bytes_lie_once(kept: Kept) -> None:
    kept.store.put(b"x", PICTURE)
    before = kept.lying()
    kept.store.put(b"x", PICTURE)
    kept.store.put(b"x", TEXT)
    assert kept.lying() == before
    assert len(before) == 1


def test_many_may_put_the_same_bytes_at_once(kept: Kept) -> None:
    data = os.urandom(1 << 16)
    with ThreadPoolExecutor(8) as pool:
        blobs = set(pool.map(lambda _: kept.store.put(data, PICTURE), range(16)))
    assert len(blobs) == 1
    assert list(kept.lying().values()) == [data]


@pytest.mark.parametrize("kind", [TEXT, PICTURE])
def test_every_store_lays_the_same_bytes_at_the_same_place(kept: Kept, tmp_path: Path, kind: str) -> None:
    other = in_folder(FileStore(tmp_path / "other"), tmp_path / "other" / "blobs")
    for store in (kept.store, other.store):
        store.put(b"evidence" * 99, kind)
    assert kept.lying() == other.lying()


def test_a_stores_folder_can_be_copied_into_storage_and_back(kept: Kept, tmp_path: Path) -> None:
    there, back = (in_folder(FileStore(tmp_path / name), tmp_path / name / "blobs") for name in ("there", "back"))
    blobs = [there.store.put(b"evidence" * 99, kind) for kind in (TEXT, PICTURE)]
    blobs += [there.store.put(b"picture", PICTURE)]
    for source, target in ((there, kept), (kept, back)):
        for where, data in source.lying().items():
            target.lay(where, data)
    assert [kept.store.read(blob.sha256) for blob in blobs] == [back.store.read(blob.sha256) for blob in blobs]
    assert FileStore(tmp_path / "back").check().clean


# What lies in storage may be anything


def laid(kept: Kept, blob: bytes, stored: bytes, *, packed: bool = True) -> str:
    name = digest.sha256(blob)
    kept.lay(place(name, packed=packed), stored)
    return name


@pytest.mark.parametrize("kind", [TEXT, PICTURE])
@pytest.mark.parametrize("damaged", [TEXT, PICTURE])
def test_a_put_says_what_is_damaged_and_replaces_nothing(s3: Kept, kind: str, damaged: str) -> None:
    name = laid(s3, b"evidence", b"rot", packed=damaged == TEXT)
    with pytest.raises(DamagedBlob, match=r"is damaged: expected SHA-256 .* cannot be replaced from here") as caught:
        s3.store.put(b"evidence", kind)
    assert name in str(caught.value)
    assert list(s3.lying().values()) == [b"rot"]


def test_a_gzip_bomb_goes_off_within_bounds(s3: Kept, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(objects, "UNPACKED", 2 << 20)
    zeros = bytes(64 << 20)
    name = laid(s3, zeros, pack(zeros))
    tracemalloc.start()
    for ask in (s3.store.read, lambda name: s3.store.fetch(name, FileStore(tmp_path), TEXT)):
        with pytest.raises(DamagedBlob, match="more than 2097152 bytes when it is unpacked"):
            ask(name)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 << 20
    with pytest.raises(DamagedBlob, match="more than 2097152"):
        s3.store.put(zeros, TEXT)


def test_text_too_large_to_be_unpacked_again_lies_as_it_is(s3: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "UNPACKED", 100)
    for size, packed in ((100, True), (101, False)):
        data = b"x" * size
        assert s3.store.read(s3.store.put(data, TEXT).sha256) == data
        assert place(digest.sha256(data), packed=packed) in s3.lying()


def test_an_object_larger_than_any_blob_is_not_read(s3: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "LARGEST", 100)
    name = laid(s3, b"x" * 101, b"x" * 101, packed=False)
    with pytest.raises(DamagedBlob, match="101 bytes, more than any blob has"):
        s3.store.read(name)


def test_a_gzip_that_the_storage_was_told_of_is_not_unpacked_twice(s3: Kept, client: Any, bucket: str) -> None:
    name = digest.sha256(b"evidence")
    client.put_object(
        Bucket=bucket,
        Key=f"city/2026/blobs/{place(name, packed=True)}",
        Body=pack(b"evidence"),
        ContentEncoding="gzip",
    )
    assert s3.store.read(name) == b"evidence"


# Object Lock


@pytest.fixture
def locked(client: Any) -> str:
    name = f"locked-{time.monotonic_ns()}"
    client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


def retain(client: Any, bucket: str, key: str) -> str:
    """What a bucket's default retention does at a put; moto's wants a header for it that S3 does not want."""
    until = {"Mode": "COMPLIANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(days=365)}
    client.put_object_retention(Bucket=bucket, Key=key, Retention=until)
    return str(client.head_object(Bucket=bucket, Key=key)["VersionId"])


def test_under_object_lock_a_blob_cannot_be_deleted_only_hidden_and_then_put_again(client: Any, locked: str) -> None:
    store = ObjectStore(f"s3://{locked}")
    blob = store.put(b"evidence", PICTURE)
    key = f"blobs/{place(blob.sha256, packed=False)}"
    version = retain(client, locked, key)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.delete_object(Bucket=locked, Key=key, VersionId=version)
    assert store.read(blob.sha256) == b"evidence"

    client.delete_object(Bucket=locked, Key=key)
    assert not store.has(blob.sha256)
    assert client.get_object(Bucket=locked, Key=key, VersionId=version)["Body"].read() == b"evidence"
    store.put(b"evidence", PICTURE)
    assert store.read(blob.sha256) == b"evidence"


def test_under_object_lock_a_newer_version_is_noticed_and_the_first_is_still_there(client: Any, locked: str) -> None:
    store = ObjectStore(f"s3://{locked}")
    blob = store.put(b"evidence", PICTURE)
    key = f"blobs/{place(blob.sha256, packed=False)}"
    retain(client, locked, key)
    client.put_object(Bucket=locked, Key=key, Body=b"forged")
    for ask in (lambda: store.read(blob.sha256), lambda: store.put(b"evidence", PICTURE)):
        with pytest.raises(DamagedBlob, match="earlier versions"):
            ask()
    versions = client.list_object_versions(Bucket=locked)["Versions"]
    bodies = [client.get_object(Bucket=locked, Key=key, VersionId=one["VersionId"])["Body"].read() for one in versions]
    assert sorted(bodies) == [b"evidence", b"forged"]


# The way to storage, and what answers there


def every_call(store: ObjectStore) -> list[Callable[[], object]]:
    name = digest.sha256(b"evidence")
    return [
        lambda: store.put(b"evidence", PICTURE),
        lambda: store.read(name),
        lambda: store.open(name),
        lambda: store.has(name),
    ]


def test_a_bucket_that_is_not_there_is_no_missing_blob() -> None:
    for call in every_call(ObjectStore("s3://no-such-bucket/city", patience=SHORT)):
        with pytest.raises(StoreError, match=r"s3://no-such-bucket/city/blobs/.*NoSuchBucket\ntry: make the bucket"):
            call()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_is_down_is_an_error_soon_and_with_the_place(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"{scheme}://127.0.0.1:9")
    for call in every_call(ObjectStore("s3://evidence/city", patience=SHORT)):
        began = time.monotonic()
        with pytest.raises(StoreError, match=r"s3://evidence/city/blobs/.*\ntry: check that the storage is up") as got:
            call()
        assert time.monotonic() - began < 5
        assert_silent(got.value)


def assert_silent(error: BaseException) -> None:
    told = "".join(traceback.format_exception(error))
    assert not [secret for secret in (KEY_ID, SECRET, TOKEN, "Signature=") if secret in told]


@dataclass
class Answer:
    status: int
    body: bytes = b""
    length: int | None = None


ECHO = f"""<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId><StringToSign>
x-amz-security-token:{TOKEN} {SECRET}</StringToSign></Error>""".encode()
NO_KEY = Answer(404, b"<Error><Code>NoSuchKey</Code></Error>")


@contextmanager
def answering(answers: Callable[[str], Answer], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, str]]]:
    """A server that answers each method as it likes; gives the requests it had."""
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            seen.append({"method": self.command, **{name.lower(): value for name, value in self.headers.items()}})
            said = answers(self.command)
            self.send_response(said.status)
            self.send_header("content-length", str(len(said.body) if said.length is None else said.length))
            self.send_header("etag", '"one"')
            self.send_header("last-modified", "Fri, 27 Nov 2026 11:24:33 GMT")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said.body)

        do_GET = do_PUT = do_HEAD = answer

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{running.server_port}")
    try:
        yield seen
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 501, 301])
def test_what_a_server_says_of_our_keys_is_repeated_nowhere(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda _: Answer(status, ECHO), monkeypatch):
        for call in every_call(ObjectStore("s3://evidence/city", patience=SHORT)):
            with pytest.raises(StoreError, match=r"s3://evidence/city/blobs/.*\ntry: ") as got:
                call()
            assert not isinstance(got.value, DamagedBlob)
            assert_silent(got.value)


def test_a_404_that_is_not_storages_is_no_missing_blob(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda _: Answer(404, b"<html>log in to the network</html>"), monkeypatch):
        for call in every_call(ObjectStore("s3://evidence", patience=SHORT)):
            with pytest.raises(StoreError, match="status 404\ntry: check AWS_ENDPOINT_URL"):
                call()


@pytest.mark.parametrize("status", [409, 412])
def test_what_is_said_to_be_there_and_is_not_is_tried_again_and_then_an_error(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_PAUSES", (0.0, 0.01, 0.02))
    with answering(lambda method: Answer(status, ECHO) if method == "PUT" else NO_KEY, monkeypatch) as seen:
        with pytest.raises(StoreError, match=r"cannot be kept: .*409 or 412") as got:
            ObjectStore("s3://evidence", patience=SHORT).put(b"evidence", PICTURE)
        assert [one["method"] for one in seen].count("PUT") == 3
        assert_silent(got.value)


@pytest.mark.parametrize("status", [409, 412, 500])
def test_a_put_that_is_refused_once_is_put_again(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    puts = iter([Answer(status), Answer(200)])
    with answering(lambda method: next(puts) if method == "PUT" else NO_KEY, monkeypatch) as seen:
        blob = ObjectStore("s3://evidence").put(b"evidence", PICTURE)
    assert blob.sha256 == digest.sha256(b"evidence")
    sent = [one for one in seen if one["method"] == "PUT"]
    assert [one["if-none-match"] for one in sent] == ["*", "*"]
    assert all(one["x-amz-checksum-sha256"] for one in sent), "Object Lock takes no put without a checksum"


def test_bytes_that_stop_half_way_are_a_fault_of_the_way_not_of_the_blob(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda _: Answer(200, b"evid", length=8), monkeypatch):
        with pytest.raises(StoreError, match="cannot be read") as got:
            ObjectStore("s3://evidence", patience=SHORT).read(digest.sha256(b"evidence"))
        assert not isinstance(got.value, DamagedBlob)


def test_no_room_for_a_temporary_file_is_no_damage(s3: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    blob = s3.store.put(b"evidence", PICTURE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(objects, "spooled", full)
    with pytest.raises(StoreError, match="temporary file: .*No space left") as got:
        s3.store.read(blob.sha256)
    assert not isinstance(got.value, DamagedBlob)


def test_a_folder_that_is_a_file_is_an_error_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match=r"file://.*/file cannot be used: "):
        ObjectStore((tmp_path / "file").as_uri())


def test_an_endpoint_with_tls_is_asked_by_tls(monkeypatch: pytest.MonkeyPatch, server: str, bucket: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.replace("http:", "https:"))
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    with pytest.raises(StoreError, match="cannot be looked for"):
        ObjectStore(f"s3://{bucket}", patience=SHORT).has("0" * 64)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "evidence",
        "/evidence",
        "https://user:canary-password@host/bucket",
        "s3://",
        "s3:///prefix",
        "s3://user:canary-password@bucket/prefix",
        "s3://bucket/prefix?secret=canary-password",
        "s3://bucket/prefix#canary-password",
        "s3://bucket/../other",
        "s3://bucket/a//b",
        "s3://bucket/a%2e",
        "s3://BUCKET",
        "s3://[bucket",
        "file://host/folder",
        "file:folder",
    ],
)
def test_a_url_of_another_form_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(StoreError, match="s3://bucket/prefix") as got:
        ObjectStore(url)
    assert "canary-password" not in "".join(traceback.format_exception(got.value))


@pytest.mark.parametrize(
    "endpoint",
    ["https://user:canary-password@host", "ftp://host", "host:9000", "https://", "https://host?x=canary-password"],
)
@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"])
def test_an_endpoint_of_another_form_is_refused_and_not_repeated(
    name: str, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, endpoint)
    with pytest.raises(StoreError, match=f"{name} is an address") as got:
        ObjectStore("s3://evidence")
    assert "canary-password" not in "".join(traceback.format_exception(got.value))


def test_a_variable_that_cannot_be_is_an_error_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_UNSIGNED_PAYLOAD", "canary-password")
    with pytest.raises(StoreError, match="AWS_… variables") as got:
        ObjectStore("s3://evidence").put(b"evidence", PICTURE)
    assert "canary-password" not in "".join(traceback.format_exception(got.value))


# From storage into a store


@pytest.mark.parametrize("kind", [TEXT, PICTURE])
def test_a_damaged_blob_is_not_fetched(s3: Kept, tmp_path: Path, kind: str) -> None:
    store = FileStore(tmp_path)
    name = laid(s3, b"evidence", b"rot", packed=kind == TEXT)
    with pytest.raises(DamagedBlob, match=name):
        s3.store.fetch(name, store, kind)
    with pytest.raises(NotFound):
        s3.store.fetch("0" * 64, store, kind)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_became_another_on_its_way_is_no_blob_that_was_asked_for(s3: Kept, tmp_path: Path) -> None:
    class Other(FileStore):
        def put(self, data: bytes, media_type: str) -> Blob:
            return super().put(data[::-1], media_type)

    blob = s3.store.put(b"evidence", PICTURE)
    with pytest.raises(DamagedBlob, match=f"{blob.sha256} .* became"):
        s3.store.fetch(blob.sha256, Other(tmp_path), PICTURE)


@pytest.mark.parametrize(("kind", "suffix"), [(TEXT, ".gz"), (PICTURE, "")])
def test_a_fetched_blob_lies_as_if_it_had_been_put(s3: Kept, tmp_path: Path, kind: str, suffix: str) -> None:
    store = FileStore(tmp_path)
    blob = s3.store.put(b"evidence", kind)
    for _ in range(2):
        assert s3.store.fetch(blob.sha256, store, kind) == blob
    assert store.path(blob.sha256).suffix == suffix
    assert store.read(blob.sha256) == b"evidence"
    assert store.check().blobs == 1


def test_a_large_blob_is_fetched_without_having_it_all_in_memory(tmp_path: Path) -> None:
    shared, store = ObjectStore((tmp_path / "shared").as_uri()), FileStore(tmp_path / "own")
    blob = shared.put(os.urandom(1 << 20) * 40, PICTURE)
    tracemalloc.start()
    assert shared.fetch(blob.sha256, store, PICTURE) == blob
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert store.has(blob.sha256)
    assert peak < IN_MEMORY * 2.5
    assert (store.check().clean, store.check().leftovers) == (True, 0)
