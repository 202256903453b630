"""QR codes: shown on a terminal so that a telephone can scan them, waited for, renewed."""

from __future__ import annotations

import io

import numpy as np
import pytest
import segno
from PIL import Image

from collector.login import Login
from collector.login.qr import half_blocks, modules
from tests.collector.conftest import Looker
from tests.collector.login.conftest import Somebody, access, entered, inside, told
from tests.site.gates import Gates


def declared(**more: str) -> Login:
    return Login(url="/qr", kind="qr_code", qr="#qr", marker="#hello", **more)  # type: ignore[arg-type]


def picture(text: str, **how: object) -> bytes:
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", **how)
    return out.getvalue()


def test_a_code_that_is_scanned_lets_in(looker: Looker, gates: Gates) -> None:
    person = Somebody(scans=gates.scanned.set)
    assert entered(looker, gates, inside(declared()), access(gates, person)).outcome == "captured"
    assert len(person.shown) == 1
    found = modules(person.shown[0])
    assert found is not None
    assert (found == np.array(segno.make_qr("https://example.invalid/login/1", error="m").matrix, bool)).all()


def test_an_expired_code_is_renewed_and_shown_again(looker: Looker, gates: Gates) -> None:
    gates.expires = 2
    person = Somebody(scans=gates.scanned.set)
    assert entered(looker, gates, inside(declared(expired="#expired")), access(gates, person)).outcome == "captured"
    assert gates.qr_shown == 3
    assert len(person.shown) == 1


def test_codes_that_expire_without_end_end_the_try(looker: Looker, gates: Gates) -> None:
    gates.expires = 1000
    capture = entered(looker, gates, inside(declared(expired="#expired")), access(gates, Somebody()))
    assert (capture.outcome, capture.reason, capture.fault) == ("login_lost", "not_scanned", "ours")
    assert capture.of_role("tile") == ()


def test_where_nobody_is_there_no_code_is_asked_for(looker: Looker, gates: Gates) -> None:
    capture = entered(looker, gates, inside(declared()), access(gates))
    assert (capture.outcome, capture.reason) == ("login_lost", "needs_person")
    assert gates.qr_shown == 0
    assert "quzheng login" in told(looker, capture)


@pytest.mark.parametrize("scale", [1, 3, 5, 8])
@pytest.mark.parametrize("text", ["x", "https://login.example.gov.cn/qr?uuid=" + "0f" * 30])
def test_every_square_is_read_off_the_picture(text: str, scale: int) -> None:
    found = modules(picture(text, scale=scale, border=4))
    assert found is not None
    assert (found == np.array(segno.make_qr(text, error="m").matrix, bool)).all()


def test_a_picture_scaled_by_the_page_is_read_too() -> None:
    with Image.open(io.BytesIO(picture("https://example.invalid/", scale=10, border=2))) as opened:
        uneven = opened.convert("L").resize((187, 187), Image.Resampling.BILINEAR)
    out = io.BytesIO()
    uneven.save(out, "PNG")
    found = modules(out.getvalue())
    assert found is not None
    assert (found == np.array(segno.make_qr("https://example.invalid/", error="m").matrix, bool)).all()


def test_what_is_drawn_on_the_terminal_is_the_code_again() -> None:
    found = modules(picture("https://example.invalid/", scale=4))
    assert found is not None
    signs = {"█": (False, False), "▀": (False, True), "▄": (True, False), " ": (True, True)}
    lines = [[signs[sign] for sign in line] for line in half_blocks(found)]
    rows = [[pair[half] for pair in line] for line in lines for half in (0, 1)]
    assert (np.array(rows)[2 : 2 + len(found), 2:-2] == found).all()


def white() -> bytes:
    out = io.BytesIO()
    Image.new("L", (90, 90), 255).save(out, "PNG")
    return out.getvalue()


def grid() -> bytes:
    out = io.BytesIO()
    Image.fromarray((np.indices((84, 84)).sum(0) // 4 % 2 * 255).astype("uint8")).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("data", [b"", b"no picture", white(), grid()])
def test_what_is_no_code_is_not_drawn(data: bytes) -> None:
    assert modules(data) is None
