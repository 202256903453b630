"""Our clock is measured against the sources the office names; a source that lies, or says nothing, settles nothing."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector import timesource
from collector.errors import WorkspaceError
from collector.timesource import Heard, Measured
from collector.workspace import Workspace
from evidence import canonical
from evidence.holdings import Holdings
from tests.collector.test_run import ran, target
from tests.site.server import Site

ERA = 2_208_988_800


def answer(asked: bytes, *, ahead: float = 0, stratum: int = 2, leap: int = 0, own: bool = True) -> bytes:
    now = time.time() + ERA + ahead
    stamp = struct.pack("!II", int(now), int((now % 1) * 2**32))
    head = struct.pack("!BBBbII4s", leap << 6 | 4 << 3 | 4, stratum, 3, -20, 0, 0, b"\x7f\0\0\1")
    return head + stamp + (asked[40:48] if own else b"\0" * 8) + stamp + stamp


@contextmanager
def source(reply: Callable[[bytes], bytes | None]) -> Iterator[str]:
    """A time source on 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as served:
        served.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                asked, place = served.recvfrom(1024)
                if asked == b"end":
                    return
                if said := reply(asked):
                    served.sendto(said, place)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"ntp://127.0.0.1:{served.getsockname()[1]}"
        served.sendto(b"end", served.getsockname())
        thread.join()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timesource, "_SECONDS", 0.3)


def test_a_clock_that_goes_right_is_said_to() -> None:
    with source(answer) as address:
        measured = timesource.measure([address])
    assert measured.right is True
    assert abs(measured.offset_ms or 0) < 500


@pytest.mark.parametrize("ahead", [600, -600])
def test_ten_minutes_are_told_with_their_sign(ahead: int) -> None:
    with source(lambda asked: answer(asked, ahead=ahead)) as address:
        measured = timesource.measure([address])
    assert measured.right is False
    assert measured.offset_ms == pytest.approx(ahead * 1000, abs=500)


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (lambda asked: None, "没有应答"),
        (lambda asked: b"nonsense", "没有应答"),
        (lambda asked: answer(asked, stratum=0), "时间源自身未同步"),
        (lambda asked: answer(asked, leap=3), "时间源自身未同步"),
        (lambda asked: answer(asked, own=False), "应答与询问不符"),
    ],
)
def test_a_source_that_gives_no_usable_answer_leaves_the_clock_open(
    reply: Callable[[bytes], bytes | None], fault: str
) -> None:
    with source(reply) as address:
        measured = timesource.measure([address])
    assert measured.heard == (Heard(source=address, offset_ms=None, fault=fault),)
    assert measured.right is None
    assert fault in measured.said


def test_one_source_that_lies_among_two_settles_nothing() -> None:
    with source(answer) as good, source(lambda asked: answer(asked, ahead=600)) as bad:
        measured = timesource.measure([good, bad])
    assert (measured.offset_ms, measured.right) == (None, None)


def test_nothing_is_said_of_a_clock_that_nobody_measures() -> None:
    assert Measured(heard=()).offset_ms is None


def test_every_record_of_a_run_has_the_offset_and_the_cleanliness_record_tells_of_it(
    tmp_path: Path, site: Site
) -> None:
    with source(lambda asked: answer(asked, ahead=600)) as address:
        settings = {"time_source": [address], "limits": {"navigation_seconds": 2, "settle_seconds": 1}}
        (tmp_path / "quzheng.yaml").write_text(json.dumps(settings))
        (tmp_path / "targets.yaml").write_text(
            json.dumps([target("one", site.url), target("dead", "http://127.0.0.1:9")])
        )
        opened = Workspace.open(tmp_path)
        report = ran(opened)
    for record in report.records:
        assert record.capture.clock.offset_ms == pytest.approx(600_000, abs=500)
    assert any(concern.startswith("本机时钟与时间源一致：") for concern in report.concerns)
    store = Holdings.open(opened.store_path).store
    kept = canonical.decode(store.read(report.records[0].capture.cleanliness or ""))
    assert kept["time_sources"][0]["source"] == address
    assert {check["name"]: check["passed"] for check in kept["checks"]}["time source"] is False


def test_what_is_no_time_source_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "quzheng.yaml").write_text("store: store\ntime_source:\n  - ntp://a.lan\n  - http://b.lan\n")
    with pytest.raises(WorkspaceError, match=r"quzheng\.yaml:4: time_source: expected ntp://host"):
        Workspace.open(tmp_path)
