"""A night over every kind of log-in with marked secrets, then every byte of every output: no secret is in any of them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from collector.clock import SystemClock
from collector.initialise import initialise
from collector.login.access import Access
from collector.run import run
from collector.secrets import Secrets, as_text, variable_of
from collector.vault import Vault
from collector.workspace import Workspace
from evidence import digest
from evidence.bundle import write_bundle
from evidence.dossier import gather
from evidence.holdings import Holdings
from evidence.model import Record
from evidence.readings import readings
from tests.canaries import found_under
from tests.collector.login.conftest import Somebody
from tests.evidence import factory
from tests.site.demanding import PASSPHRASE, demanding, pfx
from tests.site.gates import PICTURE, SMS, Gates
from tests.site.secure import certificate

FLOW = '''"""登录方式：{kind}。"""

from collector.flow import Flow
from collector.login import Login, OneTimeCode, PictureCode, SmsCode

flow = Flow(__name__, authority="own", login=Login(marker="#hello", {login}))


@flow.visit
async def visit(visit):
    await visit.open(visit.target.url + "{page}")
    await visit.capture("home")
'''
FORM = 'username="[name=user]", password="[name=pw]", submit="#go", refused=".wrong", '
KINDS = {
    "form": ("/inside", FORM + 'url="/form"'),
    "picture_code": ("/inside", FORM + 'url="/picture", codes=(PictureCode(field="#code", picture="#picture"),)'),
    "one_time_code": ("/inside", FORM + 'url="/otp", codes=(OneTimeCode(field="#code", when="after"),)'),
    "sms": ("/inside", FORM + 'url="/sms", codes=(SmsCode(field="#code", send="#send"),)'),
    "qr": ("/inside", 'kind="qr_code", url="/qr", qr="#qr"'),
    "http_basic": ("/basic", 'kind="http_basic", url="/basic"'),
    "client_certificate": ("/", 'kind="client_certificate", url="/"'),
}


class Terminal(Somebody):
    """Somebody who reads the right code off whatever they are shown."""

    async def ask(self, question: str, picture: bytes | None = None) -> str:
        return PICTURE if picture else SMS


@dataclass(frozen=True)
class Night:
    """What a night left behind, and the secrets it knew."""

    folder: Path
    records: tuple[Record, ...]
    secrets: tuple[str, ...]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("night")
    keys = tmp_path_factory.mktemp("keys")
    server = certificate(keys, ["127.0.0.1"], subject="server").read_bytes()
    client = certificate(tmp_path_factory.mktemp("us"), (), subject="us").read_bytes()
    (keys / "trusted.pem").write_bytes(server[server.index(b"-----BEGIN CERT") :])
    (folder / "tmp").mkdir()
    with (
        pytest.MonkeyPatch.context() as patch,
        Gates() as gates,
        Gates() as by_qr,
        demanding(server, client, keys) as secured,
    ):
        patch.setattr(tempfile, "tempdir", str(folder / "tmp"))
        patch.setenv("TMPDIR", str(folder / "tmp"))
        patch.setenv("NODE_EXTRA_CA_CERTS", str(keys / "trusted.pem"))
        by_qr.username, by_qr.password = "other", "other-pass"  # its pages show them, and we never typed them
        places = {"qr": by_qr.url, "client_certificate": secured}
        workspace = _workspace(folder / "ws", {kind: places.get(kind, gates.url) for kind in KINDS})
        known = _known(gates, pfx(client))
        vault = Vault(path=workspace.vault_path, place=workspace.key_place)
        vault.set("form", "password", known.pop(variable_of("form", "password")), SystemClock().now())
        held = Secrets(variables=known, folder=None, vault=vault)
        access = Access.of(workspace, person=Terminal(scans=by_qr.scanned.set), secrets=held)
        holdings = workspace.house().holdings()
        report = asyncio.run(run(workspace, holdings, clock=SystemClock(), access=access))
        _outputs(workspace, holdings, report.last, folder / "out")
        private = [line for line in client.decode().splitlines() if len(line) == 64]
        typed = (gates.username, gates.password, gates.seed, PASSPHRASE, *private)
        yield Night(folder=folder, records=report.last, secrets=(*typed, gates.session, gates.stored, gates.tab))


def _workspace(folder: Path, urls: dict[str, str]) -> Workspace:
    initialise(folder)
    (folder / "flows").mkdir(exist_ok=True)
    targets = []
    for kind, (page, login) in KINDS.items():
        (folder / "flows" / f"by_{kind}.py").write_text(FLOW.format(kind=kind, login=login, page=page), "utf-8")
        targets.append({"id": kind.replace("_", "-"), "name": kind, "url": urls[kind], "flow": f"by_{kind}"})
    (folder / "targets.yaml").write_text(json.dumps(targets), "utf-8")
    return Workspace.open(folder)


def _known(gates: Gates, shown: bytes) -> dict[str, str]:
    every = {"username": gates.username, "password": gates.password, "otp_seed": gates.seed}
    known = {variable_of(kind.replace("_", "-"), name): value for kind in KINDS for name, value in every.items()}
    known[variable_of("client-certificate", "certificate")] = as_text(shown)
    return known | {variable_of("client-certificate", "passphrase"): PASSPHRASE}


def _outputs(workspace: Workspace, holdings: Holdings, records: tuple[Record, ...], out: Path) -> None:
    """Make everything that an office makes of records: bundles with their reports, exports, lists, what commands print."""
    out.mkdir()
    signer = workspace.house().signing()
    for record in records:
        finding = factory.finding(record, at=record.capture.ended, as_of=record.capture.started)
        holdings.ledger.append("finding", finding.id, digest.of_value(finding.plain()))
        read = {id: one for id, one in readings([record], holdings, jobs=1).items() if one}
        dossier = gather(finding, subject=record.capture.target, holdings=holdings, readings=read)
        name = record.capture.target.id
        write_bundle([dossier], holdings=holdings, signer=signer, out=out / f"{name}.zip")
        _quzheng(
            workspace,
            out,
            "export",
            record.id,
            "--warc",
            f"{name}.warc",
            "--wacz",
            f"{name}.wacz",
            "--png",
            f"{name}.png",
        )
    for words in (
        "run --only http-basic",
        "judge",
        "findings list --json",
        "queue",
        "manners report",
        "store check",
        "vault list",
        "login --list",
        "doctor",
    ):
        _quzheng(workspace, out, *words.split())


def _quzheng(workspace: Workspace, out: Path, *words: str) -> None:
    command, *more = words
    group = command in ("findings", "manners", "store", "vault")
    at = ["-w", str(workspace.root)]
    line = [command, more.pop(0), *at, *more] if group else [command, *at, *more]
    program = [sys.executable, "-c", "from collector.cli import main; main()", *line]
    said = subprocess.run(program, cwd=out, capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=120)
    assert said.returncode in (0, 1), (words, said.stderr.decode()[-500:])
    (out / f"said-{'-'.join(words)[:40].replace('/', '_')}.txt").write_bytes(said.stdout + said.stderr)


def test_every_kind_was_let_in(night: Night) -> None:
    assert {r.capture.target.id: r.capture.outcome for r in night.records} == {
        kind.replace("_", "-"): "captured" for kind in KINDS
    }


def test_no_byte_of_any_output_holds_a_secret(night: Night) -> None:
    outputs = {path.suffix for path in (night.folder / "out").iterdir()}
    assert {".zip", ".warc", ".wacz", ".png", ".txt"} <= outputs
    assert any((night.folder / "ws" / "store").rglob("*journal*"))
    assert found_under(night.folder, night.secrets) == []


def test_what_a_page_shows_stays_though_it_was_a_code_as_well(night: Night) -> None:
    holdings = Holdings.open(night.folder / "ws" / "store")
    sms = next(record for record in night.records if record.capture.target.id == "sms")
    assert f"验证码 {SMS}" in holdings.store.read(sms.capture.of_role("dom")[0].sha256).decode()


def test_a_run_says_which_sessions_end_before_the_next_night(night: Night) -> None:
    (said,) = (night.folder / "out").glob("said-run*")
    assert "form 的会话有效至" in said.read_text("utf-8")
