"""Logging in with marked secrets: afterwards every byte that was kept is searched for them."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import urllib.parse
from pathlib import Path

import pytest

from collector.clock import SystemClock
from collector.errors import FlowError, SecretMissing
from collector.flow import Flow
from collector.login import Login
from collector.run import run
from collector.secrets import Secrets
from collector.workspace import Workspace
from evidence import canonical
from evidence.holdings import Holdings
from evidence.model import Capture, Record
from tests.collector.conftest import Looker, target
from tests.site.server import Site

LOGIN = Login(
    url="/login", username="[name=user]", password="[name=pw]", submit="#go", marker="#hello", refused=".wrong"
)


def portal(login: Login = LOGIN) -> Flow:
    flow = Flow("tests.portal", login=login, authority="own")

    @flow.visit
    async def inside(visit):  # type: ignore[no-untyped-def]
        await visit.capture("home")
        await visit.open(f"{visit.target.url}/inside")
        await visit.capture("again")

    return flow


def visited(looker: Looker, site: Site, *, password: str | None = None, login: Login = LOGIN) -> dict[str, Capture]:
    secrets = Secrets(
        variables={
            "QUZHENG_SECRET_T_USERNAME": site.username,
            "QUZHENG_SECRET_T_PASSWORD": site.password if password is None else password,
        },
        folder=None,
    )
    columns = [{"label": "again", "name": "再看", "url": "/inside"}]
    taken = looker.visit(target(site.url, columns=columns), portal(login), secrets=secrets)
    return {capture.label: capture for capture in taken}


def kept(looker: Looker, captures: dict[str, Capture]) -> list[bytes]:
    """Every byte that a log-in left behind: all cited blobs, and the records themselves."""
    blobs = [looker.sink.blobs[digest] for capture in captures.values() for digest in capture.cited]
    records = [canonical.encode(Record(capture=capture, previous=None).plain()) for capture in captures.values()]
    return [*blobs, *records, *(gzip.decompress(b) for b in blobs if b[:2] == b"\x1f\x8b")]


def test_no_byte_kept_holds_a_canary_and_the_one_time_code_stays_readable(looker: Looker, site: Site) -> None:
    captures = visited(looker, site)
    assert {label: c.outcome for label, c in captures.items()} == {"home": "captured", "again": "captured"}
    found = []
    for data in kept(looker, captures):
        plain = urllib.parse.unquote_to_bytes(data)
        for canary in (site.username, site.password, site.session, site.token, site.stored):
            forms = [canary.encode(), canary.encode("utf-16-le"), canary.encode().hex().encode()]
            forms += [base64.b64encode(b"\0" * n + canary.encode())[4:-4] for n in range(3)]
            found += [(canary, data[:80]) for form in forms if form in data or form in plain]
    assert found == []
    doms = [looker.sink.blobs[a.sha256].decode() for a in captures["again"].of_role("dom")]
    assert "202106" in doms[0]
    assert "2021-06-29" in doms[0]


def test_what_was_removed_is_listed_and_the_bodies_of_the_log_in_are_withheld(looker: Looker, site: Site) -> None:
    captures = visited(looker, site)
    kinds = {r.kind for capture in captures.values() for r in capture.redactions}
    assert {"typed", "cookie", "storage", "header", "query"} <= kinds
    listed = json.loads(looker.sink.blobs[captures["home"].exchanges])["exchanges"]
    posted = [line for line in listed if line["method"] == "POST"]
    assert [line["body"] for line in posted] == [None]
    landed = [line for line in listed if "/inside" in line["url"] and line["resource_type"] == "Document"]
    assert [line["body_state"] for line in landed] == ["withheld"]


def test_a_wrong_password_is_told_once_and_never_tried_again(looker: Looker, site: Site) -> None:
    before = sum(1 for path, _ in site.asked if path == "/login")
    captures = visited(looker, site, password="wrong-password-1")
    assert {(c.outcome, c.reason, c.fault) for c in captures.values()} == {("login_lost", "wrong_credentials", "ours")}
    assert sum(1 for path, _ in site.asked if path == "/login") - before == 2  # the form, and one try
    assert [a for c in captures.values() for a in c.artifacts if a.role in ("tile", "dom", "body")] == []


def test_a_form_that_is_not_there_is_a_lost_log_in_and_no_secret_is_sent(looker: Looker, site: Site) -> None:
    gone = Login(url="/plain", username="#nix", password="#nix", submit="#go", marker="#hello")
    captures = visited(looker, site, login=gone)
    assert {(c.outcome, c.reason) for c in captures.values()} == {("login_lost", "form")}


def test_a_missing_secret_is_a_lost_log_in_that_names_the_variable(looker: Looker, site: Site) -> None:
    (capture,) = looker.visit(target(site.url), portal())
    assert (capture.outcome, capture.reason) == ("login_lost", "no_secret")
    assert b"QUZHENG_SECRET_T_USERNAME" in looker.sink.blobs[capture.of_role("log")[0].sha256]


def test_a_session_lost_on_the_way_is_told_and_not_captured_as_the_page(looker: Looker, site: Site) -> None:
    flow = Flow("tests.lost", login=LOGIN, authority="own")

    @flow.visit
    async def lose(visit):  # type: ignore[no-untyped-def]
        await visit.open(f"{visit.target.url}/inside")
        await visit.page.context.clear_cookies()
        await visit.page.goto(f"{visit.target.url}/inside?more")  # by a step of its own, which nobody can repeat
        await visit.capture("home")

    secrets = Secrets(
        variables={"QUZHENG_SECRET_T_USERNAME": site.username, "QUZHENG_SECRET_T_PASSWORD": site.password}, folder=None
    )
    (capture,) = looker.visit(target(site.url), flow, secrets=secrets)
    assert (capture.outcome, capture.reason, capture.fault) == ("login_lost", "session", "ours")


def test_secrets_come_from_variables_first_and_from_mounted_files_else(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "password").write_text("from the file\n")
    secrets = Secrets(variables={"QUZHENG_SECRET_T_USERNAME": "from the variable"}, folder=tmp_path)
    assert secrets.get("t", "username") == "from the variable"
    assert secrets.get("t", "password") == "from the file"


def test_a_secret_that_is_nowhere_is_named_without_any_value(tmp_path: Path) -> None:
    secrets = Secrets(variables={"OTHER": "value"}, folder=None)
    with pytest.raises(SecretMissing, match="QUZHENG_SECRET_RSJ_1_PASSWORD") as caught:
        secrets.get("rsj-1", "password")
    assert "value" not in str(caught.value)
    assert "value" not in repr(secrets)


def test_a_flow_cannot_log_in_to_a_system_of_the_public() -> None:
    with pytest.raises(FlowError, match="authority"):
        Flow("tests.public", login=LOGIN)


INSIDE = '''
"""The page behind the log-in."""
from collector.flow import Flow
from collector.login import Login

LOGIN = Login(url="/login", username="[name=user]", password="[name=pw]", submit="#go", marker="#hello", refused=".wrong")
flow = Flow(__name__, login=LOGIN, authority="own")

@flow.visit
async def visit(visit):
    await visit.open(f"{visit.target.url}/inside")
    await visit.capture("home")
    raise RuntimeError("after the log-in: " + visit.page.url)
'''


def test_no_file_of_a_whole_run_holds_a_canary_store_journal_and_temporary_folder_included(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "inner.py").write_text(INSIDE)
    (tmp_path / "quzheng.yaml").write_text("limits: {navigation_seconds: 3}\n")
    columns = [{"label": "lost", "name": "未采", "url": "/"}]
    written = [{"id": "t", "name": "内网", "url": site.url, "flow": "inner", "columns": columns}]
    (tmp_path / "targets.yaml").write_text(json.dumps(written))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setenv("QUZHENG_SECRET_T_USERNAME", site.username)
    monkeypatch.setenv("QUZHENG_SECRET_T_PASSWORD", site.password)
    opened = Workspace.open(tmp_path)
    report = asyncio.run(run(opened, Holdings.open(opened.store_path), clock=SystemClock()))
    assert [r.capture.outcome for r in report.records] == ["captured", "flow_failed"]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 10
    found = []
    for path in files:
        data = path.read_bytes()
        whole = data + (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else b"")
        for canary in (site.username, site.password, site.session, site.token, site.stored):
            found += [
                (canary, path) for form in (canary, urllib.parse.quote(canary, safe="")) if form.encode() in whole
            ]
    assert found == []
