"""What was asked of each host is told from the records alone, and the letter to units says nothing it does not know."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from collector.cli import cli
from collector.footprint import HostUse, footprint
from evidence import canonical, plain
from evidence.admit import admit
from evidence.holdings import Holdings
from evidence.model import Vantage
from tests.evidence.factory import capture

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def asked(second: float, path: str = "/", **more: Any) -> tuple[float, dict[str, Any]]:
    line = {
        **{"url": f"http://a.test{path}", "status": 200, "resource_type": "Document", "size": 100, "error": None},
        **{"response_headers": [], "headers": [], "lasts": 0.1},
    }
    return second, line | more


def keep(holdings: Holdings, n: int, *requests: tuple[float, dict[str, Any]], **fields: Any) -> None:
    lines, times = [], []
    for second, line in requests:
        began = NOON + timedelta(seconds=second)
        ended = began + timedelta(seconds=line.pop("lasts"))
        times.append(
            {
                "started": plain.instant(began),
                "ended": plain.instant(ended),
                "headers": line.pop("headers"),
                "date": None,
            }
        )
        lines.append(line)
    lists = {"exchanges": {"schema": "exchanges/1", "exchanges": lines}, "times": {"schema": "times/1", "times": times}}
    blobs = {name: holdings.store.put(canonical.encode(one), "application/json").sha256 for name, one in lists.items()}
    started = NOON + timedelta(seconds=min(second for second, _ in requests))
    taken = capture(
        holdings.store,
        key=f"R{n}/shifan/home/1",
        started=started,
        ended=started + timedelta(seconds=5),
        **blobs,
        **fields,
    )
    admit(taken, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    (tmp_path / "quzheng.yaml").write_text("store: store\n")
    return Holdings.open(tmp_path / "store")


def use(holdings: Holdings, **period: datetime) -> HostUse:
    (one,) = footprint(holdings, **period, longest_pause=120)
    return one


def test_requests_bytes_and_errors_are_counted_by_host(holdings: Holdings) -> None:
    refused = (
        asked(2, status=403),
        asked(3, "/a.png", status=None, error="net::ERR_FAILED", resource_type="Image", size=0),
    )
    keep(holdings, 1, asked(0), asked(1, "/b.js", resource_type="Script", size=5000), *refused)
    keep(holdings, 2, asked(9, url="http://b.test:8080/x"))
    a, b = footprint(holdings, longest_pause=120)
    assert (a.host, a.pages, a.requests, a.bytes, a.errors, a.refused) == ("a.test", 2, 4, 5200, 2, 1)
    assert (b.host, b.requests, b.errors) == ("b.test", 1, 0)


def test_the_busiest_minute_is_any_sixty_seconds_over_all_records(holdings: Holdings) -> None:
    keep(holdings, 1, *(asked(second) for second in (0, 50, 55)))
    keep(holdings, 2, *(asked(second) for second in (70, 100, 111)))
    assert use(holdings).busiest_minute == 4  # from second 50 to 109


def test_only_records_of_the_period_count(holdings: Holdings) -> None:
    for n, second in enumerate((0, 3600, 7200)):
        keep(holdings, n, asked(second))
    hour = timedelta(hours=1)
    assert use(holdings, since=NOON + hour).pages == 2
    assert use(holdings, until=NOON + hour).pages == 2
    assert footprint(holdings, NOON + 9 * hour, longest_pause=120) == ()


@pytest.mark.parametrize(
    ("told", "next_page", "longest", "kept"),
    [
        ("30", 31, 120, 1),
        ("30", 20, 120, 0),
        ("3600", 130, 120, 1),  # longer than the workspace waits
        ("3600", 90, 120, 0),
        ("Mon, 02 Mar 2026 04:00:40 GMT", 41, 120, 1),
        ("Mon, 02 Mar 2026 04:00:40 GMT", 20, 120, 0),
    ],
)
def test_a_pause_that_was_asked_for_is_held_against_what_we_did(
    holdings: Holdings, told: str, next_page: float, longest: float, kept: int
) -> None:
    keep(holdings, 1, asked(0, status=503, response_headers=[["Retry-After", told]]))
    keep(holdings, 2, asked(next_page))
    (one,) = footprint(holdings, longest_pause=longest)
    assert (one.pauses_asked, one.pauses_kept) == (1, kept)


@pytest.mark.parametrize("told", ["", "soon", "-5"])
def test_a_refusal_without_a_time_asks_for_no_pause(holdings: Holdings, told: str) -> None:
    keep(holdings, 1, asked(0, status=429, response_headers=[["Retry-After", told]]))
    assert (use(holdings).pauses_asked, use(holdings).refused) == (0, 1)


def quzheng(holdings: Holdings, *words: str) -> Result:
    result = CliRunner().invoke(cli, ["manners", words[0], "-w", str(holdings.root.parent), *words[1:]])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_the_report_is_a_line_a_host_for_people_and_for_programs(holdings: Holdings) -> None:
    keep(holdings, 1, asked(0), asked(1, status=503))
    said = quzheng(holdings, "report").output
    assert "a.test：打开页面 2 次" in said
    assert "第十八条" in said
    told = json.loads(quzheng(holdings, "report", "--json").stdout)
    assert (told["host"], told["pages"], told["errors"]) == ("a.test", 2, 1)


def with_agent(holdings: Holdings, agent: str, address: str | None = None) -> None:
    environment = holdings.store.put(canonical.encode({"browser": {"user_agent": agent}}), "application/json").sha256
    vantage = Vantage(egress="direct", address=address, resolver=None)
    keep(holdings, 1, asked(0), environment=environment, vantage=vantage)


def test_the_letter_names_addresses_agents_header_and_hours(holdings: Holdings, tmp_path: Path) -> None:
    with_agent(holdings, "Mozilla/5.0 Chrome/150.0.0.0")
    out = tmp_path / "letter.txt"
    words = ("--address", "203.0.113.8", "--address", "203.0.113.0/28", "--header", "X-Inspection: quzheng")
    quzheng(holdings, "allowlist", *words, "--hours", "06:00-08:00", "--office", "示范市政务公开办公室", "-o", str(out))
    text = out.read_text("utf-8")
    for told in (
        "203.0.113.8",
        "203.0.113.0/28",
        "Chrome/150",
        "X-Inspection: quzheng",
        "06:00-08:00",
        "示范市政务公开办公室",
    ):
        assert told in text


def test_an_address_that_records_tell_need_not_be_given(holdings: Holdings) -> None:
    with_agent(holdings, "Mozilla/5.0", address="203.0.113.9")
    assert "203.0.113.9" in quzheng(holdings, "allowlist").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--address"),
        (("--address", "example.org"), "IP"),
        (("--address", "203.0.113.8", "--header", "no colon"), "--header"),
        (("--address", "203.0.113.8", "--header", "X: a\r\nY: b"), "--header"),
        (("--address", "203.0.113.8", "--hours", "6-8"), "--hours"),
    ],
)
def test_what_is_not_known_or_wrong_is_asked_for_and_nothing_is_written(
    holdings: Holdings, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    with_agent(holdings, "Mozilla/5.0")
    out = tmp_path / "letter.txt"
    result = quzheng(holdings, "allowlist", *words, "-o", str(out))
    assert (result.exit_code, out.exists()) == (1, False)
    assert said in result.stderr


def test_without_any_record_the_letter_is_not_written(holdings: Holdings) -> None:
    result = quzheng(holdings, "allowlist", "--address", "203.0.113.8")
    assert (result.exit_code, "quzheng capture" in result.stderr) == (1, True)
