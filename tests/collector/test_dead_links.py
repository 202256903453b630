"""A link is dead only if two looks find nothing for certain while a control answers; all other trouble is an open question."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from collector import dead_links, link_asking
from collector.cli import cli
from collector.clock import Clock, SimulatedClock, SystemClock
from collector.errors import WorkspaceError
from collector.initialise import initialise
from collector.link_asking import Asker
from collector.manners import Gate
from collector.run import one_page, visit_once
from collector.workspace import Workspace
from evidence import link_checks
from evidence.columns import HOME
from evidence.errors import ReadingError
from evidence.holdings import Holdings
from evidence.link_checks import CheckedLink, LinkChecks, LinkLook
from evidence.model import Link
from evidence.readings import readings
from tests.evidence.judging_factory import reading
from tests.site import server
from tests.site.answer import Answer
from tests.site.pages import page
from tests.site.server import Site

LOCAL = frozenset({"127.0.0.1"})


@pytest.fixture
def closed() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str] | int]:
    """Names of the test and their addresses, or the fault of the name service."""
    zone: dict[str, list[str] | int] = {}
    real = socket.getaddrinfo

    def found(host: Any, port: Any, family: int = 0, *more: Any, **other: Any) -> Any:
        told = zone.get(host.decode() if isinstance(host, bytes) else host)
        if told is None:
            return real(host, port, family, *more, **other)
        if isinstance(told, int):
            raise socket.gaierror(told, "no answer")
        kind = {False: socket.AF_INET, True: socket.AF_INET6}
        return [(kind[":" in one], socket.SOCK_STREAM, 6, "", (one, int(port))) for one in told]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return zone


def looked(url: str, own: frozenset[str] = LOCAL, seconds: float = 1) -> LinkLook:
    async def one() -> LinkLook:
        gate = Gate(jobs=4, per_host=4)
        return await link_asking.look(
            url, Asker(gate=gate, clock=SystemClock(), seconds=seconds, own=own, referer="http://a/")
        )

    return asyncio.run(one())


@pytest.mark.parametrize("path", ["/plain", "/204", "/moved", "/download", "/soft-404"])
def test_what_answers_is_alive(site: Site, path: str) -> None:
    assert (looked(f"{site.url}{path}").outcome, looked(f"{site.url}{path}").reason) == ("alive", None)


@pytest.mark.parametrize(("path", "reason"), [("/nowhere", "http_404"), ("/500", "http_500")])
def test_what_is_not_there_is_gone(site: Site, path: str, reason: str) -> None:
    seen = looked(f"{site.url}{path}")
    assert (seen.outcome, seen.reason, seen.address) == ("gone", reason, "127.0.0.1")


@pytest.mark.parametrize("status", [400, 401, 403, 405, 407, 412, 418, 429, 432, 451, 503, 521])
def test_what_a_guard_or_a_tired_server_answers_is_an_open_question(
    site: Site, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setitem(server.TABLE, "/guarded", lambda _: Answer(b"", status=status))
    assert (looked(f"{site.url}/guarded").outcome, looked(f"{site.url}/guarded").reason) == ("unsure", f"http_{status}")


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
@pytest.mark.parametrize("status", [404, 500])
def test_a_guard_that_says_not_found_is_an_open_question(
    site: Site, monkeypatch: pytest.MonkeyPatch, status: int, charset: str
) -> None:
    said = page("<p>您的访问请求被拦截</p>").encode(charset)
    monkeypatch.setitem(server.TABLE, "/guarded", lambda _: Answer(said, status=status))
    assert (looked(f"{site.url}/guarded").outcome, looked(f"{site.url}/guarded").reason) == ("unsure", "challenge")


@pytest.mark.parametrize(
    ("path", "reason"), [("/hang", "timeout"), ("/reset", "reset"), ("/closed", "reset"), ("/loop", "redirects")]
)
def test_what_does_not_come_is_an_open_question(site: Site, path: str, reason: str) -> None:
    assert (looked(f"{site.url}{path}").outcome, looked(f"{site.url}{path}").reason) == ("unsure", reason)


def test_tls_that_we_cannot_speak_is_an_open_question(site: Site) -> None:
    seen = looked(site.url.replace("http:", "https:"))
    assert (seen.outcome, seen.reason) == ("unsure", "tls")


def test_where_nobody_listens_at_any_address_the_link_is_gone(closed: str) -> None:
    assert (looked(closed).outcome, looked(closed).reason) == ("gone", "refused")


def test_one_address_of_a_name_that_answers_is_enough(site: Site, named: dict[str, list[str] | int]) -> None:
    named["two.shifan.gov.cn"] = ["127.0.0.2", "127.0.0.1"]
    own = frozenset({"127.0.0.1", "127.0.0.2"})
    port = site.server_address[1]
    assert looked(f"http://two.shifan.gov.cn:{port}/plain", own).outcome == "alive"


def test_a_name_with_an_address_we_cannot_reach_is_no_refusal(closed: str, named: dict[str, list[str] | int]) -> None:
    """A visitor with IPv6 may well come through."""
    named["two.shifan.gov.cn"] = ["127.0.0.1", "2001:db8::1"]
    own = frozenset({"127.0.0.1", "2001:db8::1"})
    assert looked(closed.replace("127.0.0.1", "two.shifan.gov.cn"), own).outcome == "unsure"


@pytest.mark.parametrize(
    ("host", "fault", "outcome"),
    [("gone.shifan.gov.cn", socket.EAI_NONAME, "gone"), ("gone.shifan.gov.cn", socket.EAI_AGAIN, "unsure"),
     ("oa.lan", socket.EAI_NONAME, "unsure"), ("server", socket.EAI_NONAME, "unsure")],
)  # fmt: skip
def test_a_public_name_that_does_not_exist_is_gone_and_no_other(
    named: dict[str, list[str] | int], host: str, fault: int, outcome: str
) -> None:
    named[host] = int(fault)
    assert (looked(f"http://{host}/").outcome, looked(f"http://{host}/").reason) == (outcome, "dns")


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "127.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.1.5", "::1", "fe80::1",  # noqa: S104
     "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::"],
)  # fmt: skip
def test_a_foreign_link_into_our_own_net_is_never_asked(named: dict[str, list[str] | int], address: str) -> None:
    named["trap.example.com"] = ["1.1.1.1", address]
    seen = looked("http://trap.example.com/", frozenset())
    assert (seen.outcome, seen.reason) == ("unsure", "private")


@pytest.mark.parametrize(
    "url", ["http://2130706433/", "http://0x7f.1/", "http://[::ffff:127.0.0.1]/", "http://localhost/"]
)
def test_other_spellings_of_our_own_machine_are_not_asked(url: str) -> None:
    assert (looked(url, frozenset()).outcome, looked(url, frozenset()).reason) == ("unsure", "private")


def test_a_redirect_into_our_own_net_is_not_followed(
    site: Site, monkeypatch: pytest.MonkeyPatch, named: dict[str, list[str] | int]
) -> None:
    named["inside.example.com"] = ["10.0.0.1"]
    monkeypatch.setitem(
        server.TABLE, "/out", lambda _: Answer(b"", status=302, fields=(("Location", "http://inside.example.com/"),))
    )
    assert (looked(f"{site.url}/out").outcome, looked(f"{site.url}/out").reason) == ("unsure", "private")


@pytest.mark.parametrize(
    ("goal", "reason"),
    [("file:///etc/passwd", "scheme"), ("ftp://127.0.0.1/", "scheme"), ("http://127.0.0.1:22/", "port"),
     ("http://user:pass@127.0.0.1:8080/", "address"), ("http://[::1", "address")],
)  # fmt: skip
def test_a_redirect_to_what_is_no_page_of_the_web_is_not_followed(
    site: Site, monkeypatch: pytest.MonkeyPatch, goal: str, reason: str
) -> None:
    monkeypatch.setitem(server.TABLE, "/out", lambda _: Answer(b"", status=302, fields=(("Location", goal),)))
    assert (looked(f"{site.url}/out").outcome, looked(f"{site.url}/out").reason) == ("unsure", reason)


def test_the_site_sees_its_own_name_and_the_page_that_links_there(
    site: Site, named: dict[str, list[str] | int]
) -> None:
    named["www.shifan.gov.cn"] = ["127.0.0.1"]
    place = f"www.shifan.gov.cn:{site.server_address[1]}"
    assert looked(f"http://{place}/plain?named").outcome == "alive"
    (fields,) = [fields for path, fields in site.asked if path == "/plain?named"]
    assert (fields["Host"], fields["Referer"]) == (place, "http://a/")  # type: ignore[index]


def checked(*looks: tuple[str, bool | None]) -> CheckedLink:
    now = SystemClock().now()
    made = tuple(LinkLook(at=now, outcome=outcome, control=control, reason="x") for outcome, control in looks)  # type: ignore[arg-type]
    return CheckedLink(url="http://a/", text="a", looks=made)


@pytest.mark.parametrize(
    ("looks", "state"),
    [
        ([("gone", True), ("gone", True)], "dead"),
        ([("alive", None)], "alive"),
        ([("gone", True), ("alive", None)], "alive"),
        ([("unsure", None), ("alive", None)], "alive"),
        ([("gone", True)], "unsure"),
        ([("gone", True), ("unsure", None)], "unsure"),
        ([("unsure", None), ("gone", True)], "unsure"),
        ([("unsure", None), ("unsure", None)], "unsure"),
        ([("gone", True), ("gone", False)], "unsure"),
        ([("gone", False), ("gone", True)], "unsure"),
        ([("gone", None), ("gone", None)], "unsure"),
        ([], "unsure"),
    ],
)
def test_two_certain_looks_with_a_control_make_a_dead_link(looks: list[tuple[str, bool | None]], state: str) -> None:
    assert checked(*looks).state == state


def link(href: str, hidden: str = "", text: str = "a") -> Link:
    return Link(href=href, text=text, scope="internal", hidden=hidden, box=None)


def test_what_a_visitor_sees_is_asked_once_up_to_the_bound() -> None:
    every = (
        link("http://a.test/1#top"), link("http://a.test/1"), link("http://a.test/2", "display:none"),
        link("ftp://a.test/3"), link("HTTPS://b.test/4"), link("/5"), link("http://a.test/6"), link("http://a.test/7"),
    )  # fmt: skip
    found, left = dead_links.links_of(reading(links=every), 3)
    assert [one.href for one in found] == ["http://a.test/1", "HTTPS://b.test/4", "http://a.test/6"]
    assert left == 1


def test_checks_are_kept_as_they_were_and_damage_is_said() -> None:
    checks = LinkChecks(home="ab" * 32, left=2, links=(checked(("gone", True), ("gone", True)),))
    assert link_checks.decoded(checks.encoded()) == checks
    for data in (b"", b"[]", b"{}", b'{"schema":"links/1"}', checks.encoded().replace(b'"gone"', b'"lost"')):
        with pytest.raises(ReadingError):
            link_checks.decoded(data)


PAGE = """<h1>首页</h1><a href="/plain">政务公开</a><a href="/plain#2">政务公开</a><a href="/nowhere">办事服务</a>
<a href="/once-502?links">互动交流</a><a href="/403">数据开放</a><a href="/500" style="display:none">藏</a>
<a href="http://10.255.255.1/">内网</a>"""


def opened(folder: Path, site: Site, path: str = "/front", **probe: Any) -> tuple[Workspace, Holdings]:
    """Return a workspace with one target."""
    initialise(folder)
    yaml = YAML()
    written = yaml.load((folder / "quzheng.yaml").read_text("utf-8"))
    egress = probe.pop("egress", "direct")
    written["egress"] = egress
    written["probe"].update({"seconds": 1, "control": [f"{site.url}/plain"], "links": 50, "links_pause": 1, **probe})
    written["limits"].update({"navigation_seconds": 2, "passes": 1})
    with (folder / "quzheng.yaml").open("w", encoding="utf-8") as stream:
        yaml.dump(written, stream)
    listed = [{"id": "shifan", "name": "示范", "kind": "portal", "url": f"{site.url}{path}"}]
    YAML().dump(listed, folder / "targets.yaml")
    workspace = Workspace.open(folder)
    return workspace, Holdings.open(workspace.store_path)


def captured(workspace: Workspace, holdings: Holdings, clock: Clock | None = None) -> str:
    """Return the record of the home page, captured now."""
    (target,) = workspace.targets()
    flow = one_page(HOME, "desktop")
    record = asyncio.run(
        visit_once(workspace, holdings, target, flow, clock=clock or SystemClock(), purpose="scheduled")
    )
    return record.id


def test_the_links_of_a_home_page_become_one_record_a_day(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(server.TABLE, "/front", lambda _: Answer(page(PAGE)))
    workspace, holdings = opened(tmp_path, site)
    home = captured(workspace, holdings)
    done = dead_links.check(workspace, holdings, clock=SystemClock(), only=["shifan"], apart=0)
    day = done.days["shifan"]
    assert (day.home, day.asked, day.left) == (home, 5, 0)
    assert [(one.url, one.text, one.reasons) for one in day.dead] == [
        (f"{site.url}/nowhere", "办事服务", ("http_404",))
    ]
    assert [one.reasons for one in day.unsure] == [("http_403",), ("private",)]
    (row,) = holdings.rows("shifan", link_checks.LABEL)
    read = readings([holdings.record(row.record)], holdings)[row.record]
    assert read is not None and read.checked == day
    again = dead_links.check(workspace, holdings, clock=SystemClock(), only=["shifan"], apart=0)
    assert (again.days, again.waiting) == ({}, 1)


def test_the_checks_of_two_days_lie_half_a_day_apart(tmp_path: Path, site: Site) -> None:
    workspace, holdings = opened(tmp_path, site, "/plain")
    late = datetime.fromisoformat("2021-01-04T22:50:00+08:00")
    captured(workspace, holdings, SimulatedClock(late))
    made = [
        list(
            dead_links.check(
                workspace, holdings, clock=SimulatedClock(late + timedelta(hours=h, minutes=1)), apart=0
            ).days
        )
        for h in (0, 9, 13)
    ]
    assert made == [["shifan"], [], ["shifan"]]


def test_without_a_control_that_answers_nothing_is_dead(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(server.TABLE, "/front", lambda _: Answer(page(PAGE)))
    for n, control in enumerate(([], [f"{site.url}/500"])):
        workspace, holdings = opened(tmp_path / str(n), site, control=control)
        captured(workspace, holdings)
        day = dead_links.check(workspace, holdings, clock=SystemClock(), only=["shifan"], apart=0).days["shifan"]
        assert (day.dead, len(day.unsure)) == ((), 3)


def test_a_home_page_that_nobody_captured_today_is_named(tmp_path: Path, site: Site) -> None:
    workspace, holdings = opened(tmp_path, site)
    assert dead_links.check(workspace, holdings, clock=SystemClock(), only=["shifan"]).without_home == ("shifan",)
    later = SimulatedClock(SystemClock().now() + timedelta(hours=25))
    assert dead_links.check(workspace, holdings, clock=later, only=["shifan"]).without_home == ("shifan",)
    assert holdings.rows("shifan") == ()


@pytest.mark.parametrize("egress", ["proxy", "inspecting", "split-dns"])
def test_behind_a_gateway_of_our_own_no_link_is_asked(tmp_path: Path, site: Site, egress: str) -> None:
    workspace, holdings = opened(tmp_path, site, egress=egress)
    with pytest.raises(WorkspaceError, match="direct"):
        dead_links.check(workspace, holdings, clock=SystemClock())


def test_the_command_says_that_it_is_switched_off(tmp_path: Path, site: Site) -> None:
    opened(tmp_path, site, links=0)
    done = CliRunner().invoke(cli, ["probe", "-w", str(tmp_path), "--links"])
    assert (done.exit_code, "未开启" in done.output) == (0, True)


def test_the_command_prints_a_line_a_site(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(server.TABLE, "/front", lambda _: Answer(page('<a href="/plain">公开</a>')))
    workspace, holdings = opened(tmp_path, site)
    captured(workspace, holdings)
    done = CliRunner().invoke(cli, ["probe", "-w", str(tmp_path), "--links", "--only", "shifan"])
    assert "shifan\t核对1个\t打不开0个\t未定0个\t未核对0个" in done.output
