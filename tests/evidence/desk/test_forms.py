"""What is posted: only from our own pages, in this browser's session, and not too much; errors tell nothing of the machine."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evidence.desk.gate import HEADER_TOKEN
from evidence.desk.page import BODY
from evidence.desk.pages import last_night
from evidence.errors import CaseError, StoreError
from tests.evidence.desk.desks import HOST, NAMES, PASSWORD, Browser, Clock, opened

ADD = {"name": "新人", "role": "inspector", "password": "lin-shi-mi-ma-1"}


@pytest.fixture
def browse(tmp_path: Path) -> Iterator[Callable[[], Browser]]:
    with opened(tmp_path, Clock()) as opener:
        yield opener


@pytest.fixture
def admin(browse: Callable[[], Browser]) -> Browser:
    browser = browse()
    browser.log_in("admin")
    return browser


def test_our_own_form_is_taken(admin: Browser) -> None:
    assert admin.post("/users/add", ADD).status_code == 303
    assert admin.desk.users.find("新人") is not None


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"origin": None},
        {"origin": f"https://{HOST}"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
    ],
)
def test_a_form_of_another_site_is_refused(admin: Browser, headers: dict[str, str | None]) -> None:
    assert admin.post("/users/add", ADD, **headers).status_code == 403
    assert admin.desk.users.find("新人") is None


def test_without_the_token_of_this_session_nothing_is_done(admin: Browser, browse: Callable[[], Browser]) -> None:
    other = browse()
    other.log_in("admin")
    for token in ("", "0" * 64, other.token(), admin.desk.sessions.form_token("")):
        assert admin.post("/users/add", ADD | {"form_token": token}).status_code == 403, token
    assert admin.desk.users.find("新人") is None
    assert other.post("/users/add", ADD).status_code == 303


def test_a_script_may_send_the_token_as_a_header(admin: Browser) -> None:
    answer = admin.post("/users/add", ADD | {"form_token": ""}, **{HEADER_TOKEN: admin.token()})
    assert answer.status_code == 303


def test_the_log_in_too_wants_the_token(browse: Callable[[], Browser]) -> None:
    browser = browse()
    fields = {"name": NAMES["leader"], "password": PASSWORD, "form_token": "x"}
    assert browser.post("/login", fields).status_code == 403
    assert browser.get("/").headers["location"] == "/login"


def test_a_browser_without_sec_fetch_is_let_in_by_its_origin(admin: Browser) -> None:
    assert admin.post("/users/add", ADD, sec_fetch_site=None).status_code == 303


def test_an_endless_body_is_refused(admin: Browser) -> None:
    assert admin.post("/users/add", ADD | {"more": "x" * BODY}).status_code == 413
    pieces = (b"x" * 1000 for _ in range(1000))
    headers = {"origin": f"http://{HOST}", "content-type": "application/x-www-form-urlencoded"}
    answer = admin.client.post("/users/add", content=pieces, headers=headers, follow_redirects=False)
    assert answer.status_code == 413
    assert admin.desk.users.find("新人") is None


def test_other_methods_do_nothing(admin: Browser) -> None:
    for method in ("HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert admin.client.request(method, "/users", follow_redirects=False).status_code == 405, method
    assert admin.get("/users/add").status_code == 405


def test_a_fault_of_ours_shows_a_number_and_nothing_else(
    browse: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    browser = browse()
    browser.log_in("leader")
    for error in (ValueError(f"{tmp_path} geheim"), StoreError(f"{tmp_path} geheim")):

        def broken(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(last_night, "_cells", broken)
        with caplog.at_level(logging.ERROR):
            answer = browser.get("/")
        assert answer.status_code == 500
        assert "geheim" not in answer.text
        assert str(tmp_path) not in answer.text
        number = answer.text.split("编号 ")[1][:8]
        assert number in caplog.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_an_error_written_for_people_is_shown(browse: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch) -> None:
    browser = browse()
    browser.log_in("leader")

    def refused(*_: object) -> None:
        raise CaseError("不能<b>通报</b>：没有第二人")

    monkeypatch.setattr(last_night, "_cells", refused)
    answer = browser.get("/")
    assert answer.status_code == 400
    assert "不能&lt;b&gt;通报&lt;/b&gt;：没有第二人" in answer.text


def test_whose_word_on_the_address_is_believed(tmp_path: Path) -> None:
    log = tmp_path / "w" / "desk" / "access-2021-06-29.jsonl"
    with opened(tmp_path / "w", Clock()) as browse:
        browser = browse()
        browser.log_in("leader")
        browser.get("/", headers={"x-forwarded-for": "6.6.6.6"})
        assert '"address":"6.6.6.6"' not in log.read_text()
    with opened(tmp_path / "w", Clock(), users=False, proxies=("testclient",)) as browse:
        browser = browse()
        browser.log_in("leader")
        browser.get("/", headers={"x-forwarded-for": "6.6.6.6, 10.1.2.3"})
        assert '"address":"10.1.2.3"' in log.read_text()
        assert '"address":"6.6.6.6"' not in log.read_text()
