"""WARC from the store: accepted by warcio, the same every time, safe before hostile headers."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from evidence import canonical, digest
from evidence.errors import NotFound, ShapeError
from evidence.holdings import Holdings
from evidence.model import Record
from evidence.warc import write_warc
from tests.evidence import factory
from tests.evidence.bundles import admitted

URL = "http://www.shifan.test/"


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path / "store")


def record_of(holdings: Holdings, *entries: dict[str, Any], **fields: Any) -> Record:
    sha256 = holdings.store.put(factory.exchanges(*entries), "application/json").sha256
    return admitted(holdings, "R/shifan/home/1", **{"exchanges": sha256, **fields})


def written(holdings: Holdings, record: Record) -> bytes:
    out = BytesIO()
    write_warc(record, holdings.store, out)
    return out.getvalue()


def parsed(data: bytes, kind: str) -> list[tuple[ArcWarcRecord, bytes]]:
    return [(record, record.raw_stream.read()) for record in ArchiveIterator(BytesIO(data)) if record.rec_type == kind]


def check(data: bytes, folder: Path) -> int:
    file = folder / "a.warc"
    file.write_bytes(data)
    warcio = Path(sys.executable).with_name("warcio")
    return subprocess.run([warcio, "check", str(file)], check=False, capture_output=True).returncode


def test_a_body_stands_in_it_byte_for_byte(holdings: Holdings, tmp_path: Path) -> None:
    page = "<p>栏目</p>".encode("gbk") * 3000
    body = holdings.store.put(page, "text/html")
    data = written(holdings, record_of(holdings, factory.exchange(0, body)))
    ((response, payload),) = parsed(data, "response")
    assert payload == page
    assert response.http_headers.get_header("Content-Length") == str(len(page))
    assert response.http_headers.get_header("Content-Type") == "text/html; charset=gbk"
    assert response.http_headers.get_header("Content-Encoding") is None
    assert check(data, tmp_path) == 0


def test_the_same_record_gives_the_same_bytes(holdings: Holdings) -> None:
    record = record_of(holdings, factory.exchange(0, holdings.store.put(b"x", "text/html")))
    assert written(holdings, record) == written(Holdings.open(holdings.root), record)


def test_two_records_have_no_id_in_common(holdings: Holdings) -> None:
    one = written(holdings, admitted(holdings, "a"))
    other = written(holdings, admitted(holdings, "b"))
    ids = [
        record.rec_headers.get_header("WARC-Record-ID")
        for data in (one, other)
        for record in ArchiveIterator(BytesIO(data))
    ]
    assert len(ids) == len(set(ids))


def test_a_request_names_the_response_it_had(holdings: Holdings) -> None:
    record = record_of(holdings, factory.exchange(0, None, status=302, response_headers=[["Location", "/a"]]))
    data = written(holdings, record)
    ((response, _),), ((request, _),) = parsed(data, "response"), parsed(data, "request")
    assert request.rec_headers.get_header("WARC-Concurrent-To") == response.rec_headers.get_header("WARC-Record-ID")
    assert response.http_headers.get_header("Location") == "/a"


def test_pictures_dom_and_layout_are_resources(holdings: Holdings) -> None:
    data = written(holdings, admitted(holdings, "a"))
    kinds = [record.rec_headers.get_header("Content-Type") for record, _ in parsed(data, "resource")]
    assert kinds == ["image/png", "text/html", "application/json"]
    assert parsed(data, "resource")[0][1] == factory.PNG


def test_an_address_that_never_answered_says_why(holdings: Holdings, tmp_path: Path) -> None:
    dead = factory.exchange(0, None, status=None, error="net::ERR_CONNECTION_REFUSED", response_headers=[])
    data = written(holdings, record_of(holdings, dead))
    ((_, said),) = parsed(data, "metadata")
    assert said == b"error: net::ERR_CONNECTION_REFUSED\r\n"
    assert parsed(data, "response") == []
    assert check(data, tmp_path) == 0


@pytest.mark.parametrize(
    ("state", "reason"), [("too_large", "length"), ("withheld", "unspecified"), ("lost", "unspecified")]
)
def test_a_body_that_is_not_kept_is_marked_truncated(holdings: Holdings, state: str, reason: str) -> None:
    record = record_of(holdings, factory.exchange(0, None, body_state=state, size=10**9))
    ((response, payload),) = parsed(written(holdings, record), "response")
    assert response.rec_headers.get_header("WARC-Truncated") == reason
    assert (payload, response.http_headers.get_header("Content-Length")) == (b"", "0")


def test_hostile_headers_and_addresses_break_no_line(holdings: Holdings, tmp_path: Path) -> None:
    body = holdings.store.put(b"ok", "text/plain")
    hostile = factory.exchange(
        0,
        body,
        url=URL + "a b\r\nWARC-Type: evil\r\n\r\n栏目?x=1#frag",
        method="GET / HTTP/1.1\r\nX: y",
        status_text="好\r\nSet-Cookie: a=b",
        request_headers=[[":authority", "x"], ["A B", "x"], ["X-A", "1\r\n\r\nevil"]],
        response_headers=[
            ["X-B", "中文\x00\r\nInjected: 1"],
            ["transfer-ENCODING", "chunked"],
            ["Content-Length", "9"],
        ],
        remote_address="1.2.3.4\r\nX: y",
    )
    data = written(holdings, record_of(holdings, hostile))
    assert check(data, tmp_path) == 0
    kinds = [record.rec_type for record in ArchiveIterator(BytesIO(data))]
    assert kinds[:3] == ["warcinfo", "response", "request"]
    ((response, payload),) = parsed(data, "response")
    assert payload == b"ok"
    assert [name for name, _ in response.http_headers.headers] == ["X-B", "Content-Length"]
    ((request, _),) = parsed(data, "request")
    assert [name for name, _ in request.http_headers.headers] == ["X-A"]


def test_a_moment_comes_from_the_times_beside_the_list(holdings: Holdings) -> None:
    times = {
        "schema": "times/1",
        "times": [{"n": 0, "started": "2021-01-04T12:00:01.500+08:00", "ended": None, "date": None}],
    }
    sha256 = holdings.store.put(canonical.encode(times), "application/json").sha256
    record = record_of(holdings, factory.exchange(0, None), factory.exchange(1, None), times=sha256)
    dates = [r.rec_headers.get_header("WARC-Date") for r, _ in parsed(written(holdings, record), "response")]
    assert dates == ["2021-01-04T04:00:01.500Z", "2021-01-04T04:00:00.000Z"]


@pytest.mark.parametrize(
    "document",
    [
        b"{}",
        b'{"exchanges":[],"schema":"exchanges/2"}',
        b'{"exchanges":[1],"schema":"exchanges/1"}',
        b'{"exchanges":[{"n":0}],"schema":"exchanges/1"}',
        b'{"exchanges":null,"schema":"exchanges/1"}',
        b"[]",
    ],
)
def test_a_list_of_another_form_is_an_error(holdings: Holdings, document: bytes) -> None:
    sha256 = holdings.store.put(document, "application/json").sha256
    record = admitted(holdings, "a", exchanges=sha256)
    with pytest.raises(ShapeError):
        written(holdings, record)


def test_a_body_that_is_not_in_the_store_is_an_error(holdings: Holdings) -> None:
    entry = {**factory.exchange(0, None), "body": digest.sha256(b"nowhere"), "body_state": "kept"}
    with pytest.raises(NotFound):
        written(holdings, record_of(holdings, entry))
