"""The demonstration city: what it shows in its two rounds, to whom, and on what days."""

from __future__ import annotations

import http.client
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from collector import flow as flows
from collector import targets as written
from collector.secrets import Secrets
from evidence.reading.tables import from_picture
from flows.demo import city as demo
from flows.demo.city import City
from flows.demo.town import SECTIONS

TODAY = date(2026, 3, 2)


@pytest.fixture
def city() -> Iterator[City]:
    with City(today=TODAY) as running:
        yield running


def ask(
    city: City, path: str, *, cookie: str = "", form: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    host = urlsplit(city.url)
    connection = http.client.HTTPConnection(host.hostname or "", host.port or 0, timeout=10)
    try:
        head = {"Cookie": cookie} if cookie else {}
        if form is not None:
            head["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST" if form is not None else "GET", path, urlencode(form or {}), head)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def rows(body: bytes) -> list[tuple[str, str]]:
    tree = LexborHTMLParser(body)
    return [
        (row.css_first("a").text(), row.css_first("span").text())  # type: ignore[union-attr]
        for row in tree.css("ul.list li")
    ]


def signed_in(city: City, site: str) -> str:
    form = {"username": demo.USERNAME, "password": demo.ACCOUNTS[site]}
    status, head, _ = ask(city, f"/{site}/login", form=form)
    assert (status, head["Location"]) == (303, f"/{site}/")
    return head["Set-Cookie"].partition(";")[0]


def test_every_target_and_flow_is_found_by_those_that_run_them(city: City, tmp_path: Path) -> None:
    path = tmp_path / "targets.yaml"
    path.write_text(json.dumps(demo.targets(city), ensure_ascii=False), "utf-8")
    targets = written.load(path, tmp_path / "columns")
    chosen = {target.id: flows.discover().choose(target) for target in targets}
    assert {id_: flow.name for id_, flow in chosen.items()} == {
        "sf-portal": "generic_portal",
        "sf-inner": "demo_portal_login",
        "sf-bulletin": "demo_bulletin",
        "sf-fabu": "demo_account",
        "sf-fabu-public": "demo_account_public",
    }
    coverage = {target.id: chosen[target.id].coverage_of(target) for target in targets}
    assert coverage["sf-fabu"] == "complete"
    assert coverage["sf-fabu-public"] == "partial"
    assert all(len(target.site_code) == 10 for target in targets if target.site_code)


def test_the_log_ins_have_their_secrets(city: City) -> None:
    held = Secrets(variables=demo.secrets(), folder=None)
    for target, site in demo.LOGINS.items():
        assert held.get(target, "username") == demo.USERNAME
        assert held.get(target, "password") == demo.ACCOUNTS[site]


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.label)
def test_each_column_is_as_fresh_as_it_is_told_in_both_rounds(city: City, changed: bool, section: demo.Section) -> None:
    if changed:
        city.change()
    status, _, body = ask(city, f"/portal/{section.label}/")
    days = [date.fromisoformat(day) for _, day in rows(body)]
    assert status == 200
    assert days == sorted(days, reverse=True)
    if section.newest is None:
        assert days == []
    elif not (changed and section.label == "tzgg"):
        assert days[0] == TODAY - timedelta(days=section.newest)


def test_the_numbers_of_stale_and_blank_columns_reach_the_limits_of_the_clauses() -> None:
    duty = [section for section in SECTIONS if section.duty is True]
    stale = [s for s in duty if s.class_ == "news" and (s.newest or 0) > 14]
    stale += [s for s in duty if s.class_ in ("notice", "policy") and s.level == 1 and (s.newest or 0) > 186]
    blank = [s for s in duty if s.newest is None]
    fresh = [s for s in duty if s not in stale and s not in blank]
    assert len(stale) >= 5
    assert len(blank) >= 5
    assert len(fresh) >= 3


def test_in_the_second_round_one_column_gains_an_item_and_another_loses_one(city: City) -> None:
    first = {label: rows(ask(city, f"/portal/{label}/")[2]) for label in ("tzgg", "sfyw", "bmdt")}
    city.change()
    second = {label: rows(ask(city, f"/portal/{label}/")[2]) for label in first}
    assert second["tzgg"][1:] == first["tzgg"]
    assert second["tzgg"][0][1] == TODAY.isoformat()
    assert len(first["sfyw"]) - len(second["sfyw"]) == 1
    assert set(second["sfyw"]) < set(first["sfyw"])
    assert second["bmdt"] == first["bmdt"]


def test_the_home_page_has_a_clock_a_moving_line_and_a_counter_that_moves(city: City) -> None:
    one, two = (ask(city, "/portal/")[2].decode() for _ in range(2))
    assert "setInterval" in one
    assert 'class="ticker"' in one
    counters = [page.split("您是第 ")[1].split(" ")[0] for page in (one, two)]
    assert counters[0] != counters[1]


def test_every_page_says_that_it_is_a_demonstration(city: City) -> None:
    for path in ("/portal/", "/portal/sfyw/", "/inner/", "/backoffice/", "/media/shifanfabu", "/bulletin/0.html"):
        assert "演示页面" in ask(city, path)[2].decode()


@pytest.mark.parametrize("site", ["inner", "backoffice"])
def test_behind_the_form_nothing_is_shown_without_a_session(city: City, site: str) -> None:
    for cookie in ("", "DEMOSESSION=made-up", "DEMOSESSION=", "=;;broken\x7f"):
        body = ask(city, f"/{site}/", cookie=cookie)[2].decode()
        assert 'id="password"' in body
        assert 'id="signed-in"' not in body


@pytest.mark.parametrize(
    "form",
    [{}, {"username": demo.USERNAME}, {"username": demo.USERNAME, "password": "wrong"}, {"password": "x" * 50_000}],
)
def test_a_wrong_password_is_answered_on_the_form(city: City, form: dict[str, str]) -> None:
    status, head, _ = ask(city, "/inner/login", form=form)
    assert (status, head["Location"]) == (303, "/inner/wrong")
    assert "Set-Cookie" not in head
    assert "用户名或密码错误" in ask(city, "/inner/wrong")[2].decode()


def test_a_session_opens_its_own_site_only_and_ends_with_the_log_out(city: City) -> None:
    cookie = signed_in(city, "backoffice")
    assert 'id="signed-in"' in ask(city, "/backoffice/", cookie=cookie)[2].decode()
    assert 'id="signed-in"' not in ask(city, "/inner/", cookie=cookie)[2].decode()
    ask(city, "/backoffice/logout", cookie=cookie)
    assert 'id="password"' in ask(city, "/backoffice/", cookie=cookie)[2].decode()


def test_the_back_office_shows_all_posts_and_the_public_page_only_some(city: City) -> None:
    inside = LexborHTMLParser(ask(city, "/backoffice/", cookie=signed_in(city, "backoffice"))[2])
    times = [cell.text() for cell in inside.css(".posts td:last-child")]
    public = rows(ask(city, "/media/shifanfabu")[2])
    assert max(times).startswith((TODAY - timedelta(days=47)).isoformat())
    assert 0 < len(public) < len(times)


def test_the_bulletins_annex_is_a_picture_of_a_table_with_one_blank_column(city: City) -> None:
    page = LexborHTMLParser(ask(city, "/bulletin/0.html")[2])
    assert not page.css("main table")
    source = page.css_first("main img").attributes["src"]  # type: ignore[union-attr]
    status, head, data = ask(city, str(source))
    assert (status, head["Content-Type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(data)).format == "PNG"
    (table,) = from_picture(data)
    assert [(column.index, column.heading) for column in table.blank_columns] == [(4, "整改完成时间")]


@pytest.mark.parametrize(
    "path", ["/nothing", "/portal/nothing/", "/portal/sfyw/nothing.html", "/bulletin/9.html", "/..%2f"]
)
def test_what_is_not_there_is_a_404(city: City, path: str) -> None:
    assert ask(city, path)[0] == 404


def test_the_city_listens_on_the_loopback_alone_and_is_gone_after_the_block() -> None:
    with City() as running:
        assert running.url.startswith("http://127.0.0.1:")
    with pytest.raises(ConnectionRefusedError):
        ask(running, "/portal/")
