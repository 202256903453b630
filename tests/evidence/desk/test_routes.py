"""Every route, as every role and as nobody: found from the application, so that a new page cannot be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence.desk import app as desk_app
from evidence.desk import catalogue
from evidence.desk.gate import Guarded
from evidence.desk.roles import RIGHTS, ROLES, Role, may
from tests.evidence.desk.desks import HOST, Browser, Clock, cheap, house, opened

FILLED = {"digest": "0" * 64, "record": "0" * 64, "name": "x"}
"""What stands for the parts of a path; of none of them is there such a thing."""


def routes() -> list[Guarded]:
    app = desk_app.create(house(Path("nowhere")), Clock(), cheap())
    found = list(app.routes)
    assert found
    assert [route for route in found if not isinstance(route, Guarded)] == [], "a route is not behind the gate"
    return [route for route in found if isinstance(route, Guarded)]


def address(route: Guarded) -> str:
    return re.sub(r"{(\w+)(?::\w+)?}", lambda part: FILLED.get(part[1], "x"), route.path)


def method(route: Guarded) -> str:
    assert route.methods is not None
    return next(iter(route.methods))


def asked(browser: Browser, route: Guarded) -> object:
    return browser.get(address(route)) if method(route) == "GET" else browser.post(address(route))


ROUTES = routes()
NAMED = [f"{method(route)} {route.path}" for route in ROUTES]


@pytest.fixture(scope="module", params=[*ROLES, None])
def walked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Role | None, dict[str, Any]]]:
    """What each route answers to a role, log-out last."""
    role: Role | None = request.param
    with opened(tmp_path_factory.mktemp("desk"), Clock()) as browse:
        browser = browse()
        if role:
            assert browser.log_in(role).status_code == 303
        answers = {}
        for route in sorted(ROUTES, key=lambda one: one.path == "/logout"):
            answers[f"{method(route)} {route.path}"] = asked(browser, route)
        yield role, answers


def wrong(role: Role | None, route: Guarded, answer: Any) -> str:
    """What is wrong with what a route answered to a role; empty where nothing is."""
    terms, place = route.terms, answer.headers.get("location", "").split("?")[0]
    if answer.status_code >= 500:
        return f"broke: {answer.status_code}"
    if terms.right is None:
        return "refused" if answer.status_code == 403 else ""
    if role is None:
        return "" if (answer.status_code, place) == (303, "/login") else "let nobody in particular in"
    if "open" not in terms.stages:
        return "" if (answer.status_code, place) == (303, "/") else "is for a log-in under way only"
    if not may(role, terms.right):
        return "" if answer.status_code == 403 and "你的角色无权" in answer.text else "let a role in without the right"
    return "refused a role with the right" if answer.status_code == 403 or place == "/login" else ""


def test_a_route_is_for_those_it_says_and_for_no_one_else(walked: tuple[Role | None, dict[str, Any]]) -> None:
    role, answers = walked
    faults = {name: wrong(role, route, answers[name]) for name, route in zip(NAMED, ROUTES, strict=True)}
    del faults["POST /logout"]  # sends everybody to the log-in
    assert {name: fault for name, fault in faults.items() if fault} == {}
    assert len(answers) == len(ROUTES)


def test_each_answer_is_fenced_in(walked: tuple[Role | None, dict[str, Any]]) -> None:
    for name, answer in walked[1].items():
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert headers["x-content-type-options"] == "nosniff", name
        assert headers["x-frame-options"] in ("DENY", "SAMEORIGIN"), name
        assert headers["cross-origin-opener-policy"] == "same-origin", name
        assert headers["cross-origin-resource-policy"] == "same-origin", name
        assert headers["cache-control"] == "no-store" or name == "GET /static/{digest}/{name}", name
        assert "server" not in headers, name


def test_all_pages_are_walked() -> None:
    declared = {f"{one.method} {one.path}" for page in catalogue.pages() for one in page.routes}
    assert declared == set(NAMED)
    assert len(declared) == sum(len(page.routes) for page in catalogue.pages()), "two pages have one path"


def test_no_page_shows_with_inline_script_or_style(walked: tuple[Role | None, dict[str, Any]]) -> None:
    for name, answer in walked[1].items():
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", answer.text), name


def test_the_administrator_sees_no_case_and_the_auditor_only_the_log() -> None:
    assert RIGHTS["admin"] == {"users", "account"}
    assert RIGHTS["auditor"] == {"log", "account"}


def test_a_foreign_host_is_refused_before_anything_else(tmp_path: Path) -> None:
    with opened(tmp_path, Clock(), hosts=("qz.office.lan",)) as browse:
        browser = browse()
        for host in (
            "evil.test",
            "127.0.0.1.evil.test",
            "evil.test:8765",
            "localhost.evil.test",
            "[::1].evil.test",
            "",
        ):
            assert browser.get("/login", headers={"host": host}).status_code == 421, host
        for host in (HOST, "localhost", "LOCALHOST:1", "[::1]:8765", "qz.office.lan"):
            assert browser.get("/login", headers={"host": host}).status_code == 200, host
        assert browser.get("/login", headers={"host": "qz.office.lan:9"}).status_code == 421
