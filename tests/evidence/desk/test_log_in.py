"""Logging in: who is let in and for how long, and everything by which somebody else might be."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from evidence.desk import lockout
from evidence.desk.lockout import Lockout
from evidence.desk.pages import login
from evidence.desk.roles import ROLES
from tests.evidence.desk.desks import NAMES, PASSWORD, Browser, Clock, house, opened

NOBODY = "查无此人"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def browse(tmp_path: Path, clock: Clock) -> Iterator[Callable[[], Browser]]:
    with opened(tmp_path, clock) as opener:
        yield opener


def attempt(browser: Browser, name: str, password: str) -> int:
    return browser.post("/login", {"name": name, "password": password}).status_code


@pytest.mark.parametrize("role", ROLES)
def test_a_role_begins_where_it_may_look(browse: Callable[[], Browser], role: str) -> None:
    done = browse().log_in(role)
    begins = {"auditor": "/access-log", "admin": "/users"}
    assert (done.status_code, done.headers["location"]) == (303, begins.get(role, "/"))


def test_the_cookie_is_out_of_reach(browse: Callable[[], Browser], tmp_path: Path, clock: Clock) -> None:
    cookie = browse().log_in("leader").headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "expires" not in cookie.lower()
    assert "max-age" not in cookie.lower()
    with opened(tmp_path / "tls", clock, tls=True) as secure:
        answer = secure().get("/login")
        assert answer.headers["set-cookie"].startswith("__Host-quzheng=")
        assert "Secure" in answer.headers["set-cookie"]


def test_a_session_somebody_knew_before_the_log_in_is_worth_nothing_after(browse: Callable[[], Browser]) -> None:
    victim, attacker = browse(), browse()
    attacker.get("/login")
    known = attacker.client.cookies["quzheng"]
    victim.client.cookies.set("quzheng", known, domain="127.0.0.1", path="/")
    done = victim.post("/login", {"name": NAMES["leader"], "password": PASSWORD})
    assert done.status_code == 303
    assert known not in done.headers["set-cookie"]
    assert attacker.get("/").headers["location"] == "/login"


def test_the_same_words_for_a_wrong_password_and_a_wrong_name(browse: Callable[[], Browser]) -> None:
    browser = browse()
    browser.get("/login")
    answers = [
        browser.post("/login", {"name": name, "password": "wrong-password"}) for name in (NAMES["leader"], NOBODY)
    ]
    texts = [answer.text.replace(NOBODY, NAMES["leader"]) for answer in answers]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert texts[0] == texts[1]
    assert login.WRONG in texts[0]


def test_nobody_costs_as_much_work_as_somebody(browse: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch) -> None:
    browser = browse()
    browser.get("/login")
    hashes = browser.desk.users._hashes
    checked: list[str] = []
    real = hashes._hasher.verify
    monkeypatch.setattr(
        type(hashes._hasher), "verify", lambda _, hashed, word: checked.append(hashed) or real(hashed, word)
    )
    assert attempt(browser, NOBODY, "wrong-password") == attempt(browser, NAMES["leader"], "wrong-password") == 401
    assert len(checked) == 2
    assert {hashed.split("$")[3] for hashed in checked} == {"m=8,t=1,p=1"}


@pytest.mark.parametrize("name", [NAMES["leader"], NOBODY])
def test_who_fails_must_wait_ever_longer(browse: Callable[[], Browser], clock: Clock, name: str) -> None:
    browser = browse()
    browser.get("/login")
    assert [attempt(browser, name, "wrong-password") for _ in range(5)] == [401] * 5
    assert attempt(browser, name, PASSWORD) == 429, "the right password opens nothing while it must wait"
    clock.move(seconds=31)
    assert attempt(browser, name, "wrong-password") == 401
    clock.move(seconds=31)
    assert attempt(browser, name, PASSWORD) == 429, "the second wait is longer"
    clock.move(seconds=31)
    assert attempt(browser, name, PASSWORD) == (303 if name == NAMES["leader"] else 401)


def test_a_log_in_clears_the_failures_of_the_name(browse: Callable[[], Browser]) -> None:
    browser = browse()
    for _ in range(3):
        browser.get("/login")
        assert [attempt(browser, NAMES["leader"], "wrong-password") for _ in range(4)] == [401] * 4
        assert attempt(browser, NAMES["leader"], PASSWORD) == 303
        browser.post("/logout")


def test_one_address_may_not_try_all_names(browse: Callable[[], Browser]) -> None:
    browser = browse()
    browser.get("/login")
    answers = [attempt(browser, f"某人{n}", "wrong-password") for n in range(5 * lockout.SHARED + 1)]
    assert answers == [401] * (5 * lockout.SHARED) + [429]
    assert attempt(browser, NAMES["leader"], PASSWORD) == 429


def test_an_unlocked_user_need_not_wait(browse: Callable[[], Browser], clock: Clock) -> None:
    browser, admin = browse(), browse()
    browser.get("/login")
    for _ in range(5):
        attempt(browser, NAMES["leader"], "wrong-password")
    assert attempt(browser, NAMES["leader"], PASSWORD) == 429
    admin.log_in("admin")
    clock.move(seconds=1)
    assert admin.post("/users/unlock", {"name": NAMES["leader"]}).status_code == 303
    assert attempt(browser, NAMES["leader"], PASSWORD) == 303


def test_many_guesses_at_once_are_not_free() -> None:
    locks, now, let_in = Lockout(5), Clock()(), []

    def guess() -> None:
        if locks.enter(now, lockout.of_name("x"), lockout.of_address("10.0.0.1")) == timedelta():
            let_in.append(1)

    threads = [threading.Thread(target=guess) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_in) == 5


def test_the_table_of_failures_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockout, "MOST", 100)
    locks = Lockout(5)
    for n in range(1000):
        locks.enter(Clock()(), lockout.of_name(str(n)))
    assert len(locks._failures) == 100


def test_a_session_ends_when_idle_and_in_any_case(browse: Callable[[], Browser], clock: Clock) -> None:
    idle, busy = browse(), browse()
    idle.log_in("leader")
    busy.log_in("leader")
    clock.move(minutes=19)
    assert busy.get("/").status_code == 200
    clock.move(minutes=2)
    assert idle.get("/").headers["location"] == "/login"
    assert busy.get("/").status_code == 200
    for _ in range(32):
        clock.move(minutes=19)
        last = busy.get("/")
    assert last.headers["location"] == "/login"


def test_logging_out_ends_the_session_and_only_a_post_does(browse: Callable[[], Browser]) -> None:
    browser = browse()
    browser.log_in("leader")
    kept = browser.client.cookies["quzheng"]
    assert browser.get("/logout").status_code == 405
    assert browser.get("/").status_code == 200
    assert browser.post("/logout").headers["location"] == "/login"
    browser.client.cookies.set("quzheng", kept, domain="127.0.0.1", path="/")
    assert browser.get("/").headers["location"] == "/login"


def test_a_restart_logs_out(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as first:
        browser = first()
        browser.log_in("leader")
        kept = browser.client.cookies["quzheng"]
    with opened(tmp_path, clock, users=False) as second:
        browser = second()
        browser.client.cookies.set("quzheng", kept, domain="127.0.0.1", path="/")
        assert browser.get("/").headers["location"] == "/login"


@pytest.mark.parametrize("change", ["role", "remove", "reset"])
def test_what_an_administrator_does_ends_the_sessions_at_once(
    browse: Callable[[], Browser], clock: Clock, change: str
) -> None:
    browser, admin = browse(), browse()
    browser.log_in("leader")
    admin.log_in("admin")
    clock.move(seconds=1)
    fields = {"name": NAMES["leader"], "role": "auditor", "password": "lin-shi-mi-ma-9", "sure": "yes"}
    assert admin.post(f"/users/{change}", fields).status_code == 303
    assert browser.get("/").headers["location"] == "/login"


def test_a_password_somebody_else_set_must_be_changed_first(browse: Callable[[], Browser], clock: Clock) -> None:
    browser = browse()
    browser.desk.users.set_password(NAMES["leader"], "lin-shi-mi-ma-9", clock(), own=False)
    browser.log_in("leader", "lin-shi-mi-ma-9")
    assert browser.get("/").headers["location"] == "/account/password"
    change = {"old": "lin-shi-mi-ma-9", "new": "wo-zi-ji-de-mi-ma", "again": "wo-zi-ji-de-mi-ma"}
    assert "不一样" in browser.post("/account/password", change | {"again": "x"}).text
    assert "现在的密码不对" in browser.post("/account/password", change | {"old": "x"}).text
    assert (
        "与现在的一样"
        in browser.post("/account/password", change | {"new": "lin-shi-mi-ma-9", "again": "lin-shi-mi-ma-9"}).text
    )
    assert "12至200个字符" in browser.post("/account/password", change | {"new": "kurz", "again": "kurz"}).text
    assert (
        "不能含有用户名"
        in browser.post(
            "/account/password", change | {"new": "负责丙-2026-年-12-个字", "again": "负责丙-2026-年-12-个字"}
        ).text
    )
    assert browser.post("/account/password", change).status_code == 303
    assert browser.get("/").status_code == 200


def test_changing_ones_password_ends_ones_other_sessions(browse: Callable[[], Browser], clock: Clock) -> None:
    here, elsewhere = browse(), browse()
    here.log_in("leader")
    elsewhere.log_in("leader")
    clock.move(seconds=1)
    new = "wo-zi-ji-de-mi-ma"
    assert here.post("/account/password", {"old": PASSWORD, "new": new, "again": new}).status_code == 303
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").headers["location"] == "/login"


def test_guessing_the_password_at_an_open_session_is_guessing_at_the_log_in(browse: Callable[[], Browser]) -> None:
    browser = browse()
    browser.log_in("leader")
    guess = {"old": "x", "new": "wo-zi-ji-de-mi-ma", "again": "wo-zi-ji-de-mi-ma"}
    assert [browser.post("/account/password", guess).status_code for _ in range(6)] == [400] * 5 + [429]


def test_a_code_is_good_once_even_after_a_restart(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as browse:
        browser = browse()
        browser.log_in("leader")
        secret = browser.enrol()
        assert browser.get("/").status_code == 200
        assert secret not in (tmp_path / "desk" / "users.json").read_text()
        clock.move(seconds=30)
        code = browser.code(secret)
        second = browse()
        assert second.log_in("leader").headers["location"] == "/second-factor"
        assert second.get("/").headers["location"] == "/second-factor"
        before = second.client.cookies["quzheng"]
        assert second.post("/second-factor", {"code": code}).headers["location"] == "/"
        assert second.client.cookies["quzheng"] != before
        assert second.get("/").status_code == 200
        third = browse()
        third.log_in("leader")
        assert third.post("/second-factor", {"code": code}).status_code == 401
    with opened(tmp_path, clock, users=False) as browse:
        fourth = browse()
        fourth.log_in("leader")
        assert fourth.post("/second-factor", {"code": code}).status_code == 401
        clock.move(seconds=30)
        assert fourth.post("/second-factor", {"code": fourth.code(secret)}).status_code == 303


def test_one_code_shown_at_two_desks_at_once_lets_one_in(browse: Callable[[], Browser], clock: Clock) -> None:
    first = browse()
    first.log_in("leader")
    secret = first.enrol()
    clock.move(seconds=30)
    code, let_in = first.code(secret), []
    threads = [
        threading.Thread(target=lambda: let_in.append(first.desk.users.use_code(NAMES["leader"], code, clock())))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(let_in) == [False] * 7 + [True]


def test_codes_cannot_be_guessed_by_who_knows_the_password(browse: Callable[[], Browser], clock: Clock) -> None:
    browser = browse()
    browser.log_in("leader")
    browser.enrol()
    thief, answers = browse(), []
    for _ in range(6):
        if thief.log_in("leader").status_code == 429:
            answers.append(429)
            break
        answers.append(thief.post("/second-factor", {"code": "000000"}).status_code)
    assert answers == [401] * 5 + [429]


def test_a_role_that_needs_a_second_factor_can_do_nothing_before(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock, second_factor=("leader",)) as browse:
        browser = browse()
        browser.log_in("leader")
        assert browser.get("/").headers["location"] == "/account/second-factor"
        wrong = browser.post("/account/second-factor", {"password": PASSWORD, "code": "000000"})
        assert wrong.headers.get("location") == "/account/second-factor", "nothing was offered yet"
        page = browser.get("/account/second-factor")
        assert "<svg" in page.text
        assert browser.post("/account/second-factor", {"password": "x", "code": "000000"}).status_code == 400
        browser.enrol()
        assert browser.get("/").status_code == 200
        inspector = browse()
        inspector.log_in("inspector")
        assert inspector.get("/").status_code == 200


def test_without_a_key_no_second_factor_is_taken_and_none_is_waved_through(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as browse:
        browser = browse()
        browser.log_in("leader")
        secret = browser.enrol()
    bare = house(tmp_path, locker=None)
    with opened(tmp_path, clock, users=False, tenant=bare, second_factor=("reviewer",)) as browse:
        reviewer, leader = browse(), browse()
        reviewer.log_in("reviewer")
        assert "没有保险箱密钥" in reviewer.get("/account/second-factor").text
        assert reviewer.get("/").status_code == 303
        clock.move(seconds=60)
        leader.log_in("leader")
        assert "没有保险箱密钥" in leader.post("/second-factor", {"code": leader.code(secret)}).text
        assert leader.get("/").headers["location"] == "/second-factor"


def test_replacing_a_second_factor_takes_the_present_one(browse: Callable[[], Browser], clock: Clock) -> None:
    browser = browse()
    browser.log_in("leader")
    old = browser.enrol()
    clock.move(seconds=60)
    browser.get("/account/second-factor")
    token = browser.client.cookies["quzheng"]
    session = browser.desk.sessions.find(token, clock())
    assert session is not None
    fields = {"password": PASSWORD, "code": browser.code(session.offered), "present": "000000"}
    assert "现在的动态口令不对" in browser.post("/account/second-factor", fields).text
    done = browser.post("/account/second-factor", fields | {"present": browser.code(old)})
    assert done.status_code == 303


def test_after_the_log_in_one_is_where_one_wanted_to_be_and_nowhere_else(browse: Callable[[], Browser]) -> None:
    browser = browse()
    assert browser.get("/account/password?x=1").headers["location"] == "/login?next=/account/password"
    for wanted, found in (
        ("/account/password", "/account/password"),
        ("//evil.test/", "/"),
        ("/\\evil.test", "/"),
        ("https://evil.test", "/"),
    ):
        browser.get("/login")
        done = browser.post("/login", {"name": NAMES["leader"], "password": PASSWORD, "next": wanted})
        assert done.headers["location"] == found
        browser.post("/logout")


def test_the_users_file_damaged_lets_nobody_in_and_shows_no_internals(
    browse: Callable[[], Browser], tmp_path: Path
) -> None:
    browser = browse()
    browser.log_in("leader")
    (tmp_path / "desk" / "users.json").write_text("{")
    for path in ("/", "/nowhere", "/login"):
        answer = browser.get(path)
        assert answer.status_code in (404, 503)
        assert "JSON" not in answer.text
        assert str(tmp_path) not in answer.text
