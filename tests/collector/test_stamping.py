"""Asking an authority: what does not come in time, whole, and from the address that was named, is a fault that says so."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from collector import doctor, sealing, stamping
from collector.errors import WorkspaceError
from collector.initialise import initialise
from collector.sealing import TimestampSettings
from collector.workspace import FILE, Workspace
from evidence import timestamp
from evidence.errors import SealError
from tests import authorities
from tests.authorities import Authority, served, with_bytes

DATA = b"signature"


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authorities.authority(tmp_path_factory.mktemp("tsa") / "a")


def asked(url: str, seconds: int = 5) -> bytes:
    return stamping.ask_address(url, timestamp.request(DATA), seconds=seconds)


def test_an_authority_behind_http_gives_a_token(tsa: Authority) -> None:
    seen: list[str] = []

    def answer(handler: BaseHTTPRequestHandler, request: bytes) -> None:
        seen.append(handler.headers["Content-Type"])
        with_bytes(tsa.reply)(handler, request)

    with served(answer) as url:
        found = sealing.authority(tsa.folder, TimestampSettings(url=url, ca="ca.pem"))
        assert found is not None
        assert timestamp.check(found.stamp(DATA), DATA).passed is True
    assert seen == ["application/timestamp-query"]


def test_a_program_gets_the_request_and_gives_the_response(tsa: Authority) -> None:
    program = f"cd '{tsa.folder}'; cat > request; exec openssl ts -reply -config tsa.cnf -section tsa -queryfile request -signer tsa.pem -inkey tsa.key"
    found = sealing.authority(tsa.folder, TimestampSettings(command=("/bin/sh", "-c", program), ca="ca.pem"))
    assert found is not None
    assert timestamp.check(found.stamp(DATA), DATA).passed is True


@pytest.mark.parametrize("program", ["exit 3", "echo nonsense", "head -c 300000 /dev/zero", "cat"])
def test_a_program_that_gives_no_response_is_a_fault(tsa: Authority, program: str) -> None:
    found = sealing.authority(tsa.folder, TimestampSettings(command=("/bin/sh", "-c", program), ca="ca.pem"))
    assert found is not None
    with pytest.raises(SealError):
        found.stamp(DATA)


def test_a_program_that_is_not_there_or_never_ends_is_a_fault() -> None:
    with pytest.raises(SealError, match="不能运行"):
        stamping.ask_program(("/nonexistent/x",), b"", seconds=1)
    with pytest.raises(SealError, match="没有完成"):
        stamping.ask_program(("sleep", "30"), b"", seconds=1)


def test_a_silent_server_is_not_waited_for(tsa: Authority) -> None:
    with served(lambda handler, request: time.sleep(5)) as url:
        begun = time.monotonic()
        with pytest.raises(SealError):
            asked(url, seconds=1)
        assert time.monotonic() - begun < 3


def test_a_server_that_drips_is_not_waited_for() -> None:
    def drip(handler: BaseHTTPRequestHandler, request: bytes) -> None:
        for _ in range(100):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n"[:1])
            handler.wfile.flush()
            time.sleep(0.1)

    with served(drip) as url:
        begun = time.monotonic()
        with pytest.raises(SealError, match="没有答复"):
            asked(url, seconds=1)
        assert time.monotonic() - begun < 3


def test_a_giant_answer_is_cut_off_unread() -> None:
    def endless(handler: BaseHTTPRequestHandler, request: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(2000):
            handler.wfile.write(b"x" * 65536)

    with served(endless) as url, pytest.raises(SealError, match="超过上限"):
        asked(url)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 403, 404, 500])
def test_a_redirect_is_not_followed_and_an_error_is_none_of_ours(tmp_path: Path, status: int) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    visited: list[str] = []
    with served(lambda handler, request: visited.append(handler.path)) as elsewhere:
        for place in (secret.as_uri(), elsewhere, "ftp://127.0.0.1/x"):

            def answer(handler: BaseHTTPRequestHandler, request: bytes, place: str = place) -> None:
                handler.send_response(status)
                handler.send_header("Location", place)
                handler.send_header("Content-Length", "0")
                handler.end_headers()

            with served(answer) as url, pytest.raises(SealError, match=f"HTTP {status}"):
                asked(url)
    assert visited == []


def test_an_authority_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(SealError, match="无法访问"):
        asked("http://127.0.0.1:9/")


@pytest.mark.parametrize("body", [b"<html>login</html>", b"", b"\x00" * 100])
def test_a_page_instead_of_a_response_is_refused(tsa: Authority, body: bytes) -> None:
    with served(with_bytes(lambda _: body, media_type="text/html")) as url:
        found = sealing.authority(tsa.folder, TimestampSettings(url=url, ca="ca.pem"))
        assert found is not None
        with pytest.raises(SealError, match="不能用"):
            found.stamp(DATA)


def test_without_the_authoritys_certificate_nothing_is_taken(tsa: Authority) -> None:
    with served(with_bytes(tsa.reply)) as url:
        found = sealing.authority(tsa.folder, TimestampSettings(url=url, ca="absent.pem"))
        assert found is not None
        with pytest.raises(SealError, match=r"absent\.pem"):
            found.stamp(DATA)


def settings_of(folder: Path, seal: str) -> Workspace:
    folder.mkdir(exist_ok=True)
    (folder / FILE).write_text(f"seal:\n{seal}", encoding="utf-8")
    return Workspace.open(folder)


@pytest.mark.parametrize(
    ("seal", "named"),
    [
        ("  timestamp: {url: http://x/}\n", "ca"),
        ("  timestamp: {ca: a.pem}\n", "url or command"),
        ("  timestamp: {ca: a.pem, url: http://x/, command: [x]}\n", "url or command"),
        ("  timestamp: {ca: a.pem, url: file:///etc/passwd}\n", "http"),
        ("  timestamp: {ca: a.pem, url: ftp://x/}\n", "http"),
        ("  timestamp: {ca: a.pem, url: 'http://[x'}\n", "http"),
        ("  timestamp: {ca: a.pem, url: http://x/, policy: sha}\n", "policy"),
        ("  timestamp: {ca: a.pem, url: http://x/, policy: '-out'}\n", "policy"),
        ("  timestamp: {ca: a.pem, url: http://x/, seconds: 0}\n", "seconds"),
        ("  pkcs12: a.p12\n  command: [x]\n", "pkcs12 or command"),
        ("  command: [x]\n  command_seconds: 0\n", "command_seconds"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_its_line(tmp_path: Path, seal: str, named: str) -> None:
    with pytest.raises(WorkspaceError, match=rf"{FILE}:\d: .*{named}"):
        settings_of(tmp_path, seal)


def test_by_default_a_configured_authority_is_demanded(tmp_path: Path) -> None:
    opened = settings_of(tmp_path, "  timestamp: {ca: a.pem, url: 'http://127.0.0.1:9/'}\n")
    authority = opened.house().authority
    assert authority is not None and authority.required


def test_the_doctor_says_whether_the_authority_answers(tmp_path: Path, tsa: Authority) -> None:
    initialise(tmp_path / "w", office="示范市")

    def look(name: str) -> doctor.Examined:
        return next(one for one in doctor.examine_sealing(tmp_path / "w") if one.name == name)

    assert look("time-stamp authority").well
    assert "仅供内部完整性校验" in look("sealing key").detail
    with served(with_bytes(tsa.reply)) as url:
        text = f"seal: {{timestamp: {{url: '{url}', ca: {tsa.folder / 'ca.pem'}}}}}\n"
        (tmp_path / "w" / FILE).write_text(text)
        assert look("time-stamp authority").well
    unreachable = look("time-stamp authority")
    assert not unreachable.well and "无法访问" in unreachable.detail
