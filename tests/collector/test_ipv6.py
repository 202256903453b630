"""IPv6 is asked apart: it accuses only with a control of its own, and never enters the numbers of WV-2."""

from __future__ import annotations

import asyncio
import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from collector import names, probes, probing
from collector.clock import SimulatedClock, SystemClock
from collector.initialise import initialise
from collector.targets import Target, from_written
from collector.workspace import ProbeSettings, Workspace
from evidence import availability
from evidence.availability import Attempt, Over6
from evidence.holdings import Holdings
from tests.collector.test_names import ZONE, name_service
from tests.site.server import Site

NOON = datetime(2021, 1, 4, 4, 0, tzinfo=UTC)


class _Six(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


class _Answers(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.send_response({"/500": 500, "/403": 403, "/moved": 302}.get(self.path, 200))
        self.send_header("Location", "http://nowhere.invalid/")
        self.send_header("Content-Length", "0")
        self.end_headers()


def serving(port: int) -> Iterator[int]:
    try:
        server = _Six(("::1", port), _Answers)
    except OSError as error:
        pytest.skip(f"no ::1 on this machine: {error}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield port
    server.shutdown()
    server.server_close()


@pytest.fixture
def control6() -> Iterator[str]:
    """A name that answers over IPv6 only."""
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError as error:
            pytest.skip(f"no ::1 on this machine: {error}")
        port = probe.getsockname()[1]
    for served in serving(port):
        yield f"http://both.test:{served}/"


@pytest.fixture
def also_six(site: Site) -> Iterator[str]:
    """The test site's port is served over IPv6, too."""
    for port in serving(site.server_address[1]):
        yield f"http://both.test:{port}"


@pytest.fixture(autouse=True)
def both_families(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name both.test is at 127.0.0.1 and at ::1."""
    real = socket.getaddrinfo

    def found(host: Any, port: Any, family: int = 0, *more: Any, **other: Any) -> Any:
        if host not in ("both.test", b"both.test"):
            return real(host, port, family, *more, **other)
        places = {socket.AF_INET6: ("::1", int(port), 0, 0), socket.AF_INET: ("127.0.0.1", int(port))}
        wanted = [one for one in places if family in (0, one)]
        return [(one, socket.SOCK_STREAM, 6, "", places[one]) for one in wanted]

    monkeypatch.setattr(socket, "getaddrinfo", found)


def target(url: str) -> Target:
    return from_written({"id": "a", "name": "a", "kind": "portal", "url": url})


def asked(url: str, has: Callable[[str], bool | None] = lambda _: True, **fields: Any) -> Attempt:
    settings = ProbeSettings(**{"seconds": 1, "ipv6": True, **fields})

    async def look(_: Target) -> tuple[str, bool]:
        return "ab" * 32, True

    return asyncio.run(probing.one_round([target(url)], settings, SystemClock(), look, has))["a"]


def over(attempt: Attempt) -> Over6:
    assert attempt.v6 is not None
    return attempt.v6


def test_each_family_has_its_own_address_and_phases(also_six: str) -> None:
    made = asked(f"{also_six}/plain")
    assert (made.outcome, made.address, made.aaaa) == ("open", "127.0.0.1", True)
    assert (over(made).outcome, over(made).address, over(made).status) == ("open", "::1", 200)
    assert list(over(made).phases) == ["dns", "connect", "first_byte", "load"]


@pytest.mark.parametrize(("path", "outcome"), [("/403", "guarded"), ("/moved", "open")])
def test_a_guard_s_word_and_a_redirect_are_answers(also_six: str, path: str, outcome: str) -> None:
    assert over(asked(f"{also_six}{path}", seconds=2)).outcome == outcome


def only_four(site: Site) -> str:
    return f"http://both.test:{site.server_address[1]}/plain"


def test_a_failure_is_the_site_s_where_it_opens_over_ipv4_and_the_ipv6_control_answers(
    site: Site, control6: str
) -> None:
    made = asked(only_four(site), control6=(control6,))
    assert (made.outcome, over(made).outcome, over(made).reason, over(made).control) == (
        "open",
        "failed",
        "refused",
        True,
    )


@pytest.mark.parametrize("control", [(), ("http://127.0.0.1:9/",), ("http://[::1]:9/",)])
def test_without_a_control_that_answers_over_ipv6_it_is_our_own_network(site: Site, control: tuple[str, ...]) -> None:
    assert over(asked(only_four(site), control6=control)).outcome == "ours"


def test_a_control_over_ipv4_is_none_over_ipv6(site: Site) -> None:
    assert over(asked(only_four(site), control6=(f"{site.url}/plain",))).outcome == "ours"


def test_what_fails_both_ways_is_no_matter_of_ipv6(control6: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    made = asked(f"http://both.test:{port}/", control=(), control6=(control6,))
    assert (made.outcome, over(made).outcome) == ("failed", "both")


def test_switched_off_nothing_is_asked_and_nothing_is_known(site: Site) -> None:
    made = asked(only_four(site), ipv6=False)
    assert (made.aaaa, made.v6) == (None, None)
    assert b"aaaa" not in made.line()


def test_that_a_name_has_none_is_believed_only_of_who_tells_the_control_s(site: Site, control6: str) -> None:
    def filters(_: str) -> bool:
        return False

    assert asked(f"{site.url}/plain", filters, control6=(control6,)).aaaa is None
    made = asked(f"{site.url}/plain", lambda host: host == "both.test", control6=(control6,))
    assert (made.aaaa, made.v6) == (False, None)


def test_a_name_service_without_an_answer_leaves_it_unknown(site: Site, control6: str) -> None:
    assert asked(f"{site.url}/plain", lambda _: None, control6=(control6,)).aaaa is None


@pytest.mark.parametrize(
    ("host", "has"),
    [("six.shifan.test", True), ("www.shifan.test", False), ("gone.shifan.test", None), ("broken.shifan.test", None),
     ("silent.shifan.test", None), ("64.shifan.test", None), ("10.0.0.1", None), ("", None)],
)  # fmt: skip
def test_aaaa_records_are_asked_for_by_name(host: str, has: bool | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a NAT64 gateway makes up of IPv4 addresses is none of the zone's."""
    monkeypatch.setitem(ZONE, "64.shifan.test. AAAA", ["64.shifan.test. 60 IN AAAA 64:ff9b::cb00:7107"])
    with name_service() as resolver:
        assert names.has_aaaa(host, resolver) is has


def test_without_a_resolver_nothing_is_known() -> None:
    assert names.has_aaaa("six.shifan.test", None) is None


def made(outcome: Any, **fields: Any) -> Attempt:
    v6 = Over6(at=NOON, outcome=outcome, control=True if outcome == "failed" else None) if outcome else None
    return Attempt(
        **{"at": NOON, "url": "http://a/", "outcome": "open", "aaaa": outcome is not None, "v6": v6, **fields}
    )


def test_a_day_sums_up_ipv6_apart_from_the_clause_s_numbers() -> None:
    every = [made(one) for one in ("open", "guarded", "failed", "both", "ours")]
    day = availability.day_of(every)
    assert (day.visits, day.failed) == (5, 0)
    assert (day.aaaa, day.visits6, day.failed6, day.controlled6) == (True, 3, 1, True)


@pytest.mark.parametrize(
    ("told", "day"),
    [((False, False), False), ((False, True), True), ((None, False), False), ((None, None), None)],
)
def test_one_answer_with_records_shows_that_there_are_some(told: tuple[bool | None, ...], day: bool | None) -> None:
    every = [made(None, aaaa=one, at=NOON + timedelta(minutes=n)) for n, one in enumerate(told)]
    assert availability.day_of(every).aaaa is day


def test_lines_and_days_from_before_still_load() -> None:
    before = b'{"at":"2021-01-04T04:00:00.000+00:00","url":"http://a/","outcome":"open"}\n'
    (one,) = availability.attempts(before)
    assert (one.aaaa, one.v6) == (None, None)
    assert availability.attempts(made("failed").line()) == (made("failed"),)


@pytest.mark.parametrize(
    ("egress", "has"), [("direct", True), ("split-dns", None), ("proxy", None), ("inspecting", None)]
)
def test_without_a_direct_way_out_nothing_is_known(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch, egress: str, has: bool | None
) -> None:
    monkeypatch.setattr(names, "has_aaaa", lambda *_: True)
    initialise(tmp_path)
    yaml = YAML()
    written = yaml.load((tmp_path / "quzheng.yaml").read_text("utf-8"))
    written["egress"] = egress
    written["probe"].update({"seconds": 1, "ipv6": True})
    with (tmp_path / "quzheng.yaml").open("w", encoding="utf-8") as stream:
        yaml.dump(written, stream)
    YAML().dump([{"id": "a", "name": "a", "kind": "portal", "url": f"{site.url}/plain"}], tmp_path / "targets.yaml")
    workspace = Workspace.open(tmp_path)
    done = probes.probe(workspace, Holdings.open(workspace.store_path), clock=SimulatedClock(NOON))
    assert (done.attempts["a"].outcome, done.attempts["a"].aaaa) == ("open", has)
