"""Forms as portals have them: tabs, two pages, frames, common log-ins; and forms that lie."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.collector.conftest import Looker
from tests.collector.login.conftest import access, entered, inside, login, secrets, told
from tests.site.gates import LOCKED_AFTER, Gates


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/form", {}),
        ("/tabs", {"before": ("#tab", "#agree")}),
        ("/two-page", {"next": "#next"}),
        ("/framed", {"frame": "#door"}),
    ],
)
def test_a_form_lets_in(looker: Looker, gates: Gates, path: str, more: dict[str, Any]) -> None:
    capture = entered(looker, gates, inside(login(gates, path, **more)), access(gates))
    assert (capture.outcome, capture.reason) == ("captured", None)
    assert gates.tries("/form") == 1


def test_nobody_types_where_a_common_log_in_is_still_good(looker: Looker, gates: Gates) -> None:
    assert entered(looker, gates, inside(login(gates, "/auto")), access(gates)).outcome == "captured"
    assert gates.posted == []


def test_a_marker_that_strangers_see_is_no_marker(looker: Looker, gates: Gates) -> None:
    capture = entered(looker, gates, inside(replace(login(gates, "/form"), marker="#go")), access(gates))
    assert (capture.outcome, capture.reason) == ("login_lost", "bad_marker")
    assert gates.posted == []


def test_wrong_password_is_told_and_not_tried_again(looker: Looker, gates: Gates) -> None:
    wrong = access(gates, secrets=secrets(gates, password="wrong-password"))
    capture = entered(looker, gates, inside(login(gates, "/form")), wrong)
    assert (capture.outcome, capture.reason, capture.fault) == ("login_lost", "wrong_credentials", "ours")
    assert gates.tries("/form") == 1
    assert capture.of_role("tile") == ()


def test_an_answer_that_is_neither_page_nor_refusal_is_told_as_that(looker: Looker, gates: Gates) -> None:
    capture = entered(looker, gates, inside(login(gates, "/silent")), access(gates))
    assert (capture.outcome, capture.reason) == ("login_lost", "marker")


def test_a_warning_of_a_lock_is_a_wrong_password_and_a_lock_is_a_lock(looker: Looker, gates: Gates) -> None:
    flow, wrong = inside(login(gates, "/locking")), access(gates, secrets=secrets(gates, password="wrong-password"))
    reasons = [entered(looker, gates, flow, wrong).reason for _ in range(LOCKED_AFTER)]
    assert reasons == ["wrong_credentials"] * LOCKED_AFTER
    capture = entered(looker, gates, flow, access(gates))
    assert (capture.outcome, capture.reason, capture.fault) == ("login_lost", "locked", "ours")
    assert "锁定" in told(looker, capture)


@pytest.mark.parametrize(
    "path", ["/sso", "/evil-action", "/evil-script"], ids=["redirect", "form sent elsewhere", "script"]
)
def test_no_other_host_gets_a_secret(looker: Looker, gates: Gates, path: str) -> None:
    with Gates() as stranger:
        gates.elsewhere = stranger.url
        capture = entered(looker, gates, inside(login(gates, path)), access(gates))
        assert (capture.outcome, capture.reason, capture.fault) == ("login_lost", "wrong_host", "ours")
        assert stranger.posted == []
        assert f"127.0.0.1:{stranger.server_address[1]}" in told(looker, capture)


def test_a_host_that_the_flow_names_gets_it(looker: Looker, gates: Gates) -> None:
    with Gates() as common:
        gates.elsewhere = common.url
        declared = login(gates, "/sso", hosts=(f"127.0.0.1:{common.server_address[1]}",))
        capture = entered(looker, gates, inside(declared), access(gates))
        assert capture.outcome == "captured"
        assert common.tries("/form") == 1
