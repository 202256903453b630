"""The vault: nothing readable on the disk, clear words where it does not open, nothing lost when it breaks."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.errors import VaultError
from collector.vault import KEY_VARIABLE, KeyPlace, Vault, locker, make_key
from tests.canaries import found_under

NOW = datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC)
SECRET = "CANARY-password-1"


def vault(folder: Path, **variables: str) -> Vault:
    place = KeyPlace(file=folder / "vault.key", variables=variables)
    if place.missing:
        make_key(place.file)
    return Vault(path=folder / "vault.age", place=place)


def test_what_is_put_in_comes_out_and_is_nowhere_on_the_disk(tmp_path: Path) -> None:
    held = vault(tmp_path)
    held.set("rsj", "password", SECRET, NOW)
    entry = vault(tmp_path).get("rsj", "password")
    assert entry is not None
    assert entry["value"] == SECRET
    assert found_under(tmp_path, (SECRET,)) == []
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "vault.age", tmp_path / "vault.key")} == {0o600}


def test_what_is_locked_opens_with_the_same_key_only(tmp_path: Path) -> None:
    place = vault(tmp_path).place
    lock = locker(place)
    assert lock is not None
    held = lock.lock(SECRET.encode())
    assert SECRET.encode() not in held
    assert lock.unlock(held) == SECRET.encode()
    other = locker(vault(tmp_path / "other").place)
    assert other is not None
    for wrong, data in ((other, held), (lock, held[:-1]), (lock, b"nonsense")):
        with pytest.raises(VaultError, match="打不开"):
            wrong.unlock(data)
    assert locker(KeyPlace(file=tmp_path / "none", variables={})) is None


def test_the_list_says_names_and_days_and_no_value(tmp_path: Path) -> None:
    held = vault(tmp_path)
    held.set("rsj", "password", SECRET, NOW)
    held.set("a/b", "username", "CANARY-user", NOW)
    listed = held.listed()
    assert [(target, name) for target, name, _ in listed] == [("a/b", "username"), ("rsj", "password")]
    assert "CANARY" not in repr(listed) + repr(held)


def test_removing_says_whether_it_was_there(tmp_path: Path) -> None:
    held = vault(tmp_path)
    held.set("rsj", "password", SECRET, NOW)
    assert held.remove("rsj", "password") is True
    assert held.remove("rsj", "password") is False
    assert held.get("rsj", "password") is None


def test_another_key_is_told_as_the_wrong_key_and_changes_nothing(tmp_path: Path) -> None:
    held = vault(tmp_path)
    held.set("rsj", "password", SECRET, NOW)
    before = held.path.read_bytes()
    (tmp_path / "vault.key").unlink()
    make_key(tmp_path / "vault.key")
    for act in (lambda: held.get("rsj", "password"), lambda: held.set("rsj", "password", "new", NOW), held.listed):
        with pytest.raises(VaultError, match="密钥不对") as caught:
            act()
        assert "AGE-SECRET" not in str(caught.value)
    assert held.path.read_bytes() == before


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-7], lambda data: data[:-3] + b"xyz", lambda data: b"junk", lambda data: b""]
)
def test_a_damaged_vault_is_told_and_left_as_it_is(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    held = vault(tmp_path)
    held.set("rsj", "password", SECRET, NOW)
    broken = damage(held.path.read_bytes())
    held.path.write_bytes(broken)
    with pytest.raises(VaultError, match="已损坏"):
        held.set("rsj", "username", "u", NOW)
    assert held.path.read_bytes() == broken


def test_a_missing_key_says_where_it_was_looked_for(tmp_path: Path) -> None:
    held = Vault(path=tmp_path / "vault.age", place=KeyPlace(file=tmp_path / "gone.key", variables={}))
    with pytest.raises(VaultError, match=r"gone\.key") as caught:
        held.set("rsj", "password", SECRET, NOW)
    assert SECRET not in str(caught.value)
    assert not held.exists


def test_the_key_may_come_from_a_variable_a_named_file_or_a_mounted_one(tmp_path: Path) -> None:
    held = vault(tmp_path)
    held.set("rsj", "password", SECRET, NOW)
    key = (tmp_path / "vault.key").read_text().splitlines()[-1]
    (tmp_path / "mounted").mkdir()
    (tmp_path / "vault.key").rename(tmp_path / "mounted" / "vault.key")
    for variables in (
        {KEY_VARIABLE: key},
        {KEY_VARIABLE: str(tmp_path / "mounted" / "vault.key")},
        {"QUZHENG_SECRETS_DIR": str(tmp_path / "mounted")},
    ):
        place = KeyPlace(file=tmp_path / "vault.key", variables=variables)
        entry = Vault(path=tmp_path / "vault.age", place=place).get("rsj", "password")
        assert entry is not None
        assert key not in repr(place)


@pytest.mark.parametrize("written", ["", "not a key", "AGE-SECRET-KEY-1QQQQ"])
def test_a_file_that_holds_no_key_is_told_as_that(tmp_path: Path, written: str) -> None:
    (tmp_path / "vault.key").write_text(written)
    with pytest.raises(VaultError, match="密钥"):
        vault(tmp_path).set("rsj", "password", SECRET, NOW)


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    make_key(tmp_path / "vault.key")
    before = (tmp_path / "vault.key").read_bytes()
    with pytest.raises(VaultError, match="已存在"):
        make_key(tmp_path / "vault.key")
    assert (tmp_path / "vault.key").read_bytes() == before


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    held = vault(tmp_path)
    writers = [threading.Thread(target=vault(tmp_path).set, args=(f"t{n}", "password", "x", NOW)) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(held.listed()) == 8
