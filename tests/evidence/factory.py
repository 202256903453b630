"""Makes valid captures, readings and findings in memory, so that a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from evidence import canonical, digest, plain
from evidence.model import (
    Artifact,
    Blob,
    Capture,
    Check,
    ClockRef,
    Finding,
    FlowRef,
    Item,
    Reader,
    Reading,
    Record,
    Role,
    TargetRef,
    Vantage,
)
from evidence.store import BlobSink

NOON = datetime(2021, 1, 4, 4, 0, tzinfo=UTC)
"""2021-01-04T12:00:00+08:00."""

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8ffff3f0005fe02fea7359e8e0000000049454e44ae426082"
)
"""A picture of one white pixel."""


def target(**fields: Any) -> TargetRef:
    """Return a target that exists nowhere."""
    return TargetRef(
        **{
            "id": "shifan",
            "name": "示范市人民政府",
            "kind": "site",
            "site_code": "0000000001",
            "unit": "示范市人民政府办公室",
            "url": "http://www.shifan.test/",
            **fields,
        }
    )


def exchanges(*entries: dict[str, Any]) -> bytes:
    """Return the bytes of an exchange list."""
    return canonical.encode({"schema": "exchanges/1", "exchanges": list(entries)})


def exchange(n: int, body: Blob | None, **fields: Any) -> dict[str, Any]:
    """Return one exchange that answered 200 with a body."""
    return {
        "n": n,
        "method": "GET",
        "url": "http://www.shifan.test/",
        "status": 200,
        "status_text": "OK",
        "resource_type": "Document",
        "frame": 0,
        "from_cache": False,
        "request_headers": [["Accept", "text/html"]],
        "response_headers": [["Content-Type", "text/html; charset=gbk"], ["Content-Encoding", "gzip"]],
        "body": body.sha256 if body else None,
        "body_state": "kept" if body else "none",
        "size": body.size if body else 0,
        "error": None,
        "remote_address": "127.0.0.1",
        **fields,
    }


def artifact(blob: Blob, role: Role, **fields: Any) -> Artifact:
    """Return an artifact over a stored blob."""
    return Artifact(
        **{
            "role": role,
            "n": 0,
            "frame": 0,
            "url": None,
            "box": None,
            "taken": NOON,
            "media_type": blob.media_type,
            "size": blob.size,
            "sha256": blob.sha256,
            "sm3": blob.sm3,
            **fields,
        }
    )


def capture(sink: BlobSink, *, html: str = "<p>栏目</p>", picture: bytes = PNG, **fields: Any) -> Capture:
    """Put the blobs of a small whole capture into `sink` and return it."""
    body = sink.put(html.encode("gbk", "replace"), "text/html")
    started = fields.get("started", NOON)
    times = {"schema": "times/1", "times": [{"n": 0, "started": plain.instant(started), "ended": None, "date": None}]}
    label = fields.get("label", "home")
    who = fields.get("target", target())
    return Capture(
        **{
            "key": f"20210104-0400/{who.id}/{label}/1",
            "purpose": "scheduled",
            "target": who,
            "label": label,
            "column": None,
            "started": started,
            "ended": started + timedelta(seconds=3),
            "clock": ClockRef(source="system"),
            "vantage": Vantage(egress="office", address=None, resolver=None),
            "requested_url": who.url,
            "final_url": who.url,
            "redirects": (),
            "outcome": "captured",
            "reason": None,
            "fault": "unknown",
            "coverage": "complete",
            "checks": (
                Check(name="status", scope="document", passed=True, detail="200"),
                Check(name="frames", scope="main", passed=True, detail="1"),
            ),
            "moving": (),
            "artifacts": (
                artifact(sink.put(picture, "image/png"), "tile", box=(0, 0, 1280, 1000), taken=started),
                artifact(sink.put(html.encode(), "text/html"), "dom", url=who.url, taken=started),
                artifact(sink.put(b'{"documents":[]}', "application/json"), "layout", taken=started),
                artifact(body, "body", url=who.url, taken=started),
            ),
            "exchanges": sink.put(exchanges(exchange(0, body, url=who.url)), "application/json").sha256,
            "times": sink.put(canonical.encode(times), "application/json").sha256,
            "environment": sink.put(b'{"browser":"test"}', "application/json").sha256,
            "cleanliness": None,
            "flow": FlowRef(name="test", sha256=sink.put(b"# a flow\n", "text/x-python").sha256, verified=None),
            "redactions": (),
            **fields,
        }
    )


def reading(record: Record, **fields: Any) -> Reading:
    """Return a reading of a record with one dated item."""
    return Reading(
        **{
            "inputs": tuple(a.sha256 for a in record.capture.of_role("dom")),
            "reader": Reader(name="test", version="0", sha256=digest.EMPTY),
            "page_kind": "list",
            "title": "动态要闻",
            "items": (Item(title="一条新闻", href=None, date=date(2020, 12, 1), pinned=False, box=(10, 20, 300, 24)),),
            "newest": date(2020, 12, 1),
            "blank": False,
            "published": None,
            "hidden_links": (),
            "images": (),
            "tables": (),
            "identity": {},
            "notes": (),
            **fields,
        }
    )


def finding(*records: Record, **fields: Any) -> Finding:
    """Return a hit on the target of `records`, which are its exhibits."""
    body = {
        "indicator": "columns_stale",
        "clause": "WV-4.2",
        "scope": "site",
        "target": records[0].capture.target.id if records else "shifan",
        "label": None,
        "at": NOON + timedelta(hours=1),
        "as_of": NOON,
        "state": "hit",
        "message": "动态要闻类栏目逾期未更新",
        "numbers": {"count": 1, "limit": 5, "counted": [], "not_counted": []},
        "missing": (),
        "for_the_unit": (),
        "against": ("动态要闻最近一条 2020-12-01",),
        "exhibits": tuple(record.id for record in records),
        "readings": (),
        "rules": digest.EMPTY,
        "indicator_sha256": digest.EMPTY,
        "reviewers": 0,
        "second_look": "missing",
        **fields,
    }
    return Finding(**{"id": digest.of_value(plain.dump(body)), **body})
