"""The access log: no page without its line, no line changed without its being seen, none lost to a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.desk import access_log
from evidence.desk.access_log import AccessLog, Entry
from evidence.errors import DeskError, LedgerError
from evidence.ledger import FileLedger
from evidence.proof import ACCESS
from tests.conftest import ROOT
from tests.evidence.desk.desks import NAMES, PASSWORD, Clock, opened


def log_of(folder: Path) -> AccessLog:
    ledger = FileLedger(folder)
    return AccessLog(folder, lambda key, digest: ledger.append(ACCESS, key, digest))


def entry(clock: Clock, **more: object) -> Entry:
    fields = {
        "user": "甲",
        "role": "leader",
        "address": "10.0.0.1",
        "method": "GET",
        "path": "/",
        "status": 200,
        **more,
    }
    return Entry(at=clock(), **fields)  # type: ignore[arg-type]


def faults(folder: Path) -> list[str]:
    return list(access_log.faults(folder, FileLedger(folder).leaves()))


@pytest.fixture
def two_days(tmp_path: Path) -> Path:
    """Three lines of one day and three of the next, both in the ledger."""
    log, clock = log_of(tmp_path), Clock()
    for _ in range(2):
        for n in range(3):
            log.write(entry(clock, path=f"/{n}"))
        clock.move(days=1)
    log.settle()
    return tmp_path


def test_the_ledger_has_the_end_of_each_day(two_days: Path) -> None:
    leaves = FileLedger(two_days).leaves()
    assert [(leaf.kind, leaf.key) for leaf in leaves] == [(ACCESS, "2021-06-29/3"), (ACCESS, "2021-06-30/3")]
    assert faults(two_days) == []
    log_of(two_days).settle()
    assert len(FileLedger(two_days).leaves()) == 2


def rewritten(lines: list[str], n: int, **fields: object) -> list[str]:
    changed = json.loads(lines[n]) | fields
    lines[n] = json.dumps(changed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return lines


@pytest.mark.parametrize(
    "harm",
    [
        lambda lines: rewritten(lines, 1, user="乙"),
        lambda lines: lines[:1] + lines[2:],
        lambda lines: lines[:2],
        lambda lines: [lines[0], lines[0], *lines[1:]],
        lambda lines: [lines[1], lines[0], lines[2]],
        lambda lines: rewritten(lines, 2, path="/anders"),
        lambda lines: [*lines[:2], "{}"],
        lambda lines: [],
    ],
)
@pytest.mark.parametrize("day", ["2021-06-29", "2021-06-30"])
def test_what_was_changed_is_found(two_days: Path, harm: object, day: str) -> None:
    path = two_days / f"access-{day}.jsonl"
    lines = harm(path.read_text("utf-8").splitlines())  # type: ignore[operator]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    assert faults(two_days)


def test_a_day_that_is_gone_is_missed(two_days: Path) -> None:
    (two_days / "access-2021-06-29.jsonl").unlink()
    assert any("文件不在了" in fault for fault in faults(two_days))


def test_a_whole_day_rewritten_with_a_chain_that_holds_is_found_by_the_ledger(two_days: Path) -> None:
    path = two_days / "access-2021-06-30.jsonl"
    lines = [line.encode() for line in path.read_text("utf-8").splitlines()]
    previous, forged = json.loads(lines[0])["previous"], []
    for line in lines:
        body = json.loads(line) | {"user": "别人", "previous": previous}
        new = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        previous = access_log.digest.sha256(new)
        forged.append(new)
    path.write_bytes(b"".join(line + b"\n" for line in forged))
    assert faults(two_days) == ["2021-06-30 的前3行与台账所记不符"]


def test_half_a_line_was_never_acknowledged(two_days: Path) -> None:
    path = two_days / "access-2021-06-30.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"address":"10')
    clock = Clock()
    clock.move(days=1, hours=1)
    log_of(two_days).write(entry(clock, path="/danach"))
    assert path.read_bytes().startswith(whole)
    assert len(access_log.of_day(two_days, "2021-06-30")) == 4
    assert faults(two_days) == []


def test_a_day_killed_within_its_first_line_goes_on_from_the_day_before(two_days: Path) -> None:
    (two_days / "access-2021-07-01.jsonl").write_bytes(b'{"addr')
    clock = Clock()
    clock.move(days=2)
    log_of(two_days).write(entry(clock))
    assert len(access_log.of_day(two_days, "2021-07-01")) == 1
    assert faults(two_days) == []


def test_a_clock_that_goes_back_does_not_break_the_order(two_days: Path) -> None:
    log_of(two_days).write(entry(Clock()))
    assert access_log.days_of(two_days) == ["2021-06-29", "2021-06-30"]
    assert len(access_log.of_day(two_days, "2021-06-30")) == 4
    assert faults(two_days) == []


def test_two_processes_write_one_chain(tmp_path: Path) -> None:
    one, other, clock = log_of(tmp_path), log_of(tmp_path), Clock()
    for log in (one, other, one, one, other):
        log.write(entry(clock))
    assert len(access_log.of_day(tmp_path, "2021-06-29")) == 5
    assert faults(tmp_path) == []


def test_a_ledger_that_does_not_take_it_loses_no_line_and_the_next_anchor_holds_it_too(tmp_path: Path) -> None:
    clock = Clock()

    def refuses(key: str, digest: str) -> None:
        raise LedgerError("read-only")

    log = AccessLog(tmp_path, refuses)
    log.write(entry(clock))
    clock.move(days=1)
    log.write(entry(clock))
    assert FileLedger(tmp_path).leaves() == ()
    log_of(tmp_path).settle()
    assert [leaf.key for leaf in FileLedger(tmp_path).leaves()] == ["2021-06-30/1"]
    assert faults(tmp_path) == []
    first = tmp_path / "access-2021-06-29.jsonl"
    kept = first.read_bytes()
    first.write_bytes(kept.replace(b"10.0.0.1", b"10.0.0.2"))
    assert faults(tmp_path)
    first.unlink()
    assert faults(tmp_path) == ["2021-06-30 之前的访问日志不在了"]


CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from evidence.desk.access_log import AccessLog, Entry
at, fields = datetime(2021, 6, 29, tzinfo=UTC), dict(user="甲", role="leader", address="", method="GET", status=200)
log = AccessLog(Path(sys.argv[1]), lambda key, digest: None)
for n in range(100000):
    log.write(Entry(at=at, path=f"/{n}", **fields))
    print(n, flush=True)
"""


def test_killed_at_any_moment_it_holds_all_it_acknowledged(tmp_path: Path) -> None:
    acknowledged = 0
    for after in (3, 11):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT, text=True
        )
        assert child.stdout is not None
        seen = [child.stdout.readline() for _ in range(after)]
        os.kill(child.pid, signal.SIGKILL)
        seen += child.stdout.readlines()
        child.stdout.close()
        child.wait()
        acknowledged += len(seen)
        log_of(tmp_path).settle()
        assert len(access_log.of_day(tmp_path, "2021-06-29")) >= acknowledged
        assert faults(tmp_path) == []
        acknowledged = len(access_log.of_day(tmp_path, "2021-06-29"))


@pytest.fixture
def walked(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """What stands in the log after people logged in, well and badly, looked and were refused."""
    clock = Clock()
    with opened(tmp_path, clock) as browse:
        browser = browse()
        browser.get("/login")
        browser.post("/login", {"name": "mein-Passwort-123", "password": "x"})
        browser.log_in("leader", "falsches-Wort-1")
        browser.log_in("leader")
        secret = browser.enrol()
        browser.get("/?q=%E5%85%AC%E5%91%8A")
        browser.get("/users")
        browser.get("/nirgends")
        secrets = ["mein-Passwort-123", "falsches-Wort-1", PASSWORD, secret, browser.client.cookies["quzheng"]]
        said = (tmp_path / "desk" / "access-2021-06-29.jsonl").read_text("utf-8")
        assert not [one for one in secrets if one in said]
        yield tmp_path, said


def test_who_saw_what_stands_there(walked: tuple[Path, str]) -> None:
    entries = access_log.of_day(walked[0] / "desk", "2021-06-29")
    told = [(one.user, one.method, one.path, one.status, one.said) for one in entries]
    name = NAMES["leader"]
    assert told == [
        ("（未知用户名）", "POST", "/login", 401, "登录失败"),
        (name, "POST", "/login", 401, "登录失败"),
        (name, "POST", "/login", 303, "登录"),
        (name, "GET", "/account/second-factor", 200, ""),
        (name, "POST", "/account/second-factor", 303, ""),
        (name, "GET", "/?q=公告", 200, ""),
        (name, "GET", "/users", 403, ""),
    ]
    assert {one.address for one in entries} == {"testclient"}


def test_what_an_administrator_does_names_whom_it_met(tmp_path: Path) -> None:
    with opened(tmp_path, Clock()) as browse:
        admin = browse()
        admin.log_in("admin")
        admin.post("/users/role", {"name": NAMES["leader"], "role": "auditor"})
    said = [one.said for one in access_log.of_day(tmp_path / "desk", "2021-06-29")]
    assert "用户 负责丙 的角色改为 auditor" in said


def test_no_page_is_sent_where_its_line_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, Clock()) as browse:
        browser = browse()
        browser.log_in("leader")
        before = (tmp_path / "desk" / "access-2021-06-29.jsonl").read_bytes()

        def full(handle: int) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            answer = browser.get("/")
        assert answer.status_code == 503
        assert "昨夜" not in answer.text.split("<main")[1]
        assert (tmp_path / "desk" / "access-2021-06-29.jsonl").read_bytes() == before
        assert browser.get("/").status_code == 200


def test_stopping_the_desk_enters_its_day_and_starting_it_what_a_kill_left_out(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path, clock) as browse:
        browse().log_in("leader")
    store = tmp_path / "store"
    assert [leaf.key for leaf in FileLedger(store).leaves()] == ["2021-06-29/1"]
    clock.move(days=1)
    killed = AccessLog(tmp_path / "desk", lambda key, digest: None)
    killed.write(entry(clock))
    with opened(tmp_path, clock, users=False):
        assert [leaf.key for leaf in FileLedger(store).leaves()] == ["2021-06-29/1", "2021-06-30/1"]
    assert list(access_log.faults(tmp_path / "desk", FileLedger(store).leaves())) == []


def test_the_auditor_reads_it_and_has_it_checked(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path, clock) as browse:
        auditor = browse()
        for n in range(205):
            auditor.desk.log.write(entry(clock, user=NAMES["leader"], path=f"/account?n={n}"))
        auditor.log_in("auditor")
        page = auditor.get("/access-log").text
        assert "/account?n=204" in page
        assert "/account?n=0<" not in page
        assert "更早的" in page
        assert "/account?n=0<" in auditor.get("/access-log?day=2021-06-29&before=200").text
        mine = auditor.get("/access-log", params={"user": NAMES["auditor"]}).text
        assert "/account?n=" not in mine
        assert auditor.get("/access-log?day=../../etc").status_code == 400
        assert "相符" in auditor.get("/access-log/check").text
        path = tmp_path / "desk" / "access-2021-06-29.jsonl"
        path.write_bytes(path.read_bytes().replace(b"n=17", b"n=71", 1))
        assert "不符" in auditor.get("/access-log/check").text


def test_a_line_that_is_none_is_said_and_named(two_days: Path) -> None:
    path = two_days / "access-2021-06-29.jsonl"
    path.write_bytes(b"nonsense\n" + path.read_bytes())
    with pytest.raises(DeskError, match="第1行不是访问日志"):
        access_log.of_day(two_days, "2021-06-29")
    with pytest.raises(DeskError, match="第1行不是访问日志"):
        access_log.excerpt(two_days, "2021-06-29", "", skip=0, most=1)
    for read in (access_log.of_day, lambda *given: access_log.excerpt(*given, "", skip=0, most=1)):
        with pytest.raises(DeskError, match="没有访问日志"):
            read(two_days, "2021-01-01")
