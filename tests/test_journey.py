"""The whole line through the command: a target in, a sealed bundle out, and what happens when something is dead."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from collector.cli import cli
from collector.workspace import Workspace
from tests import authorities

HERE = ZoneInfo("Asia/Shanghai")
TRIES = {"good": ["1"], "dead": ["1", "2", "3"], "silent": ["1", "2"], "broken": ["1", "2", "3"]}
"""Attempts of each home page: a dead host and a server's fault thrice, a silent one twice."""
STALE = ("news", "second", "third", "fourth", "fifth")


def page(title: str, rows: str) -> str:
    return f"""<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{title}-示范县人民政府网</title></head>
<body><div class="nav"><a href="/">首页</a> <a href="/news/">部门动态</a></div>
<div class="position">当前位置：<a href="/">首页</a> &gt; {title}</div>
<div class="list"><h2>{title}</h2><ul>{rows}</ul></div>
<div class="footer">主办：示范县人民政府办公室　网站标识码：0000000001</div></body></html>"""


def rows(newest: datetime, count: int = 8) -> str:
    days = [newest - timedelta(days=3 * n) for n in range(count)]
    return "".join(
        f'<li><a href="t{day:%Y%m%d}.html">示范县召开第{n}次工作推进会议部署重点任务</a><span>{day:%Y-%m-%d}</span></li>'
        for n, day in enumerate(days, 1)
    )


class Portal(BaseHTTPRequestHandler):
    """A portal whose columns are stale but one, and which fails on demand."""

    def do_GET(self) -> None:  # noqa: N802
        now = datetime.now(HERE)
        label = self.path.strip("/").split("/")[0]
        if self.path == "/":
            self.answer(200, page("首页", rows(now)))
        elif label in STALE:
            self.answer(200, page("部门动态", rows(now - timedelta(days=60))))
        elif label == "fresh":
            self.answer(200, page("通知公告", rows(now)))
        elif label == "broken":
            self.answer(500, page("出错", ""))
        else:
            self.answer(404, page("找不到", ""))

    def answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@dataclass(frozen=True)
class Office:
    """A workspace, and the command run in it."""

    folder: Path

    def quzheng(self, *words: str, exit_code: int | None = 0) -> Result:
        group, *rest = words
        takes_workspace = group not in ("verify", "read-file", "init")
        if group in ("targets", "findings", "flows", "store"):
            group, rest = f"{group} {rest[0]}", rest[1:]
        place = ["-w", str(self.folder)] if takes_workspace else []
        result = CliRunner().invoke(cli, [*group.split(), *place, *rest])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        if exit_code is not None:
            assert result.exit_code == exit_code, result.output + result.stderr
        return result

    def json(self, *words: str, exit_code: int | None = 0) -> Any:
        return json.loads(self.quzheng(*words, "--json", exit_code=exit_code).stdout)


@pytest.fixture(scope="module")
def portal() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def silent() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


@pytest.fixture(scope="module")
def dead() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, portal: str, silent: str, dead: str) -> Office:
    """One run over a good portal, a dead one, a silent one and one that answers 500."""
    office = Office(tmp_path_factory.mktemp("office") / "ws")
    office.quzheng("init", str(office.folder))
    settings = office.folder / "quzheng.yaml"
    settings.write_text(settings.read_text("utf-8").replace("navigation_seconds: 30", "navigation_seconds: 3"), "utf-8")
    columns = [
        {"label": label, "name": f"动态{n}", "url": f"{label}/", "class": "news", "level": 1, "duty": True}
        for n, label in enumerate((*STALE, "fresh"))
    ]
    unit = {"unit": "示范县人民政府办公室", "kind": "portal"}
    targets = [
        {
            "id": "good",
            "name": "示范县人民政府网",
            "url": portal,
            "site_code": "0000000001",
            "columns": columns,
            **unit,
        },
        {"id": "dead", "name": "关停网站", "url": dead, "site_code": "0000000002", **unit},
        {"id": "silent", "name": "无应答网站", "url": silent, "site_code": "0000000003", **unit},
        {"id": "broken", "name": "出错网站", "url": f"{portal}broken/", "site_code": "0000000004", **unit},
    ]
    (office.folder / "targets.yaml").write_text(json.dumps(targets, ensure_ascii=False), "utf-8")
    return office


@pytest.fixture(scope="module")
def ran(office: Office) -> list[dict[str, Any]]:
    return list(office.json("run"))


@pytest.fixture(scope="module")
def judged(office: Office, ran: list[dict[str, Any]]) -> dict[str, Any]:
    return dict(office.json("judge"))


@pytest.fixture(scope="module")
def hit(judged: dict[str, Any]) -> dict[str, Any]:
    (found,) = [f for f in judged["findings"] if f["state"] == "hit"]
    return dict(found)


@pytest.fixture(scope="module")
def bundle(office: Office, hit: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("out") / "证据包.zip"
    office.quzheng("bundle", hit["id"], "-o", str(path))
    return path


def test_a_dead_a_silent_and_a_broken_target_each_leave_a_record_and_the_run_goes_on(ran: list[dict[str, Any]]) -> None:
    seen = {record["target"]: (record["outcome"], record["reason"]) for record in ran if record["label"] == "home"}
    assert seen == {
        "good": ("captured", None),
        "dead": ("unreachable", "refused"),
        "silent": ("timeout", "timeout"),
        "broken": ("http_error", "http_500"),
    }
    assert len(ran) == 4 + len(STALE) + 1  # of each page the last attempt; the earlier ones are in the store


def test_what_failed_for_the_moment_was_tried_again_and_each_attempt_is_a_record(
    office: Office, ran: list[dict[str, Any]]
) -> None:
    house = Workspace.open(office.folder).house().holdings()
    keys = {target: [row.key for row in house.rows(target, "home") if row.purpose == "scheduled"] for target in TRIES}
    run = keys["good"][0].partition("/")[0]
    tried = {t: sorted(key.rpartition("/")[2] for key in ks if key.startswith(run)) for t, ks in keys.items()}
    assert tried == TRIES
    last = {r["target"]: r["record"] for r in ran if r["label"] == "home"}
    assert all(house.record(last[t]).capture.key.endswith(f"/{attempts[-1]}") for t, attempts in TRIES.items())


def test_the_count_of_every_outcome_is_said(office: Office) -> None:
    said = office.quzheng("run", "--only", "dead").output
    assert "unreachable" in said or "无法访问" in said
    assert "1" in said


def test_only_whole_captures_are_complete(ran: list[dict[str, Any]]) -> None:
    assert {record["complete"] for record in ran if record["target"] == "good"} == {True}
    assert True not in {record["complete"] for record in ran if record["target"] != "good"}


def test_every_artifact_lies_in_the_store_under_its_digest(ran: list[dict[str, Any]]) -> None:
    pictures = [a for record in ran for a in record["artifacts"] if a["role"] == "tile"]
    assert pictures
    for picture in pictures:
        data = Path(picture["path"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == picture["sha256"]
        assert len(data) == picture["size"]
    roles = {a["role"] for a in ran[0]["artifacts"]} if ran[0]["target"] == "good" else {"dom", "layout", "body"}
    assert {"dom", "layout", "body"} <= roles


def test_facts_and_findings_carry_their_contract(judged: dict[str, Any], hit: dict[str, Any]) -> None:
    fact_keys = {"target", "label", "newest", "age_days", "blank", "duty", "as_of", "coverage", "complete"}
    finding_keys = {
        *("id", "indicator", "clause", "scope", "target", "label", "state", "missing", "as_of", "message"),
        *("numbers", "exhibits", "second_look", "reviewers", "case"),
    }
    assert all(fact_keys <= fact.keys() for fact in judged["facts"])
    assert all(finding_keys <= finding.keys() for finding in judged["findings"])
    assert (hit["target"], hit["clause"], hit["numbers"]["count"]) == ("good", "WV-4.1", 5)
    assert hit["exhibits"]


def test_what_could_not_be_seen_accuses_nobody(judged: dict[str, Any]) -> None:
    states = {f["state"] for f in judged["findings"] if f["target"] in ("dead", "silent", "broken")}
    assert states == {"undecided"}


def test_judge_exits_4_for_findings_only_when_it_is_asked_to(office: Office, judged: dict[str, Any]) -> None:
    assert judged
    office.quzheng("judge", "--strict", exit_code=4)


def test_three_days_later_the_same_store_accuses_nobody(office: Office, judged: dict[str, Any]) -> None:
    later = (datetime.now(HERE) + timedelta(days=3)).isoformat()
    assert judged
    findings = office.json("judge", "--at", later)["findings"]
    assert not [f for f in findings if f["state"] == "hit"]
    (was_hit,) = [f for f in findings if (f["target"], f["clause"]) == ("good", "WV-4.1")]
    assert was_hit["state"] == "undecided"
    assert was_hit["missing"]


def test_findings_are_listed_and_explained_in_chinese(office: Office, hit: dict[str, Any]) -> None:
    listed = office.json("findings", "list", "--all")["findings"]
    assert hit["id"] in {finding["id"] for finding in listed}
    explained = office.quzheng("findings", "show", hit["id"]).output
    assert "国办秘函〔2019〕19号" in explained
    assert "对单位有利" in explained


def test_a_bundle_holds_by_our_verifier(office: Office, bundle: Path) -> None:
    verdict = office.json("verify", str(bundle))
    assert verdict["holds"] is True
    required = {"files", "names", "bag", "manifest", "records", "ledger inclusion", "checkpoint", "signature"}
    assert required <= {check["name"] for check in verdict["checks"] if check["passed"] is True}
    office.quzheng("verify", str(bundle), "--strict", exit_code=3)
    trusted = ("verify", str(bundle), "--trust", str(office.folder / "seal/office.pem"))
    checks = {check["name"]: check["passed"] for check in office.json(*trusted)["checks"]}
    assert checks["signer trusted"] is True


def test_a_bundle_holds_by_the_tools_of_others(
    bundle: Path, office: Office, ran: list[dict[str, Any]], tmp_path: Path
) -> None:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    (bag,) = tmp_path.iterdir()

    def passes(*words: str) -> None:
        run = subprocess.run(words, cwd=bag, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout + run.stderr

    passes(str(Path(sys.executable).parent / "bagit.py"), "--validate", ".")
    passes("sha256sum", "-c", "--quiet", "manifest-sha256.txt")
    passes("sha256sum", "-c", "--quiet", "tagmanifest-sha256.txt")
    signature = ["-in", "seal/tagmanifest-sha256.txt.p7s", "-content", "tagmanifest-sha256.txt"]
    passes(
        *("openssl", "cms", "-verify", "-binary", "-inform", "DER", *signature),
        *("-CAfile", "seal/signer.pem", "-out", "/dev/null"),
    )
    warcs = sorted(bag.glob("data/warc/*.warc"))
    assert warcs
    for warc in warcs:
        passes(str(Path(sys.executable).parent / "warcio"), "check", str(warc))
    record = next(r["record"] for r in ran if r["target"] == "good")
    forms = {name: str(tmp_path / f"one.{name}") for name in ("warc", "wacz", "png")}
    office.quzheng("export", record, *(word for name, file in forms.items() for word in (f"--{name}", file)))
    passes(str(Path(sys.executable).parent / "warcio"), "check", forms["warc"])
    passes(str(Path(sys.executable).parent / "wacz"), "validate", "-f", forms["wacz"])
    with Image.open(forms["png"]) as image:
        assert image.size[0] == 1280


def test_a_changed_byte_ends_with_exit_3(office: Office, bundle: Path, tmp_path: Path) -> None:
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(bytes(data))
    verdict = office.json("verify", str(damaged), exit_code=3)
    assert verdict["holds"] is False
    assert [check for check in verdict["checks"] if check["passed"] is False]


def test_without_a_key_the_bundle_says_unsealed_and_so_does_the_exit_code(
    office: Office, hit: dict[str, Any], tmp_path: Path
) -> None:
    key = office.folder / "seal/office.key"
    hidden = key.rename(key.with_suffix(".away"))
    try:
        office.quzheng("bundle", hit["id"], "-o", str(tmp_path / "a.zip"), exit_code=3)
    finally:
        hidden.rename(key)
    assert [path.name for path in tmp_path.iterdir()] == ["a.UNSEALED.zip"]
    assert office.json("verify", str(tmp_path / "a.UNSEALED.zip"), exit_code=3)["holds"] is False


def test_with_an_authority_seal_and_checkpoint_are_stamped_and_without_its_answer_nothing_is_sealed(
    office: Office, hit: dict[str, Any], portal: str, tmp_path: Path
) -> None:
    tsa = authorities.authority(tmp_path / "tsa")
    trust, settings = tmp_path / "trust.pem", office.folder / "quzheng.yaml"
    trust.write_bytes((office.folder / "seal/office.pem").read_bytes() + tsa.root)
    before = settings.read_text("utf-8")
    out = tmp_path / "a.zip"
    try:
        with authorities.served(authorities.with_bytes(tsa.reply)) as url:
            settings.write_text(f"{before}  timestamp: {{url: '{url}', ca: '{tsa.folder / 'ca.pem'}'}}\n", "utf-8")
            assert office.json("bundle", hit["id"], "-o", str(out))["lacking"] is None
            assert office.json("verify", str(out), "--trust", str(trust), "--strict")["holds"] is True
            office.quzheng("capture", portal)
            assert list((office.folder / "store/ledger/checkpoints").glob("*.tsr"))
            assert office.json("store", "check")["faults"] == []
        refused = office.json("bundle", hit["id"], "-o", str(out), exit_code=3)
        assert refused["sealed"] is False and "时间戳" in refused["lacking"]
        office.quzheng("capture", portal)
    finally:
        settings.write_text(before, "utf-8")


def test_a_second_look_captures_what_the_hits_rest_on_and_settles_them(office: Office, hit: dict[str, Any]) -> None:
    assert hit["second_look"] == "missing"
    office.quzheng("judge")
    again = office.json("run", "--second-look")
    assert {(record["target"], record["label"]) for record in again} == {("good", label) for label in STALE}
    (settled,) = [f for f in office.json("judge")["findings"] if f["state"] == "hit"]
    assert settled["second_look"] == "agrees"
    assert office.json("run", "--second-look") == []


def test_the_store_is_sound_and_a_damaged_picture_is_located(office: Office, ran: list[dict[str, Any]]) -> None:
    assert office.json("store", "check")["faults"] == []
    picture = Path(next(a["path"] for r in ran for a in r["artifacts"] if a["role"] == "tile"))
    whole = picture.read_bytes()
    picture.chmod(0o644)
    picture.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        faults = office.json("store", "check", exit_code=3)["faults"]
        assert any(str(picture) in fault for fault in faults)
    finally:
        picture.write_bytes(whole)
        picture.chmod(0o444)


def test_records_are_read_and_compared(office: Office, ran: list[dict[str, Any]]) -> None:
    record = next(r["record"] for r in ran if (r["target"], r["label"]) == ("good", "fresh"))
    reading = office.json("read", record)["reading"]
    assert reading["newest"] == f"{datetime.now(HERE):%Y-%m-%d}"
    assert office.json("compare", record, record)["state"] == "same"


def test_one_address_is_captured_by_itself(office: Office, portal: str) -> None:
    (record,) = office.json("capture", f"{portal}fresh/", "--label", "fresh")
    assert (record["outcome"], record["complete"], record["label"]) == ("captured", True, "fresh")


def test_targets_and_flows_are_listed_and_checked(office: Office) -> None:
    assert "good: generic_portal" in office.quzheng("targets", "check").output
    assert "示范县人民政府网" in office.quzheng("targets", "list").output
    assert "generic_portal" in office.quzheng("flows", "list").output


def test_a_saved_page_is_read_without_a_workspace(office: Office, tmp_path: Path) -> None:
    saved = tmp_path / "list.html"
    saved.write_text(page("通知公告", rows(datetime(2021, 6, 29))), "utf-8")
    answer = office.json("read-file", str(saved))
    assert (answer["page_kind"], answer["newest"], answer["blank"]) == ("list", "2021-06-29", False)
    assert len(answer["items"]) == 8


def test_usage_faults_exit_2_and_name_the_mend(office: Office, tmp_path: Path) -> None:
    assert "nothing was changed" in office.quzheng("init", str(office.folder), exit_code=2).stderr
    missing = CliRunner().invoke(cli, ["run", "-w", str(tmp_path)])
    assert missing.exit_code == 2
    assert "quzheng init" in missing.stderr
    assert office.quzheng("findings", "show", "f" * 64, exit_code=2).stderr.startswith("error:")


def test_an_export_that_cannot_be_made_says_why_and_leaves_nothing(
    office: Office, ran: list[dict[str, Any]], tmp_path: Path
) -> None:
    assert (
        "none begins with it"
        in office.quzheng("export", "ffff", "--warc", str(tmp_path / "a.warc"), exit_code=2).stderr
    )
    nowhere = tmp_path / "nowhere" / "a.warc"
    assert str(nowhere.parent) in office.quzheng("export", ran[0]["record"], "--warc", str(nowhere), exit_code=1).stderr
    dead = next(record["record"] for record in ran if record["target"] == "dead")
    for form in ("--wacz", "--png"):
        assert "unreachable" in office.quzheng("export", dead, form, str(tmp_path / "a"), exit_code=1).stderr
    assert "--wacz FILE" in office.quzheng("export", dead, exit_code=2).stderr
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_is_none_is_told_without_naming_a_file(office: Office) -> None:
    said = office.quzheng("capture", "notaurl", exit_code=2).stderr
    assert "notaurl" in said
    assert "yaml" not in said
