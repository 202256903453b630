"""One record's network and pictures as WARC 1.1, derived from the store when asked for.

The same record always gives the same uncompressed bytes: ids are uuid5 of the record and the place in it, the order is
fixed. Bodies lie decoded in the store, so Content-Encoding and Transfer-Encoding are left out and Content-Length is
written anew; secrets were removed before anything was stored.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, BinaryIO

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from evidence import plain
from evidence.errors import ShapeError
from evidence.exchanges import Exchanges
from evidence.model import Artifact, Record, Role
from evidence.store import Store

NAMESPACE = uuid.UUID("6f1b3a52-6d0c-5b5e-9d0c-0f6a2e3c7d10")
"""Of the uuid5 record ids."""

RESOURCES: tuple[Role, ...] = ("tile", "region", "dom", "layout")
"""The artifacts that become `resource` records; bodies are in the responses."""

_DROPPED = {"content-encoding", "transfer-encoding", "content-length"}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_TRUNCATED: Mapping[str, str] = {"too_large": "length", "lost": "unspecified", "withheld": "unspecified"}
"""The value of WARC-Truncated where a body is not kept whole."""

Header = tuple[str, str]


def write_warc(record: Record, store: Store, out: BinaryIO) -> None:
    """Write the WARC of `record` to `out`.

    Raises NotFound or DamagedBlob for a body that is not there, ShapeError for an exchange list of another form.
    """
    exchanges = Exchanges(record, store)
    writer = _Writer(record, store, out)
    writer.info()
    for entry in exchanges.entries:
        try:
            writer.exchange(entry, instant(exchanges.started(entry.get("n"))))
        except (KeyError, TypeError, ValueError) as error:
            raise ShapeError(("exchanges", str(entry.get("n"))), "an exchange of exchanges/1", str(error)) from error
    for role in RESOURCES:
        for artifact in record.capture.of_role(role):
            writer.resource(artifact)


class _Writer:
    """Turns the parts of one record into WARC records."""

    def __init__(self, record: Record, store: Store, out: BinaryIO) -> None:
        self._record, self._store = record, store
        self._id = record.id
        self._warc = WARCWriter(out, gzip=False, warc_version="WARC/1.1")

    def info(self) -> None:
        """Write the warcinfo record: what this file is, and what was changed on the way."""
        capture = self._record.capture
        lines = {
            "software": "quzheng",
            "format": "WARC File Format 1.1",
            "isPartOf": f"record/1 {self._id}",
            "description": f"derived from the record of {_line(capture.target.id)}, label {_line(capture.label)}; "
            "bodies are as received after content decoding; secrets were removed before storing",
            "removed": str(len(self._record.capture.redactions)),
        }
        body = "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()
        headers = {"WARC-Filename": f"{self._id}.warc", "Content-Type": "application/warc-fields"}
        self._write("warcinfo", "", "info", instant(capture.started), BytesIO(body), len(body), headers)

    def exchange(self, entry: Mapping[str, Any], date: str) -> None:
        """Write a request and, where there was one, its response; where not, why."""
        n, url = entry["n"], str(entry["url"])
        head = StatusAndHeaders(
            f"{_line(entry['method'])} {_path(url)} HTTP/1.1", _headers(entry["request_headers"]), is_http_request=True
        )
        if entry["status"] is None:
            body = f"error: {_line(entry['error'] or 'no response')}\r\n".encode()
            self._write("metadata", url, f"{n}/metadata", date, BytesIO(body), len(body), {})
            self._write("request", url, f"{n}/request", date, BytesIO(), 0, {}, head)
            return
        self._response(entry, n, url, date)
        self._write("request", url, f"{n}/request", date, BytesIO(), 0, self._answered_by(n), head)

    def resource(self, artifact: Artifact) -> None:
        """Write a picture, DOM or layout snapshot under an address of its own."""
        address = f"urn:quzheng:{self._id}:{artifact.role}:{artifact.n}"
        with self._store.open(artifact.sha256) as stream:
            headers = {"Content-Type": _line(artifact.media_type)}
            place = f"{artifact.role}/{artifact.n}"
            self._write("resource", address, place, instant(artifact.taken), stream, _length(stream), headers)

    def _response(self, entry: Mapping[str, Any], n: object, url: str, date: str) -> None:
        body = entry["body"]
        headers = {"WARC-IP-Address": _line(entry["remote_address"])} if entry["remote_address"] else {}
        if reason := _TRUNCATED.get(entry["body_state"]):
            headers["WARC-Truncated"] = reason
        with self._store.open(body) if body else BytesIO() as stream:
            size = _length(stream)
            lines = [*_headers(entry["response_headers"]), ("Content-Length", str(size))]
            head = StatusAndHeaders(_line(f"{int(entry['status'])} {entry['status_text'] or ''}"), lines, "HTTP/1.1")
            self._write("response", url, f"{n}/response", date, stream, size, headers, head)

    def _answered_by(self, n: object) -> dict[str, str]:
        return {"WARC-Concurrent-To": self._urn(f"{n}/response")}

    def _urn(self, place: str) -> str:
        return f"<urn:uuid:{uuid.uuid5(NAMESPACE, f'{self._id}/{place}')}>"

    def _write(
        self,
        kind: str,
        url: str,
        place: str,
        date: str,
        payload: BinaryIO,
        size: int,
        headers: Mapping[str, str],
        http: StatusAndHeaders | None = None,
    ) -> None:
        fixed = {"WARC-Record-ID": self._urn(place), "WARC-Date": date, **headers}
        made: ArcWarcRecord = self._warc.create_warc_record(
            address(url), kind, payload=payload, length=size, warc_headers_dict=fixed, http_headers=http
        )
        self._warc.write_record(made)


def _headers(pairs: list[list[str]]) -> list[Header]:
    """Return HTTP headers as a WARC may carry them: no pseudo headers, no line breaks, lengths and codings left out."""
    kept = [(str(name), _line(value)) for name, value in pairs if _TOKEN.fullmatch(str(name))]
    return [(name, value) for name, value in kept if name.lower() not in _DROPPED]


def _length(stream: BinaryIO) -> int:
    size = stream.seek(0, 2)
    stream.seek(0)
    return size


def _line(text: object) -> str:
    """Return captured text as part of one header line: printable ASCII stays, the rest is percent-encoded."""
    flat = _CONTROL.sub(" ", str(text)).strip()
    return "".join(c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in flat)


def _path(url: str) -> str:
    """Return the request target of an address: everything after the host, without the fragment."""
    rest = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", "", url).partition("#")[0]
    return address(rest if rest.startswith("/") else "/" + rest)


def address(url: str) -> str:
    """Return an address as the WARC's records have it."""
    return _line(url).replace(" ", "%20")


def instant(moment: datetime) -> str:
    """Return a moment as the WARC's records have it."""
    return plain.instant(moment.astimezone(UTC)).replace("+00:00", "Z")
