"""Logs: a JSON line an event, a file a day of Beijing, six months at least, and no secret in any of them."""

from __future__ import annotations

import base64
import json
import logging
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from collector import logs
from collector.clock import SystemClock
from collector.secrets import Secrets
from collector.vault import KeyPlace, Vault, make_key
from collector.workspace import Workspace

PASSWORD = "Tr0ub4dor&3-xyz"
VAULTED = "vaulted-secret-91"
MOUNTED = "mounted-secret-77"


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    make_key(tmp_path / "vault.key")
    vault = Vault(path=tmp_path / "vault.age", place=KeyPlace(file=tmp_path / "vault.key", variables={}))
    vault.set("a", "password", VAULTED, SystemClock().now())
    (tmp_path / "mounted" / "a").mkdir(parents=True)
    (tmp_path / "mounted" / "a" / "password").write_text(MOUNTED + "\n")
    return Secrets(variables={"QUZHENG_SECRET_A_PASSWORD": PASSWORD}, folder=tmp_path / "mounted", vault=vault)


def opened(folder: Path, settings: str = "") -> Workspace:
    (folder / "quzheng.yaml").write_text(settings)
    return Workspace.open(folder)


def written(folder: Path) -> str:
    return "".join(path.read_text() for path in sorted((folder / "logs").glob("*.jsonl")))


@pytest.mark.parametrize("secret", [PASSWORD, VAULTED, MOUNTED])
@pytest.mark.parametrize(
    "disguise", [str, quote, lambda text: base64.b64encode(text.encode()).decode(), lambda text: json.dumps(text)]
)
def test_no_secret_gets_into_a_line_however_it_is_written(
    tmp_path: Path, secrets: Secrets, secret: str, disguise: object
) -> None:
    with logs.kept(opened(tmp_path), secrets):
        log = logging.getLogger("tests.logs")
        log.warning("logging in with %s failed", disguise(secret))  # type: ignore[operator]
        try:
            raise ValueError(f"refused: {disguise(secret)}")  # type: ignore[operator]
        except ValueError:
            log.exception("it broke")
    found = written(tmp_path)
    assert "[removed]" in found
    assert disguise(secret) not in found  # type: ignore[operator]
    assert secret not in found


class Holder:
    """Something JSON has no form for, whose text shows a secret."""

    def __repr__(self) -> str:
        return f"<session of {PASSWORD}>"


@pytest.mark.parametrize(
    "field",
    [
        PASSWORD,
        [["x", {"deep": (PASSWORD,)}]],
        {PASSWORD: 1},
        {"in": {"a", PASSWORD}},
        PASSWORD.encode(),
        Holder(),
        [Holder()],
        ValueError(PASSWORD),
        {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": PASSWORD}}}}}}}},
    ],
)
def test_no_secret_gets_into_a_line_by_a_field_however_deep(tmp_path: Path, secrets: Secrets, field: object) -> None:
    with logs.kept(opened(tmp_path), secrets):
        logging.getLogger("tests.logs").info("a line", extra={"field": field})
    found = written(tmp_path)
    assert "[removed]" in json.loads(found)["field"].__repr__()
    assert PASSWORD not in found


def test_a_number_that_is_a_secret_goes_and_others_stay_numbers(tmp_path: Path) -> None:
    numbers = Secrets(variables={"QUZHENG_SECRET_A_PASSWORD": "20471896350"}, folder=None)
    with logs.kept(opened(tmp_path), numbers):
        fields = {"code": 20471896350, "pages": 12, "share": 0.5, "well": True, "none": None}
        logging.getLogger("tests.logs").info("a line", extra=fields)
    said = json.loads(written(tmp_path))
    assert {name: said[name] for name in fields} == fields | {"code": "[removed]"}


def test_no_secret_gets_into_a_line_by_a_chain_of_errors_their_notes_or_a_group(
    tmp_path: Path, secrets: Secrets
) -> None:
    with logs.kept(opened(tmp_path), secrets):
        try:
            try:
                raise KeyError(VAULTED)
            except KeyError as error:
                refused = ValueError("refused")
                refused.add_note(f"typed {MOUNTED}")
                raise ExceptionGroup("several", [refused, OSError(PASSWORD)]) from error
        except ExceptionGroup:
            logging.getLogger("tests.logs").exception("it broke")
    found = json.loads(written(tmp_path))["error"]
    assert found.count("[removed]") >= 3
    assert "ExceptionGroup: several" in found
    assert not any(one in written(tmp_path) for one in (PASSWORD, VAULTED, MOUNTED))


def test_fields_of_a_caller_do_not_pass_for_what_a_line_says_by_itself(tmp_path: Path, secrets: Secrets) -> None:
    with logs.kept(opened(tmp_path), secrets):
        extra = {"at": "1999", "level": "debug", "logger": "x", "night": "y", "error": "z", "pages": 3}
        logging.getLogger("tests.logs").warning("a line", extra=extra)
    said = json.loads(written(tmp_path))
    assert (said["level"], said["logger"], said["pages"]) == ("warning", "tests.logs", 3)
    assert said["at"] != "1999"
    assert "night" not in said and "error" not in said


def test_a_line_that_cannot_be_put_together_is_withheld_and_ends_nothing(
    tmp_path: Path, secrets: Secrets, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError(PASSWORD)

    with logs.kept(opened(tmp_path), secrets) as form:
        log = logging.getLogger("tests.logs")
        log.warning("a field", extra={"field": Broken()})
        log.info("on it goes")
        misspelt = logging.LogRecord("tests.logs", logging.INFO, "", 0, "%d pages", (PASSWORD,), None)
        assert json.loads(form.format(misspelt))["event"] == (
            "[withheld: this line could not be put together: TypeError]"
        )
    first, second = (json.loads(line) for line in written(tmp_path).splitlines())
    assert (first["level"], "RuntimeError" in first["event"], second["event"]) == ("warning", True, "on it goes")
    shown = capsys.readouterr().err
    assert "[withheld: " in shown
    assert PASSWORD not in written(tmp_path) + shown


@pytest.mark.parametrize(
    "line",
    [
        "GET https://a.gov.cn/x?token=abcdef1234567&page=2",
        "https://user:abcdef1234567@proxy.lan/",
        "Authorization: Bearer abcdef1234567",
        "password=abcdef1234567",
    ],
)
def test_what_is_secret_by_its_place_goes_too(tmp_path: Path, secrets: Secrets, line: str) -> None:
    with logs.kept(opened(tmp_path), secrets):
        logging.getLogger("tests.logs").info(line)
    assert "abcdef1234567" not in written(tmp_path)


def test_a_line_says_when_how_grave_who_what_and_of_which_night(tmp_path: Path, secrets: Secrets) -> None:
    with logs.kept(opened(tmp_path), secrets) as lines:
        lines.night = "20261126T010000-abcdef"
        logging.getLogger("tests.logs").warning("第%d页\n没有采到", 3)
    (said,) = (json.loads(line) for line in written(tmp_path).splitlines())
    assert said | {"at": ""} == {
        "at": "",
        "level": "warning",
        "logger": "tests.logs",
        "event": "第3页\n没有采到",
        "night": "20261126T010000-abcdef",
    }
    assert "+00:00" in said["at"]


def test_old_files_go_but_none_within_six_months_and_none_that_is_not_ours(tmp_path: Path, secrets: Secrets) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    for name in ("2001-01-01.jsonl", "2001-13-99.jsonl", "notes.txt"):
        (folder / name).write_text("")
    kept = f"{datetime.now(UTC).date() - timedelta(days=180)}.jsonl"
    (folder / kept).write_text("")
    with logs.kept(opened(tmp_path, "nightly: {log_days: 1}"), secrets):
        logging.getLogger("tests.logs").info("a line")
    names = {path.name for path in folder.iterdir()}
    assert {"2001-13-99.jsonl", "notes.txt", kept} < names
    assert "2001-01-01.jsonl" not in names


def test_syslog_gets_every_line_without_secrets_and_one_that_is_not_there_harms_nothing(
    tmp_path: Path, secrets: Secrets, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        place = f"udp://127.0.0.1:{server.getsockname()[1]}"
        with logs.kept(opened(tmp_path, f"nightly: {{syslog: '{place}'}}"), secrets):
            logging.getLogger("tests.logs").info("asked with %s", PASSWORD)
        heard = server.recv(10_000).decode()
    assert "asked with [removed]" in heard
    with logs.kept(opened(tmp_path, "nightly: {syslog: /nowhere/log}"), secrets):
        for n in range(3):
            logging.getLogger("tests.logs").info("and on %d", n)
    assert capsys.readouterr().err == "syslog at /nowhere/log cannot be reached\n"
    assert "and on 2" in written(tmp_path)


def test_a_log_that_cannot_be_written_ends_nothing(
    tmp_path: Path, secrets: Secrets, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    with logs.kept(opened(tmp_path), secrets):
        logging.getLogger("tests.logs").info("on it goes")
    assert "log line lost" in capsys.readouterr().err


def test_a_vault_that_cannot_be_opened_costs_no_line(tmp_path: Path, secrets: Secrets) -> None:
    (tmp_path / "vault.key").unlink()
    with logs.kept(opened(tmp_path), secrets):
        logging.getLogger("tests.logs").info("with %s", PASSWORD)
    assert "with [removed]" in written(tmp_path)
