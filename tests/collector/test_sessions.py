"""Sessions are kept encrypted, used again, recognised as lost, renewed once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.flow import Flow
from collector.login import Login
from collector.login.access import Access
from collector.login.tries import Tries
from collector.sessions import Kept, Session, Sessions, end_of
from collector.vault import KeyPlace, Vault, make_key
from tests.canaries import found_under
from tests.collector.conftest import Looker, target
from tests.collector.login.conftest import Somebody, login, secrets, told
from tests.site.gates import Gates

NOW = datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC)


@pytest.fixture
def gates() -> Iterator[Gates]:
    with Gates() as running:
        yield running


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    make_key(tmp_path / "key")
    return Sessions(Vault(path=tmp_path / "sessions.age", place=KeyPlace(file=tmp_path / "key", variables={})))


def means(gates: Gates, sessions: Sessions, password: str | None = None) -> Access:
    known = secrets(gates) if password is None else secrets(gates, password=password)
    book = Tries(sessions.vault.path.with_name("tries.json"), 2)
    return Access(secrets=known, sessions=sessions, person=Somebody(scans=gates.scanned.set), tries=book)


def portal(declared: Login, *, leave_before: str = "") -> Flow:
    """Captures two pages; before the label `leave_before` every session is ended from outside."""
    flow = Flow("tests.portal", login=declared, authority="own")

    @flow.visit
    async def visit(visit):  # type: ignore[no-untyped-def]
        for label in ("home", "again"):
            if label == leave_before:
                await visit.page.context.request.get(f"{visit.target.url}/leave")
            await visit.open(f"{visit.target.url}/inside")
            await visit.capture(label)

    return flow


def visited(looker: Looker, gates: Gates, flow: Flow, access: Access) -> dict[str, Any]:
    columns = [{"label": "again", "name": "再看", "url": "/inside"}]
    captures = looker.visit(target(gates.url, columns=columns), flow, access=access)
    return {capture.label: capture for capture in captures}


def ends(captures: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(capture.outcome, capture.reason) for capture in captures.values()]


CAPTURED = [("captured", None)] * 2


def test_a_session_is_used_again_with_all_it_holds(looker: Looker, gates: Gates, sessions: Sessions) -> None:
    flow = portal(login(gates, "/form"))
    assert ends(visited(looker, gates, flow, means(gates, sessions))) == CAPTURED
    kept = sessions.get("t", NOW)
    assert kept is not None
    held = set(kept.values())
    assert {gates.session, gates.stored, gates.tab, gates.indexed} <= held
    again = visited(looker, gates, flow, means(gates, sessions))
    assert ends(again) == CAPTURED
    assert gates.tries("/form") == 1
    assert "沿用" in told(looker, again["home"])


def test_session_storage_is_there_before_the_first_script_of_the_page(
    looker: Looker, gates: Gates, sessions: Sessions
) -> None:
    flow = portal(login(gates, "/form"))
    visited(looker, gates, flow, means(gates, sessions))
    gates.tab = "CANARYtabchanged"  # the page puts its own only where it finds none
    found = []

    @flow.visit
    async def look(visit):  # type: ignore[no-untyped-def]
        await visit.open(f"{visit.target.url}/inside")
        found.append(await visit.page.evaluate("sessionStorage.tab"))

    visited(looker, gates, flow, means(gates, sessions))
    assert found == ["CANARYtab64bb01"]


def test_a_session_that_was_ended_meanwhile_is_renewed_by_one_log_in(
    looker: Looker, gates: Gates, sessions: Sessions
) -> None:
    flow = portal(login(gates, "/form"))
    visited(looker, gates, flow, means(gates, sessions))
    gates.valid.clear()
    gates.session = "CANARYsession88f2"
    assert ends(visited(looker, gates, flow, means(gates, sessions))) == CAPTURED
    assert gates.tries("/form") == 2
    kept = sessions.get("t", NOW)
    assert kept is not None
    assert "CANARYsession88f2" in set(kept.values())


def test_a_lost_session_with_a_wrong_password_is_forgotten_and_tried_once(
    looker: Looker, gates: Gates, sessions: Sessions
) -> None:
    flow = portal(login(gates, "/form"))
    visited(looker, gates, flow, means(gates, sessions))
    gates.valid.clear()
    lost = visited(looker, gates, flow, means(gates, sessions, password="wrong-password"))
    assert ends(lost) == [("login_lost", "wrong_credentials")] * 2
    assert gates.tries("/form") == 2
    assert sessions.get("t", NOW) is None


def test_a_kept_session_lost_in_mid_visit_is_renewed_once(looker: Looker, gates: Gates, sessions: Sessions) -> None:
    visited(looker, gates, portal(login(gates, "/form")), means(gates, sessions))
    captures = visited(looker, gates, portal(login(gates, "/form"), leave_before="again"), means(gates, sessions))
    assert ends(captures) == CAPTURED
    assert gates.tries("/form") == 2
    assert "重新登录" in told(looker, captures["again"])


def test_a_fresh_session_lost_in_mid_visit_is_renewed_once_too(
    looker: Looker, gates: Gates, sessions: Sessions
) -> None:
    captures = visited(looker, gates, portal(login(gates, "/form"), leave_before="again"), means(gates, sessions))
    assert ends(captures) == CAPTURED
    assert gates.tries("/form") == 2


def test_a_session_lost_again_and_again_is_renewed_once_and_then_told(
    looker: Looker, gates: Gates, sessions: Sessions
) -> None:
    flow = Flow("tests.thrown_out", login=login(gates, "/form"), authority="own")

    @flow.visit
    async def visit(visit):  # type: ignore[no-untyped-def]
        for label in ("home", "again"):
            gates.valid.clear()
            await visit.open(f"{visit.target.url}/inside")
            await visit.capture(label)

    captures = visited(looker, gates, flow, means(gates, sessions))
    assert ends(captures) == [("captured", None), ("login_lost", "session")]
    assert gates.tries("/form") == 2


def test_a_renewal_in_mid_visit_that_fails_is_told_for_every_page_left(
    looker: Looker, gates: Gates, sessions: Sessions
) -> None:
    visited(looker, gates, portal(login(gates, "/form")), means(gates, sessions))
    flow = portal(login(gates, "/form"), leave_before="home")
    captures = visited(looker, gates, flow, means(gates, sessions, password="wrong-password"))
    assert ends(captures) == [("login_lost", "wrong_credentials")] * 2
    assert gates.tries("/form") == 2


def test_enough_failures_today_keep_the_password_at_home(looker: Looker, gates: Gates, sessions: Sessions) -> None:
    flow, wrong = portal(login(gates, "/form")), means(gates, sessions, password="wrong-password")
    reasons = [visited(looker, gates, flow, wrong)["home"].reason for _ in range(3)]
    assert reasons == ["wrong_credentials", "wrong_credentials", "attempts_used_up"]
    assert gates.tries("/form") == 2
    last = visited(looker, gates, flow, wrong)["home"]
    assert "00:00（北京时间）后可再试" in told(looker, last)


def test_a_session_of_a_person_is_used_where_nobody_is_there(looker: Looker, gates: Gates, sessions: Sessions) -> None:
    flow = portal(Login(url="/qr", kind="qr_code", qr="#qr", marker="#hello"))
    assert ends(visited(looker, gates, flow, means(gates, sessions))) == CAPTURED
    alone = Access(secrets=secrets(gates), sessions=sessions)
    assert ends(visited(looker, gates, flow, alone)) == CAPTURED
    assert gates.qr_shown == 1


def test_nothing_of_a_session_is_readable_on_the_disk(
    looker: Looker, gates: Gates, sessions: Sessions, tmp_path: Path
) -> None:
    visited(looker, gates, portal(login(gates, "/form")), means(gates, sessions))
    assert (tmp_path / "sessions.age").stat().st_size > 500
    assert found_under(tmp_path, gates.canaries) == []


def test_a_vault_that_does_not_open_ends_the_visit_in_a_sentence(
    looker: Looker, gates: Gates, sessions: Sessions, tmp_path: Path
) -> None:
    (tmp_path / "sessions.age").write_bytes(b"junk")
    captures = visited(looker, gates, portal(login(gates, "/form")), means(gates, sessions))
    assert ends(captures) == [("login_lost", "vault")] * 2
    assert "已损坏" in told(looker, captures["home"])
    assert gates.posted == []


def cookie(name: str, value: str, expires: float = -1, *, http_only: bool = True) -> dict[str, Any]:
    return {"name": name, "value": value, "domain": "d", "path": "/", "expires": expires, "httpOnly": http_only}


def test_the_end_is_that_of_the_cookies_which_the_log_in_set() -> None:
    soon, late = (NOW + timedelta(hours=2)).timestamp(), (NOW + timedelta(days=400)).timestamp()
    waf = cookie("acw_tc", "x", NOW.timestamp() + 60)
    own, statistic = cookie("SID", "a", soon), cookie("hm", "b", late - 5000, http_only=False)
    assert end_of([waf], [waf, own, statistic, cookie("keep", "c", late)], None, NOW) == NOW + timedelta(hours=2)
    assert end_of([], [cookie("SID", "a")], None, NOW) is None
    assert end_of([], [cookie("SID", "a")], timedelta(hours=8), NOW) == NOW + timedelta(hours=8)


def test_sessions_about_to_end_are_named_the_day_before(sessions: Sessions) -> None:
    for name, left in (("soon", timedelta(hours=20)), ("later", timedelta(days=3)), ("unknown", None)):
        ends_at = NOW + left if left else None
        sessions.keep(name, Session(state={}, tab={}, ends=ends_at), NOW)
    assert sessions.ending(NOW) == (Kept(target="soon", kept=NOW, ends=NOW + timedelta(hours=20)),)
    assert len(sessions.listed()) == 3
    assert sessions.get("soon", NOW + timedelta(days=1)) is None
