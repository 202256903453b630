"""HTTP Basic: one try, one origin, no password in what is kept."""

from __future__ import annotations

from collector.login import Login
from tests.canaries import found_in
from tests.collector.conftest import Looker
from tests.collector.login.conftest import access, entered, secrets
from tests.collector.login.conftest import inside as flow_of
from tests.site.gates import Gates

DECLARED = Login(url="/basic", kind="http_basic", marker="#hello")


def flow(address: str = "/basic"):  # type: ignore[no-untyped-def]
    made = flow_of(DECLARED)

    @made.visit
    async def visit(visit):  # type: ignore[no-untyped-def]
        await visit.open(visit.target.url + address)
        await visit.capture("home")

    return made


def test_the_page_is_captured_and_the_password_is_not_kept(looker: Looker, gates: Gates) -> None:
    capture = entered(looker, gates, flow(), access(gates))
    assert capture.outcome == "captured"
    blobs = b"\n".join(looker.sink.blobs[digest] for digest in capture.cited)
    assert found_in(blobs, (gates.password, gates.username)) == set()
    assert "header" in {r.kind for r in capture.redactions}


def test_a_wrong_password_is_sent_once(looker: Looker, gates: Gates) -> None:
    capture = entered(looker, gates, flow(), access(gates, secrets=secrets(gates, password="wrong-password")))
    assert (capture.outcome, capture.reason, capture.fault) == ("login_lost", "wrong_credentials", "ours")
    assert gates.tries("/basic") == 1


def test_another_origin_is_not_given_the_password(looker: Looker, gates: Gates) -> None:
    with Gates() as stranger:
        made = flow_of(DECLARED)

        @made.visit
        async def visit(visit):  # type: ignore[no-untyped-def]
            await visit.open(f"{stranger.url}/basic")
            await visit.capture("home")

        capture = entered(looker, gates, made, access(gates))
        assert (capture.outcome, capture.reason) == ("http_error", "http_401")
        assert stranger.posted == []
