"""Every kind of log-in with marked secrets, then every byte that is left: store, ledger, exports, temporary folders."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from collector.login import Login, OneTimeCode, PictureCode, SmsCode
from collector.login.access import Access
from evidence.admit import admit
from evidence.holdings import Holdings
from evidence.warc import write_warc
from tests.canaries import found_under
from tests.collector.conftest import Looker, target
from tests.collector.login.conftest import Somebody, access, inside, login
from tests.site.gates import PICTURE, SMS, Gates

Way = Callable[[Gates], tuple[Login, Access]]

KINDS: dict[str, Way] = {
    "form": lambda g: (login(g, "/form"), access(g)),
    "picture code": lambda g: (
        login(g, "/picture", codes=(PictureCode(field="#code", picture="#picture"),)),
        access(g, Somebody([PICTURE])),
    ),
    "one-time code": lambda g: (login(g, "/otp", codes=(OneTimeCode(field="#code", when="after"),)), access(g)),
    "code by SMS": lambda g: (
        login(g, "/sms", codes=(SmsCode(field="#code", send="#send"),)),
        access(g, Somebody([SMS])),
    ),
    "QR code": lambda g: (
        Login(url="/qr", kind="qr_code", qr="#qr", marker="#hello"),
        access(g, Somebody(scans=g.scanned.set)),
    ),
    "HTTP basic": lambda g: (Login(url="/basic", kind="http_basic", marker="#hello"), access(g)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_of_any_kind_of_log_in_is_left_anywhere(
    looker: Looker, gates: Gates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    holdings = Holdings.open(tmp_path / "store")
    declared, means = KINDS[kind](gates)
    flow = inside(declared, download=kind == "form")
    if kind == "HTTP basic":

        @flow.visit
        async def visit(visit):  # type: ignore[no-untyped-def]
            await visit.open(f"{visit.target.url}/basic")
            await visit.capture("home")

    here = replace(looker, sink=holdings.store)  # type: ignore[type-var]
    environment = here.do(here.keeper.running()).environment
    holdings.store.put(looker.sink.blobs[environment], "application/json")
    (capture,) = here.visit(target(gates.url), flow, access=means)
    assert capture.outcome == "captured"
    assert capture.redactions
    record = admit(capture, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)
    with (tmp_path / "record.warc").open("w+b") as out:
        write_warc(record, holdings.store, out)
    typed = () if kind == "QR code" else (gates.username, gates.password, gates.seed)  # nobody types anything there
    received = () if kind == "HTTP basic" else (gates.session, gates.stored, gates.tab)
    assert found_under(tmp_path, (*typed, *received)) == []
    if kind == "code by SMS":
        assert f"验证码 {SMS}" in holdings.store.read(capture.of_role("dom")[0].sha256).decode()
