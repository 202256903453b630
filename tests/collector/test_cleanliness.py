"""The cleanliness record tells the state of this machine before and after a run, and never a secret of it."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import premises, proxies
from collector.cleanliness import Cleanliness
from collector.clock import SystemClock
from collector.errors import WorkspaceError
from collector.lookout import Lookout
from collector.names import Names
from collector.premises import look
from collector.workspace import Workspace
from evidence import aftercheck, canonical
from evidence.admit import admit
from evidence.aftercheck import After
from evidence.holdings import Holdings
from evidence.model import Capture, Record
from evidence.store import FileStore
from evidence.words import CLEANLINESS
from tests.collector.conftest import Looker
from tests.collector.test_run import ran, target, workspace
from tests.evidence.dying import Killed
from tests.site.secure import certificate, served
from tests.site.server import Site

SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=30)
ENVIRONMENT = {
    "schema": "environment/1",
    "browser": {"program": "chromium", "sha256": "0" * 64, "flags": ["--disable-gpu"]},
    "tool": {"name": "quzheng"},
    "system": {"name": "Debian"},
}


def records(folder: Path, lookout: Lookout, environ: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The records before and after a run in which nothing happened."""
    store = FileStore(folder / "store")
    environment = store.put(canonical.encode(ENVIRONMENT), "application/json").sha256
    made = Cleanliness(lookout, workspace=folder, holdings=folder / "store", store=store, environ=environ)
    before, after = made.before(environment), made.after(environment, "N1", 0)
    assert lookout.cleanliness == before
    return canonical.decode(store.read(before)), canonical.decode(store.read(after))


def answers(record: dict[str, Any]) -> dict[str, bool | None]:
    return {check["name"]: check["passed"] for check in record["checks"]}


@given(SECRETS, st.sampled_from(["http://li:{}@proxy.lan:3128", "li:{}@10.0.0.1:8080/", "socks5://{}@[fd00::1]:1080"]))
def test_no_password_of_a_proxy_is_read_from_its_setting(secret: str, form: str) -> None:
    told = proxies.server(form.format(secret))
    assert told in (None, "proxy.lan:3128", "10.0.0.1:8080", "[fd00::1]:1080")


@given(SECRETS)
def test_what_cannot_be_read_as_a_proxy_for_certain_is_left_out(secret: str) -> None:
    told = proxies.server(f"http://proxy.lan:3128/@{secret}")
    assert told is None or secret not in told
    assert secret not in (proxies.server(f"http://proxy.lan:3128/?{secret}") or "")


def test_the_record_holds_no_secret_of_a_proxy(tmp_path: Path) -> None:
    environ = {"HTTPS_PROXY": "http://li:CANARY-geheim@proxy.lan:3128", "http_proxy": "http://CANARY:a/b@x@proxy"}
    told = tuple(proxy.told for proxy in proxies.found(environ))
    (tmp_path / "host-check.json").write_text('{"http_proxy": "http://li:CANARY@proxy.lan:1", "kernel": "Linux"}')
    before, after = records(tmp_path, Lookout("direct", told), environ)
    assert "CANARY" not in json.dumps((before, after))
    assert "proxy.lan:3128" in json.dumps(before)
    assert before["host"]["said"] == {"http_proxy": "proxy.lan:1", "kernel": "Linux"}
    assert answers(before)["proxies"] is False
    assert [mark["kind"] for mark in after["path"]] == ["proxy"]


@pytest.mark.parametrize(
    "said", [b"[" * 100_000, b"\xff\xfe", b"[]", b'{"a": "\\ud800", "\\u4e2d": 1, "b": 1e400}', b""]
)
def test_a_hosts_part_that_is_broken_or_hostile_spoils_nothing(tmp_path: Path, said: bytes) -> None:
    (tmp_path / "host-check.json").write_bytes(said)
    before, _ = records(tmp_path, Lookout(), {})
    assert len(before["host"]["sha256"]) == 64


def test_two_runs_on_an_unchanged_machine_have_one_and_the_same_record(tmp_path: Path) -> None:
    one, other = (records(tmp_path, Lookout(), {"HOME": "/nowhere"}) for _ in range(2))
    assert one == other
    assert (one[0]["moment"], one[1]["moment"]) == ("before", "after")
    assert answers(one[1])["unchanged"] is True


def test_every_question_has_its_chinese_words(tmp_path: Path) -> None:
    _, after = records(tmp_path, Lookout(), {})
    assert {*answers(after), "time source"} == set(CLEANLINESS)  # asked only where the office names one


def test_a_public_name_in_the_machines_own_table_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "hosts"
    table.write_text(
        f"127.0.0.1 localhost {socket.gethostname()}\n10.0.0.9 www.shifan.gov.cn # 旧站\n::1 ip6-loopback\n"
    )
    monkeypatch.setattr(premises, "HOSTS", table)
    before, _ = records(tmp_path, Lookout(), {})
    assert before["premises"]["hosts_names"] == ["www.shifan.gov.cn"]
    assert answers(before)["hosts file"] is False


def test_a_table_changed_while_the_run_went_on_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "hosts"
    monkeypatch.setattr(premises, "HOSTS", table)
    store = FileStore(tmp_path / "store")
    environment = store.put(canonical.encode(ENVIRONMENT), "application/json").sha256
    made = Cleanliness(Lookout(), workspace=tmp_path, holdings=tmp_path, store=store, environ={})
    made.before(environment)
    table.write_text("10.0.0.9 www.shifan.gov.cn\n")
    made.after(environment, "N1", 0)
    assert any("采集期间本机设置有变化" in concern for concern in made.concerns)


def test_policies_and_authorities_somebody_gave_the_browser_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "managed").mkdir()
    (tmp_path / "managed" / "proxy.json").write_text("{}")
    (tmp_path / ".pki/nssdb").mkdir(parents=True)
    (tmp_path / ".pki/nssdb/cert9.db").write_bytes(b"")
    monkeypatch.setattr(premises, "POLICIES", (tmp_path / "managed",))
    before, _ = records(tmp_path, Lookout(), {"HOME": str(tmp_path)})
    assert (answers(before)["no policies"], answers(before)["authorities"]) == (False, False)


def test_looking_at_the_machine_tells_a_container_and_survives_what_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(premises, "HOSTS", tmp_path / "none")
    monkeypatch.setattr(premises, "AUTHORITIES", tmp_path / "none")
    seen = look(tmp_path / "not" / "yet", {"container": "podman", "HOME": "/" + "x" * 300})  # a name no disk takes
    assert (seen.place, seen.hosts_file, seen.authorities) == ("container", None, None)
    assert [kind.split()[0] for kind in seen.addresses] == ["IPv4", "IPv6"]


def test_each_record_of_a_run_cites_the_look_before_it_and_the_journal_names_both(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [target("one", site.url), target("dead", "http://127.0.0.1:9/")])
    report = ran(opened)
    store = Holdings.open(opened.store_path).store
    journal = (opened.store_path / "journal" / f"{report.run}.jsonl").read_text().splitlines()
    named = {line["moment"]: line["sha256"] for line in map(json.loads, journal) if line["kind"] == "cleanliness"}
    assert {record.capture.cleanliness for record in report.records} == {named["before"]}
    after = canonical.decode(store.read(named["after"]))
    assert (after["schema"], after["moment"], after["largest_offset_s"]) == ("cleanliness/1", "after", 0)
    assert after["environment"] == report.records[0].capture.environment
    assert (after["run"], after["before"], after["path_names"]) == (report.run, named["before"], None)
    assert store.check().damaged == ()
    entered = aftercheck.of_record(report.records[0], Holdings.open(opened.store_path))
    assert entered == After(run=report.run, record=after, missing=None)


def test_of_a_run_that_was_killed_the_ledger_shows_no_check_afterwards_and_the_next_tells_of_it(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = workspace(tmp_path, [target("one", f"{site.url}/gzip"), target("two", f"{site.url}/gzip")])

    def killed(capture: Capture, **where: Any) -> Record:
        if capture.target.id == "two":
            raise Killed
        return admit(capture, **where)

    with monkeypatch.context() as patch:
        patch.setattr("collector.run.admit", killed)
        with pytest.raises(Killed):
            ran(opened, jobs=1)
    holdings = Holdings.open(opened.store_path)
    (first,) = holdings.records()
    after = aftercheck.of_record(first, holdings)
    assert after is not None
    assert after.missing == aftercheck.NOT_MADE
    assert not after.record
    resumed = ran(opened, jobs=1)
    assert resumed.resumed
    later = aftercheck.of_record(resumed.records[-1], Holdings.open(opened.store_path))
    assert later is not None
    (told,) = [check for check in later.record["checks"] if check["name"] == "in one go"]
    assert (told["passed"], told["detail"]) == (False, "曾中断 1 次，中断前的部分没有单独作事后检查")
    assert any("曾中断 1 次" in concern for concern in resumed.concerns)


def test_what_leaves_the_house_names_no_other_units_site_and_the_inspector_is_told_all_the_same(tmp_path: Path) -> None:
    lookout = Lookout()
    lookout.see_address("www.innocent.gov.cn", "10.0.0.7")
    lookout.see_block("www.beside.gov.cn")
    store = FileStore(tmp_path / "store")
    environment = store.put(canonical.encode(ENVIRONMENT), "application/json").sha256
    made = Cleanliness(lookout, workspace=tmp_path, holdings=tmp_path, store=store, environ={})
    made.before(environment)
    after = canonical.decode(store.read(made.after(environment, "N1", 0)))
    assert "gov.cn" not in json.dumps(after)
    assert [mark["kind"] for mark in after["path"]] == ["split", "blocked"]
    assert any("www.innocent.gov.cn（10.0.0.7）" in concern for concern in made.concerns)
    names = canonical.decode(store.read(after["path_names"]))
    assert "www.beside.gov.cn" in json.dumps(names)
    assert len(names["salt"]) == 32


def test_a_failed_check_is_printed_and_deletes_nothing(tmp_path: Path, site: Site) -> None:
    (tmp_path / "targets.yaml").write_text(json.dumps([target("one", site.url)]))
    (tmp_path / "quzheng.yaml").write_text("egress: inspecting\nlimits: {navigation_seconds: 2, settle_seconds: 1}\n")
    report = ran(Workspace.open(tmp_path))
    (record,) = report.records
    assert (record.capture.outcome, record.capture.complete) == ("captured", True)
    assert "清洁性检查未通过：出口为直连：申报为“经内容检查的出口”" in report.sentence()
    (check,) = [check for check in record.capture.checks if check.name == "path clean"]
    assert (check.scope, check.passed) == ("page", False)


def test_a_gateway_that_signs_for_three_sites_is_found_in_the_run(tmp_path: Path) -> None:
    pages = {"/": "<h2>通知公告</h2><p>内容</p>"}
    made = certificate(tmp_path, ["127.0.0.1", "127.0.0.2", "127.0.0.3"], issuer="上网行为管理")
    with (
        served(made, pages, "127.0.0.1") as one,
        served(made, pages, "127.0.0.2") as two,
        served(made, pages, "127.0.0.3") as three,
    ):
        report = ran(workspace(tmp_path, [target(f"t{n}", url) for n, url in enumerate((one, two, three))]), jobs=1)
    assert any("上网行为管理" in concern for concern in report.concerns)
    paths = [next(c.passed for c in r.capture.checks if c.name == "path clean") for r in report.records]
    assert paths == [True, True, False]
    (said,) = [c.detail for c in report.records[-1].capture.checks if c.name == "path clean"]
    assert "3 个网站" in said
    assert "127.0.0" not in said, "a record may go to its own unit alone"


def test_an_egress_nobody_knows_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "quzheng.yaml").write_text("store: store\negress: vpn\n")
    with pytest.raises(WorkspaceError, match=r"quzheng\.yaml:2: egress: expected direct, proxy"):
        Workspace.open(tmp_path)


def test_the_name_services_answers_are_told_and_a_name_that_is_none_keeps_nobody_waiting() -> None:
    async def asked() -> dict[str, tuple[tuple[str, ...], bool]]:
        names = Names()
        hosts = ("localhost", "127.0.0.1", "a" * 300, "\udcff", "")
        found = await names.answers(hosts, SystemClock())
        return {answer.host: (answer.addresses, answer.fault is None) for answer in found}

    found = asyncio.run(asked())
    assert "127.0.0.1" in found["localhost"][0]
    assert found["a" * 300] == ((), False)
    assert "127.0.0.1" not in found


def test_the_answers_stand_with_the_times_of_a_capture(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url.replace("127.0.0.1", "localhost"))
    (answer,) = json.loads(looker.sink.blobs[taken.times])["names"]
    assert (answer["host"], answer["fault"]) == ("localhost", None)
    assert "127.0.0.1" in answer["addresses"]
    assert "names" not in json.loads(looker.sink.blobs[looker.capture(site.url).times])


def test_a_name_nobody_knows_is_told_with_the_resolvers_words(looker: Looker) -> None:
    taken = looker.capture("http://nowhere.invalid/")
    (answer,) = json.loads(looker.sink.blobs[taken.times])["names"]
    assert (answer["host"], answer["addresses"]) == ("nowhere.invalid", [])
    assert answer["fault"]


def test_the_hosts_check_prints_json_without_passwords(tmp_path: Path) -> None:
    script = Path(__file__).resolve().parents[2] / "deploy" / "host-check.sh"
    environ = {
        "PATH": "/usr/bin:/bin",
        "http_proxy": "http://li:CANARY@proxy.lan:3128/",
        "https_proxy": 'http://li:CAN"ARY/x@y@proxy.lan',
        "all_proxy": "$(echo CANARY)",
    }
    printed = subprocess.run(["sh", str(script)], env=environ, capture_output=True, check=True).stdout
    said = json.loads(printed)
    assert (said["http_proxy"], said["https_proxy"], said["all_proxy"]) == ("proxy.lan:3128", None, None)
    assert b"CANARY" not in printed
    assert len(said["hosts_file"]) == 64
