"""The key of salts lies in the vault alone, is made once, and without a key of the vault there is none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector import salting
from collector.errors import VaultError
from collector.initialise import initialise
from collector.vault import KeyPlace, Vault, make_key
from collector.workspace import Workspace

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def vault(folder: Path) -> Vault:
    return Vault(path=folder / "vault.age", place=KeyPlace(file=folder / "vault.key", variables={}))


def test_the_key_is_made_once_and_gives_the_same_salts_ever_after(tmp_path: Path) -> None:
    make_key(tmp_path / "vault.key")
    first, second = salting.salts(vault(tmp_path)), salting.salts(vault(tmp_path))
    assert first is not None
    assert second is not None
    assert first(b"a") == second(b"a") != first(b"b")
    assert len(first(b"a")) == 32


def test_neither_key_nor_salt_is_on_disk_in_clear(tmp_path: Path) -> None:
    make_key(tmp_path / "vault.key")
    salts = salting.salts(vault(tmp_path))
    entry = vault(tmp_path).get(salting.TARGET, salting.NAME)
    assert salts is not None
    assert entry is not None
    secrets = (entry["value"].encode(), bytes.fromhex(entry["value"]), salts(b"a"), salts(b"a").hex().encode())
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [secret for secret in secrets for data in files if secret in data]


def test_each_office_has_its_own(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        make_key(tmp_path / name / "vault.key")
        made.append(salting.salts(vault(tmp_path / name)))
    assert made[0] is not None
    assert made[1] is not None
    assert made[0](b"x") != made[1](b"x")


def test_without_a_key_there_are_no_salts_and_no_vault_is_made(tmp_path: Path) -> None:
    assert salting.salts(vault(tmp_path)) is None
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_key_or_an_entry_that_is_none_is_said_and_nothing_is_bound_by_it(tmp_path: Path) -> None:
    make_key(tmp_path / "vault.key")
    vault(tmp_path).set(salting.TARGET, salting.NAME, "short", NOW)
    with pytest.raises(VaultError, match="salt-key"):
        salting.salts(vault(tmp_path))
    (tmp_path / "vault.key").unlink()
    make_key(tmp_path / "vault.key")
    with pytest.raises(VaultError, match="密钥不对"):
        salting.salts(vault(tmp_path))


def test_the_workspace_hands_them_to_whoever_bundles(tmp_path: Path) -> None:
    initialise(tmp_path / "ws")
    house = Workspace.open(tmp_path / "ws").house()
    salts = house.salting()
    assert salts is not None
    assert (tmp_path / "ws" / "vault.age").exists()
