"""Failed tries are counted over processes and kills, so that no account of the office is ever locked by us."""

from __future__ import annotations

import json
import multiprocessing
from datetime import datetime
from pathlib import Path

import pytest

from collector.errors import LoginError
from collector.login.tries import Tries
from tests.canaries import found_under

NOON = datetime.fromisoformat("2026-11-26T12:00:00+08:00")
ACCOUNT = ("oa.example.gov.cn", "CANARYuser8f3a")


def tries(folder: Path, most: int = 2) -> Tries:
    return Tries(folder / "tries.json", most)


def begin(folder: Path) -> bool:
    try:
        tries(folder, 5).begin(*ACCOUNT, NOON)
    except LoginError:
        return False
    return True


def test_after_so_many_failures_the_account_rests_until_midnight_in_beijing(tmp_path: Path) -> None:
    for _ in range(2):
        tries(tmp_path).begin(*ACCOUNT, NOON)
    with pytest.raises(LoginError, match="attempts_used_up") as caught:
        tries(tmp_path).begin(*ACCOUNT, NOON)
    assert "2026-11-27 00:00" in caught.value.said
    with pytest.raises(LoginError):
        tries(tmp_path).begin(*ACCOUNT, datetime.fromisoformat("2026-11-26T15:59:59+00:00"))
    tries(tmp_path).begin(*ACCOUNT, datetime.fromisoformat("2026-11-26T16:00:00+00:00"))


def test_one_that_succeeds_is_taken_back(tmp_path: Path) -> None:
    for _ in range(5):
        tries(tmp_path).begin(*ACCOUNT, NOON)
        tries(tmp_path).succeeded(*ACCOUNT, NOON)
    book = json.loads((tmp_path / "tries.json").read_text("utf-8"))
    assert sum(count for day in book["days"].values() for count in day.values()) == 0


def test_one_that_was_cut_off_counts_as_a_failure(tmp_path: Path) -> None:
    """It is on the disk before the password leaves; nothing has to be written afterwards for it to count."""
    tries(tmp_path, 1).begin(*ACCOUNT, NOON)
    with pytest.raises(LoginError):
        tries(tmp_path, 1).begin(*ACCOUNT, NOON)


def test_a_locked_account_rests_at_once_and_others_do_not(tmp_path: Path) -> None:
    tries(tmp_path).exhaust(*ACCOUNT, NOON)
    with pytest.raises(LoginError):
        tries(tmp_path).begin(*ACCOUNT, NOON)
    tries(tmp_path).begin("oa.example.gov.cn", "another", NOON)
    tries(tmp_path).begin("mail.example.gov.cn", ACCOUNT[1], NOON)


def test_processes_at_once_get_no_more_than_there_are(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        granted = pool.map(begin, [tmp_path] * 12)
    assert sum(granted) == 5


def test_a_book_that_cannot_be_read_allows_nothing(tmp_path: Path) -> None:
    for written in ("{", "[]", '{"salt": 1, "days": {}}', '{"salt": "00", "days": []}', ""):
        (tmp_path / "tries.json").write_text(written)
        with pytest.raises(LoginError, match="tries_unknown"):
            tries(tmp_path).begin(*ACCOUNT, NOON)
        assert (tmp_path / "tries.json").read_text() == written


def test_the_book_names_no_account(tmp_path: Path) -> None:
    tries(tmp_path).begin(*ACCOUNT, NOON)
    assert found_under(tmp_path, (ACCOUNT[1],)) == []
    assert (tmp_path / "tries.json").stat().st_mode & 0o777 == 0o600
