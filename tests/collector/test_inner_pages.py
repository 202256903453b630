"""Pages below the home page are asked both ways: what fails is the site's only beside a control, and only matter differs."""

from __future__ import annotations

import asyncio
import http.server
import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from collector import inner_pages, probes
from collector.cli import cli
from collector.clock import SimulatedClock, SystemClock
from collector.errors import WorkspaceError
from collector.initialise import initialise
from collector.inner_pages import pages_of
from collector.run import one_page, visit_once
from collector.targets import Target, from_written
from collector.workspace import Workspace
from evidence import inner_pages as kept
from evidence import ruleset
from evidence.columns import HOME
from evidence.comparing import both_ways
from evidence.errors import ReadingError
from evidence.holdings import Holdings
from evidence.inner_pages import AskedPage, Difference, PageChecks, Way
from evidence.judge import judge_holdings
from evidence.model import Link, PagesDay, PageTwice
from evidence.readings import readings
from tests.evidence.judging_factory import reading
from tests.site import server
from tests.site.answer import Answer
from tests.site.pages import page
from tests.site.server import Site

NOON = datetime.fromisoformat("2021-01-04T12:00:00+08:00")
LINES = [f"市政府办公室印发第{letter}号方案的通知" for letter in "甲乙丙丁戊己庚辛"]


def body(*lines: str, title: str = "政务公开") -> str:
    return page("".join(f"<p>{line}</p>" for line in lines), title=title)


ARTICLE = body(*LINES)
FRONT = "<h1>首页</h1>" + "".join(f'<a href="/in/{n}">{n}号栏目</a>' for n in range(4))


@pytest.fixture
def six(site: Site) -> Iterator[dict[str, Any]]:
    """The test site's port over IPv6: what it answers by path, and what it was asked."""
    said: dict[str, Any] = {"asked": []}

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            said["asked"].append(self.path)
            answer = said.get(self.path, (200, ARTICLE))
            if callable(answer):
                answer = answer()
            status, text = answer
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    class Six(http.server.ThreadingHTTPServer):
        address_family = socket.AF_INET6

    try:
        served = Six(("::1", site.server_address[1]), Handler)
    except OSError as error:
        pytest.skip(f"no ::1 on this machine: {error}")
    threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield said
    served.shutdown()
    served.server_close()


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


@pytest.fixture
def inner(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The test site over IPv4, with a home page and four pages below it."""
    monkeypatch.setitem(server.TABLE, "/front", lambda _: Answer(page(FRONT)))
    for n in range(4):
        monkeypatch.setitem(server.TABLE, f"/in/{n}", lambda _: Answer(ARTICLE))
    return site


def opened(folder: Path, site: Site, **probe: Any) -> tuple[Workspace, Holdings]:
    """Return a workspace with one target, whose home page was captured now, and whose name is both.test."""
    port = site.server_address[1]
    initialise(folder)
    yaml = YAML()
    written = yaml.load((folder / "quzheng.yaml").read_text("utf-8"))
    written["egress"] = probe.pop("egress", "direct")
    written["probe"].update(
        {"seconds": 1, "pages6": 40, "control6": [f"http://both.test:{port}/control"], "ipv6": True, **probe}
    )
    written["limits"].update({"navigation_seconds": 2, "passes": 1})
    with (folder / "quzheng.yaml").open("w", encoding="utf-8") as stream:
        yaml.dump(written, stream)
    listed = [{"id": "shifan", "name": "示范", "kind": "portal", "url": f"http://both.test:{port}/front"}]
    YAML().dump(listed, folder / "targets.yaml")
    workspace = Workspace.open(folder)
    return workspace, Holdings.open(workspace.store_path)


def homed(monkeypatch: pytest.MonkeyPatch, workspace: Workspace, *paths: str) -> None:
    """Let the latest home page be one that links these paths; the browser knows no both.test."""
    (target,) = workspace.targets()
    at = target.url.removesuffix("/front")
    links = tuple(Link(href=f"{at}{path}", text="a", scope="internal", hidden="", box=None) for path in paths)
    front = reading(page_kind="home", url=target.url, links=links)
    monkeypatch.setattr(inner_pages, "page_of", lambda _, __, label, ___: ("ab" * 32, front) if label == HOME else None)


def has(_: str) -> bool | None:
    return True


def asked(
    folder: Path, site: Site, monkeypatch: pytest.MonkeyPatch, *paths: str, aaaa: Any = has, **probe: Any
) -> PagesDay:
    workspace, holdings = opened(folder, site, **probe)
    homed(monkeypatch, workspace, *(paths or tuple(f"/in/{n}" for n in range(4))))
    clock = SystemClock()
    return inner_pages.check(workspace, holdings, clock=clock, only=["shifan"], apart=0, has_aaaa=aaaa).days["shifan"]


def of(day: PagesDay, path: str) -> PageTwice:
    (found,) = [one for one in day.pages if one.url.endswith(path)]
    return found


def test_pages_that_open_both_ways_with_the_same_words_differ_in_nothing(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    day = asked(tmp_path, inner, monkeypatch)
    assert (day.aaaa, day.held, len(day.pages), day.left) == (True, True, 4, 0)
    assert {(one.state, one.differs, one.level) for one in day.pages} == {("open", 0, 2)}
    assert six["asked"][0] == six["asked"][-1] == "/front"


@pytest.mark.parametrize("status", [404, 500, 502])
def test_a_page_that_opens_over_ipv4_alone_has_failed_beside_a_control(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    six["/in/1"] = (status, "<h1>error</h1>")
    day = asked(tmp_path, inner, monkeypatch)
    assert (of(day, "/1").state, of(day, "/1").reason, of(day, "/1").differs) == ("failed", f"http_{status}", None)
    assert of(day, "/2").state == "open"
    assert six["asked"].count("/control") == 1


@pytest.mark.parametrize("control", [[], ["http://[::1]:9/"], ["http://127.0.0.1:9/"]])
def test_without_a_control_that_answers_over_ipv6_nothing_has_failed(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch, control: list[str]
) -> None:
    six["/in/1"] = (404, "")
    assert of(asked(tmp_path, inner, monkeypatch, control6=control), "/1").state == "unsure"


def test_a_page_that_fails_both_ways_does_not_count(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    six["/nowhere"] = (404, "")
    day = asked(tmp_path, inner, monkeypatch, "/nowhere", "/in/2")
    assert of(day, "/nowhere").state == "unsure"
    assert "/control" not in six["asked"]


@pytest.mark.parametrize(
    "answer",
    [(403, ""), (412, ""), (503, ""), (202, "<script>x()</script>"), (404, "<p>您的访问请求被拦截</p>")],
    ids=lambda one: str(one[0]),
)
def test_what_a_guard_says_over_ipv6_is_no_failure(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch, answer: tuple[int, str]
) -> None:
    six["/in/1"] = answer
    found = of(asked(tmp_path, inner, monkeypatch), "/1")
    assert (found.state, found.differs) == ("unsure", None)


def test_a_page_guarded_over_ipv4_has_not_failed_over_ipv6(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(server.TABLE, "/in/1", lambda _: Answer("<p>Forbidden</p>", status=403))
    six["/in/1"] = (404, "")
    assert of(asked(tmp_path, inner, monkeypatch), "/1").state == "unsure"


def test_who_is_shut_out_on_the_way_says_nothing_of_the_pages(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guard that has had enough of us answers no page any more, the home page among them."""
    answers = iter([(200, ARTICLE), (500, "")])
    six["/front"] = lambda: next(answers)
    six["/in/1"] = (500, "")
    assert asked(tmp_path, inner, monkeypatch).held is False


def test_a_site_whose_home_page_fails_over_ipv6_is_asked_no_further(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    six["/front"] = (502, "")
    day = asked(tmp_path, inner, monkeypatch)
    assert (day.held, day.pages) == (False, ())
    assert six["asked"] == ["/front"]


def test_without_any_ipv6_nothing_is_held_against_anybody(
    tmp_path: Path, inner: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = asked(tmp_path, inner, monkeypatch)
    assert (day.held, day.pages) == (False, ())


@pytest.mark.parametrize(("aaaa", "told"), [(False, None), (None, None)])
def test_a_name_without_believed_records_is_not_asked(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch, aaaa: Any, told: Any
) -> None:
    day = asked(tmp_path, inner, monkeypatch, aaaa=lambda _: aaaa)
    assert (day.aaaa, day.held, day.pages, six["asked"]) == (told, False, (), [])


def test_other_words_over_ipv6_are_a_difference_with_both_sides(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    six["/in/1"] = (200, body("网站正在建设中", title="IPv6"))
    found = of(asked(tmp_path, inner, monkeypatch), "/1")
    assert (found.state, found.differs) == ("open", 1000)
    assert LINES[0] in found.only4
    assert found.only6 == ("IPv6", "网站正在建设中")


def test_the_two_ways_of_a_page_are_asked_close_together(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No page waits for its second way until all others had their first one."""
    order: list[str] = []
    for n in range(12):
        monkeypatch.setitem(server.TABLE, f"/w/{n}", lambda _, n=n: order.append(f"4 {n}") or Answer(ARTICLE))
        six[f"/w/{n}"] = lambda n=n: order.append(f"6 {n}") or (200, ARTICLE)
    day = asked(tmp_path, inner, monkeypatch, *(f"/w/{n}" for n in range(12)))
    assert len(day.pages) == 12
    assert max(order.index(f"6 {n}") - order.index(f"4 {n}") for n in range(12)) <= 4


UNREST = {
    "counter": ("浏览次数：12", body(*LINES, "浏览次数：9731")),
    "clock": ("今天是2021年1月4日 星期一 11:59:58", body(*LINES, "今天是2021年1月4日 星期一 12:00:01")),
    "numbers": ("共 31 条", body(*LINES, "共 32 条")),
    "one without its counter": ("浏览次数：12", ARTICLE),
    "another order": ("", body(*reversed(LINES))),
    "comments and scripts": ("", f"<!-- node 6 -->{ARTICLE}<script>var token = 'abcdef'</script>"),
    "classes": ("", ARTICLE.replace("<p>", '<p class="six">')),
    "hidden": ("", ARTICLE.replace("</body>", '<p style="display:none">藏着的话</p></body>')),
}


@pytest.mark.parametrize(("also", "over6"), UNREST.values(), ids=UNREST)
def test_noise_is_no_difference(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch, also: str, over6: str
) -> None:
    monkeypatch.setitem(server.TABLE, "/in/1", lambda _: Answer(body(*LINES, also)))
    six["/in/1"] = (200, over6)
    assert of(asked(tmp_path, inner, monkeypatch), "/1").differs == 0


def test_what_a_page_changes_by_itself_is_no_difference(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recommended readings are others at each visit."""
    turns = iter("子丑寅卯")
    monkeypatch.setitem(server.TABLE, "/in/1", lambda _: Answer(body(*LINES, *[f"推荐{next(turns)}类"] * 2)))
    six["/in/1"] = (200, body(*LINES, "推荐丑类"))
    assert of(asked(tmp_path, inner, monkeypatch), "/1").differs == 0


@pytest.mark.parametrize(
    "answer",
    [
        (200, "<script>location.reload()</script>"),
        (200, "<p>请完成安全验证</p><script>x()</script>"),
        (204, ""),
        (302, ""),
    ],
    ids=["a script alone", "a slider", "no content", "elsewhere"],
)
def test_what_is_no_page_is_not_compared(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch, answer: tuple[int, str]
) -> None:
    six["/in/1"] = answer
    assert of(asked(tmp_path, inner, monkeypatch), "/1").differs is None


def test_a_page_of_few_lines_is_not_compared(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(server.TABLE, "/in/1", lambda _: Answer(body("一", "二")))
    six["/in/1"] = (200, body("三", "四"))
    assert of(asked(tmp_path, inner, monkeypatch), "/1").differs is None


def test_personal_words_are_not_kept() -> None:
    other = body(*LINES, "请致电 138 0000 0000 联系")
    found = both_ways.difference(ARTICLE, other, ARTICLE)
    assert found is not None
    assert found.only6 == ("（含个人信息，不录）",)


def test_a_round_is_one_record_a_day_and_reads_the_same_from_the_store(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    six["/in/1"] = (404, "")
    workspace, holdings = opened(tmp_path, inner)
    homed(monkeypatch, workspace, "/in/1", "/in/2")
    made = [
        inner_pages.check(
            workspace, holdings, clock=SimulatedClock(NOON + timedelta(hours=h)), apart=0, has_aaaa=has
        ).days
        for h in (10, 11, 21, 24)
    ]
    assert [list(one) for one in made] == [["shifan"], [], [], ["shifan"]]
    rows = holdings.rows("shifan", kept.LABEL)
    read = readings([holdings.record(row.record) for row in rows], holdings)
    assert [found.twice for found in read.values() if found] == [made[0]["shifan"], made[3]["shifan"]]
    assert rows[0].complete is True


def test_two_rounds_are_judged_and_the_finding_names_their_records(
    tmp_path: Path, site: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [f"/in/{n}" for n in range(24)]
    for n, path in enumerate(paths):
        monkeypatch.setitem(server.TABLE, path, lambda _: Answer(ARTICLE))
        six[path] = (404, "") if n < 3 else (200, body("网站正在建设中")) if n < 6 else (200, ARTICLE)
    workspace, holdings = opened(tmp_path, site)
    homed(monkeypatch, workspace, *paths)
    for days in (1, 0):
        clock = SimulatedClock(NOON - timedelta(days=days))
        inner_pages.check(workspace, holdings, clock=clock, apart=0, has_aaaa=has)
    subjects = [one.subject for one in workspace.targets()]
    judged = judge_holdings(holdings, subjects, at=NOON + timedelta(hours=1), rules=ruleset.load())
    found = {one.indicator: one for one in judged.findings}
    rounds = {row.record for row in holdings.rows("shifan", kept.LABEL)}
    assert (found["ipv6_pages"].state, found["ipv6_pages"].numbers["count"]) == ("hit", 3)
    assert (found["ipv6_differs"].state, found["ipv6_differs"].numbers["count"]) == ("hit", 3)
    assert all(rounds < set(found[name].exhibits) for name in ("ipv6_pages", "ipv6_differs"))


def test_the_pages_come_from_captured_pages(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch, six: dict[str, Any]
) -> None:
    monkeypatch.setitem(server.TABLE, "/front", lambda _: Answer(page(FRONT)))
    workspace, holdings = opened(tmp_path, site)
    YAML().dump(
        [{"id": "shifan", "name": "示范", "kind": "portal", "url": f"{site.url}/front"}], tmp_path / "targets.yaml"
    )
    (target,) = workspace.targets()
    record = asyncio.run(
        visit_once(workspace, holdings, target, one_page(HOME, "desktop"), clock=SystemClock(), purpose="scheduled")
    )
    day = inner_pages.check(workspace, holdings, clock=SystemClock(), apart=0, only=["shifan"], has_aaaa=lambda _: None)
    assert day.days["shifan"].home == record.id
    assert (day.days["shifan"].aaaa, six["asked"]) == (None, [])


def test_a_home_page_that_nobody_captured_today_is_named(tmp_path: Path, site: Site) -> None:
    workspace, holdings = opened(tmp_path, site)
    done = inner_pages.check(workspace, holdings, clock=SystemClock(), only=["shifan"])
    assert (done.without_home, done.days) == (("shifan",), {})


@pytest.mark.parametrize("egress", ["proxy", "inspecting", "split-dns"])
def test_behind_a_gateway_of_our_own_no_page_is_asked(tmp_path: Path, site: Site, egress: str) -> None:
    workspace, holdings = opened(tmp_path, site, egress=egress)
    with pytest.raises(WorkspaceError, match="--pages needs a direct"):
        inner_pages.check(workspace, holdings, clock=SystemClock())


def link(href: str, hidden: str = "") -> Link:
    return Link(href=href, text="a", scope="internal", hidden=hidden, box=None)


def target(*columns: str, url: str = "http://www.a.gov.cn/") -> Target:
    listed = [{"label": f"c{n}", "name": "c", "url": one} for n, one in enumerate(columns)]
    return from_written({"id": "a", "name": "a", "kind": "portal", "url": url, "columns": listed})


def front(*hrefs: str | Link, url: str = "http://www.a.gov.cn/") -> Any:
    links = tuple(link(one) if isinstance(one, str) else one for one in hrefs)
    return reading(page_kind="home", url=url, links=links)


def test_only_pages_at_the_site_s_own_place_are_asked_each_once() -> None:
    home = front(
        "http://www.a.gov.cn/1#top", "http://www.a.gov.cn/1", "https://www.a.gov.cn/2", "http://other.gov.cn/3",
        "http://www.a.gov.cn:22/4", "http://u:p@www.a.gov.cn/5", "ftp://www.a.gov.cn/6", "http://127.0.0.1/7",
        "http://www.a.gov.cn/8.pdf", "http://[::1", "/9", "http://www.a.gov.cn/", "http://sub.www.a.gov.cn/10",
        link("http://www.a.gov.cn/11", hidden="display:none"),
    )  # fmt: skip
    pages, left = pages_of(home, [], target(), 10)
    assert (sorted(pages), left) == ([("http://www.a.gov.cn/1", 2), ("https://www.a.gov.cn/2", 2)], 0)


def test_a_home_page_that_led_to_a_stranger_names_nothing() -> None:
    assert pages_of(front("http://evil.example.com/1", url="http://evil.example.com/"), [], target(), 10) == ((), 0)


def test_what_columns_lead_to_is_of_the_third_level_unless_the_home_page_does() -> None:
    column = front("http://www.a.gov.cn/c/1", "http://www.a.gov.cn/b/", url="http://www.a.gov.cn/b/")
    stranger = front("http://www.a.gov.cn/x", url="http://other.gov.cn/")
    pages, _ = pages_of(front("http://www.a.gov.cn/b/"), [column, stranger], target("http://www.a.gov.cn/l/"), 10)
    assert sorted(pages) == [
        ("http://www.a.gov.cn/b/", 2),
        ("http://www.a.gov.cn/c/1", 3),
        ("http://www.a.gov.cn/l/", 2),
    ]


def test_a_sample_is_the_same_whatever_the_order_and_holds_both_levels() -> None:
    second = [f"http://www.a.gov.cn/b/{n}" for n in range(30)]
    third = [f"http://www.a.gov.cn/c/{n}" for n in range(30)]
    column = "http://www.a.gov.cn/b/0"
    once = pages_of(front(*second), [front(*third, url=column)], target(), 10)
    again = pages_of(front(*reversed(second)), [front(*reversed(third), url=column)], target(), 10)
    assert once == again
    assert [level for _, level in once[0]] == [2] * 5 + [3] * 5
    assert once[1] == 50
    fewer = pages_of(front(*second[:2]), [front(*third, url=column)], target(), 10)
    assert [level for _, level in fewer[0]].count(3) == 8
    alone = pages_of(front(*second), [], target(), 10)
    assert len(alone[0]) == 10


def way(outcome: Any) -> Way:
    return Way(at=NOON, outcome=outcome)


@pytest.mark.parametrize(
    ("v4", "v6", "control", "state"),
    [
        ("open", "open", None, "open"),
        ("failed", "open", None, "open"),
        ("open", "failed", True, "failed"),
        ("open", "failed", False, "unsure"),
        ("open", "failed", None, "unsure"),
        ("failed", "failed", True, "unsure"),
        ("guarded", "failed", True, "unsure"),
        ("open", "guarded", True, "unsure"),
    ],
)
def test_a_page_fails_only_where_ipv4_opens_and_a_control_answers(v4: str, v6: str, control: Any, state: str) -> None:
    assert AskedPage(url="http://a/", level=2, v4=way(v4), v6=way(v6), control=control).told.state == state


def test_rounds_are_kept_as_they_were_and_damage_is_said() -> None:
    page = AskedPage(
        url="http://a/",
        level=3,
        v4=way("open"),
        v6=way("open"),
        difference=Difference(per_mille=300, only4=("一",), only6=()),
    )
    checks = PageChecks(home="ab" * 32, aaaa=True, before=way("open"), after=None, left=2, pages=(page,))
    assert kept.decoded(checks.encoded()) == checks
    assert kept.day_of(checks, NOON.date()).held is False
    for data in (b"", b"[]", b"{}", b'{"schema":"pages6/1"}', checks.encoded().replace(b'"open"', b'"shut"')):
        with pytest.raises(ReadingError):
            kept.decoded(data)


def run(folder: Path, *more: str) -> Any:
    return CliRunner().invoke(cli, ["probe", "-w", str(folder), "--pages", *more])


def test_the_command_says_that_it_is_switched_off(tmp_path: Path, site: Site) -> None:
    opened(tmp_path, site, pages6=0)
    assert (run(tmp_path).exit_code, "未开启" in run(tmp_path).output) == (0, True)
    assert run(tmp_path, "--links").exit_code == 2


def test_the_command_prints_a_line_a_site(
    tmp_path: Path, inner: Site, six: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, _ = opened(tmp_path, inner)
    homed(monkeypatch, workspace, "/in/1")
    monkeypatch.setattr(probes, "has_aaaa", lambda _: has)
    monkeypatch.setattr(inner_pages, "APART", 0)
    done = run(tmp_path, "--only", "shifan")
    assert "shifan\t访问1个\t打开1个\t打不开0个\t未定0个\t内容有异0个\t未访问0个" in done.output
