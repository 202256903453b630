"""Client certificates: shown to one origin; what the relay that shows them puts in between is never taken for the site."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from collector import browser as browsers
from collector.clock import SystemClock
from collector.errors import LoginError
from collector.flow import Flow
from collector.keeper import Keeper
from collector.login import Login
from collector.login.access import Access
from collector.login.kinds.client_certificate import issue
from collector.scribe import Circumstances
from collector.secrets import BASE64, Of, Secrets, as_text
from collector.visiting import visit
from evidence.model import Capture, Vantage
from tests.collector.conftest import LIMITS, Memory, target
from tests.site.demanding import PASSPHRASE, demanding, pfx
from tests.site.secure import certificate


def flow() -> Flow:
    made = Flow("tests.inside", login=Login(url="/", kind="client_certificate", marker="#hello"), authority="own")

    @made.visit
    async def run(visit):  # type: ignore[no-untyped-def]
        await visit.open(visit.target.url)
        await visit.capture("home")

    return made


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, bytes, bytes]:
    """A folder, the server's PEM, our certificate's, a stranger's."""
    made = []
    for subject, names in (("server", ["127.0.0.1"]), ("us", ()), ("stranger", ())):
        made.append(certificate(tmp_path_factory.mktemp(subject), names, subject=subject).read_bytes())
    return tmp_path_factory.mktemp("all"), made[0], made[1], made[2]


@pytest.fixture(scope="module")
def visits(keys: tuple[Path, bytes, bytes, bytes]) -> Callable[..., tuple[Memory, Capture]]:
    """Visits the demanding server with a browser whose relay trusts that server's certificate."""
    folder, server, client, _ = keys
    (folder / "trusted.pem").write_bytes(server[server.index(b"-----BEGIN CERT") :])

    def visited(*shown: bytes) -> list[tuple[Memory, Capture]]:
        with demanding(server, client, folder) as url, pytest.MonkeyPatch.context() as patch:
            patch.setenv("NODE_EXTRA_CA_CERTS", str(folder / "trusted.pem"))
            return asyncio.run(_all(url, shown))

    async def _all(url: str, shown: tuple[bytes, ...]) -> list[tuple[Memory, Capture]]:
        found, first = [], Memory()
        async with Keeper(browsers.find(), first) as keeper:
            running = await keeper.running()
            for one in shown:
                known = {
                    "QUZHENG_SECRET_T_CERTIFICATE": as_text(one),
                    "QUZHENG_SECRET_T_PASSPHRASE": "" if b"BEGIN" in one else PASSPHRASE,
                }
                sink = Memory(dict(first.blobs))
                (capture,) = await visit(
                    target(url),
                    flow(),
                    browser=running.browser,
                    persona=running.persona,
                    sink=sink,
                    clock=SystemClock(),
                    limits=LIMITS,
                    circumstances=Circumstances(
                        run="RUN",
                        environment=running.environment,
                        vantage=Vantage(egress="direct", address=None, resolver=None),
                    ),
                    access=Access(secrets=Secrets(variables=known, folder=None)),
                )
                found.append((sink, capture))
        return found

    return visited  # type: ignore[return-value]


def test_pem_and_pfx_let_in_and_a_stranger_s_does_not(keys, visits) -> None:  # type: ignore[no-untyped-def]
    _, _, client, stranger = keys
    (sink, by_pem), (_, by_pfx), (_, refused) = visits(client, pfx(client), stranger)
    assert (by_pem.outcome, by_pfx.outcome) == ("captured", "captured")
    assert (refused.outcome, refused.reason, refused.fault) == ("login_lost", "certificate", "ours")
    listed = json.loads(sink.blobs[by_pem.exchanges])
    assert "tls" not in listed
    assert {line["remote_address"] for line in listed["exchanges"]} == {None}
    assert by_pem.of_role("certificate") == ()
    key = client[client.index(b"-----BEGIN") :].splitlines()[1]
    assert [name for name, data in sink.blobs.items() if key in data or PASSPHRASE.encode() in data] == []


@pytest.mark.parametrize(
    ("data", "passphrase"),
    [(b"-----BEGIN CERTIFICATE-----\njunk", ""), (b"\x30\x82junk", ""), (b"", ""), ("pfx", "wrong")],
    ids=["no key", "no PFX", "nothing", "wrong passphrase"],
)
def test_a_certificate_that_cannot_be_used_is_told_before_anything_is_opened(
    keys, data: bytes | str, passphrase: str
) -> None:  # type: ignore[no-untyped-def]
    shown = pfx(keys[2]) if data == "pfx" else data
    assert isinstance(shown, bytes)
    known = {"QUZHENG_SECRET_T_CERTIFICATE": as_text(shown) or BASE64, "QUZHENG_SECRET_T_PASSPHRASE": passphrase}
    with pytest.raises(LoginError, match="certificate") as caught:
        issue("https://a.example/", Of(Secrets(variables=known, folder=None), "t", lambda value: None))
    assert not passphrase or passphrase not in caught.value.said
