"""What browsers are given besides pages: our own files, and one of others, whole and with its licence."""

from __future__ import annotations

import hashlib
from pathlib import Path

from evidence.desk import rendering
from tests.conftest import ROOT
from tests.evidence.desk.desks import Clock, opened

STATIC = ROOT / "evidence" / "desk" / "static"
HTMX = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
"""SHA-256 of dist/htmx.min.js of htmx.org 4.0.1, as its package has it."""


def test_htmx_is_the_released_file_with_its_licence() -> None:
    assert hashlib.sha256((STATIC / "htmx.min.js").read_bytes()).hexdigest() == HTMX
    assert (STATIC / "htmx-LICENSE.txt").read_text("utf-8").startswith("Zero-Clause BSD")


def test_a_file_is_given_under_its_digest_and_no_other(tmp_path: Path) -> None:
    with opened(tmp_path, Clock()) as browse:
        browser = browse()
        for name, (digest, data) in rendering.static_files().items():
            answer = browser.get(rendering.static(name))
            assert (answer.status_code, answer.content) == (200, data)
            assert "immutable" in answer.headers["cache-control"]
            assert browser.get(f"/static/{'0' * 16}/{name}").status_code == 404
            assert browser.get(f"/static/{digest[:16]}/..%2f{name}").status_code == 404


def test_our_own_files_fetch_nothing_from_elsewhere() -> None:
    for path in (*STATIC.glob("*.css"), *STATIC.glob("*.svg")):
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, path
        assert "@import" not in text, path
