"""What signs with SM2: a key file with its passphrase as log-in secrets are kept, or a program with the key elsewhere."""

from __future__ import annotations

import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from collector import doctor, sealing
from collector.access_cli import vault as vault_commands
from collector.errors import WorkspaceError
from collector.initialise import initialise
from collector.sealing import Sm2Settings
from collector.sm2_signing import digest_of
from collector.vault import KeyPlace, Vault, make_key
from collector.workspace import Workspace
from evidence import sm2 as signing
from evidence.errors import SealError
from evidence.sm2 import SecondSigner
from tests import sm2
from tests.sm2 import Key

DATA = b"tag manifest\n"
SECRET = "correct horse 电池"
SIGNING = """
import base64, json, subprocess, sys
asked = json.load(sys.stdin)
assert asked["id"] == "1234567812345678" and len(asked["sm3"]) == 64
open("data", "wb").write(base64.b64decode(asked["data"]))
sign = "openssl dgst -sm3 -sign sm2.key -sigopt distid:1234567812345678 data".split()
made = subprocess.run(sign, capture_output=True, check=True).stdout
print(json.dumps({"signature": base64.b64encode(made).decode(), "certificate": open("sm2.pem").read()}))
"""


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    make_key(tmp_path / "vault.key")
    return Vault(path=tmp_path / "vault.age", place=KeyPlace(file=tmp_path / "vault.key"))


@pytest.fixture
def key(tmp_path: Path) -> Key:
    """A key in the folder, locked."""
    open_ = sm2.key(tmp_path)
    (tmp_path / "sm2.pem").write_bytes(open_.certified("示范市"))
    shut = [
        "openssl",
        "pkey",
        "-in",
        str(open_.file),
        "-aes256",
        "-passout",
        "stdin",
        "-out",
        str(tmp_path / "shut.key"),
    ]
    subprocess.run(shut, input=SECRET.encode(), check=True, capture_output=True)
    return open_


def signer(folder: Path, vault: Vault, **settings: object) -> SecondSigner:
    found = sealing.second(folder, Sm2Settings(certificate="sm2.pem", **settings), vault)  # type: ignore[arg-type]
    assert found is not None
    return found


def good(made: signing.Signature) -> bool:
    return signing.check(DATA, made.signature, signing.read_certificate(made.signer)).passed is True


def program(folder: Path, text: str) -> tuple[str, ...]:
    (folder / "sign.py").write_text(text)
    return "/bin/sh", "-c", f"cd {shlex.quote(str(folder))} && exec {shlex.quote(sys.executable)} sign.py"


def test_a_key_that_is_not_locked_needs_no_passphrase(tmp_path: Path, key: Key, vault: Vault) -> None:
    assert good(signer(tmp_path, vault, key="sm2.key").sign(DATA))


def test_the_passphrase_comes_from_a_variable_a_mounted_file_or_the_vault(
    tmp_path: Path, key: Key, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = signer(tmp_path, vault, key="shut.key")
    with pytest.raises(SealError, match="口令没有找到"):
        shut.sign(DATA)
    vault.set("sm2", "passphrase", SECRET, datetime.now(UTC))
    assert good(shut.sign(DATA))
    (tmp_path / "mounted" / "sm2").mkdir(parents=True)
    (tmp_path / "mounted" / "sm2" / "passphrase").write_text("some other")
    monkeypatch.setenv("QUZHENG_SECRETS_DIR", str(tmp_path / "mounted"))
    with pytest.raises(SealError, match="不能签名") as caught:
        shut.sign(DATA)
    assert SECRET not in str(caught.value) and "some other" not in str(caught.value)
    monkeypatch.setenv("QUZHENG_SECRET_SM2_PASSPHRASE", SECRET)
    assert good(shut.sign(DATA))


def test_a_key_that_is_not_there_signs_nothing(tmp_path: Path, key: Key, vault: Vault) -> None:
    with pytest.raises(SealError, match=r"absent\.key"):
        signer(tmp_path, vault, key="absent.key").sign(DATA)
    assert sealing.second(tmp_path, None, vault) is None


def test_a_program_signs_with_the_key_elsewhere(tmp_path: Path, key: Key, vault: Vault) -> None:
    assert good(signer(tmp_path, vault, command=program(tmp_path, SIGNING)).sign(DATA))


def test_the_digest_a_device_gets_is_the_one_that_is_signed() -> None:
    """GB/T 32918.5-2017, annex A.2: Z, then e."""
    x = "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    y = "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
    found = digest_of(b"message digest", bytes(26) + b"\x04" + bytes.fromhex(x + y))
    assert found.hex().upper() == "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640"
    with pytest.raises(SealError, match="未压缩"):
        digest_of(b"", bytes(26) + b"\x02" + bytes(64))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise SystemExit('no UKey')", "no UKey"),
        ("print('nonsense')", "JSON"),
        ("print('[' * 100000)", "JSON"),
        ("print('{\"signature\": 5}')", "JSON"),
        ('print(\'{"signature": "****"}\')', "base64"),
        ('print(\'{"signature": "AAAA"}\')', "与证书"),
        (SIGNING.replace('open("sm2.pem").read()', '"x"'), "另一张证书"),
        (SIGNING.replace('base64.b64decode(asked["data"])', 'b"other"'), "与证书"),
        ("import time; time.sleep(60)", "没有完成"),
    ],
)
def test_a_program_that_does_not_sign_is_a_fault(tmp_path: Path, key: Key, vault: Vault, text: str, said: str) -> None:
    second = signer(tmp_path, vault, command=program(tmp_path, text), command_seconds=2)
    with pytest.raises(SealError, match=said):
        second.sign(DATA)


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ("{certificate: a.pem}", "sm2.key"),
        ("{certificate: a.pem, key: a.key, command: [x]}", "sm2.key"),
        ("{certificate: a.pem, command: [x], command_seconds: 0}", "sm2.command_seconds"),
        ("{key: a.key}", "certificate"),
    ],
)
def test_settings_that_cannot_be_used_are_told_with_their_line(tmp_path: Path, written: str, where: str) -> None:
    settings = initialise(tmp_path)
    settings.write_text(settings.read_text("utf-8") + f"  sm2: {written}\n", "utf-8")
    with pytest.raises(WorkspaceError, match=where):
        Workspace.open(tmp_path)


def test_a_workspace_has_it_where_its_settings_say_so_and_keeps_its_files(tmp_path: Path) -> None:
    settings = initialise(tmp_path)
    assert Workspace.open(tmp_path).house().second is None
    settings.write_text(settings.read_text("utf-8") + "  sm2: {certificate: seal/a.pem, key: seal/a.key}\n", "utf-8")
    house = Workspace.open(tmp_path).house()
    assert house.second is not None and house.second.required
    assert tmp_path / "seal" / "a.pem" in house.papers.files
    assert tmp_path / "seal" / "a.key" in house.papers.keys
    assert tmp_path / "seal" / "a.key" not in house.papers.files


def test_the_doctor_says_whether_it_would_sign(tmp_path: Path) -> None:
    settings = initialise(tmp_path)
    key = sm2.key(tmp_path / "seal")
    (tmp_path / "seal" / "sm2.pem").write_bytes(key.certified("示范市"))
    settings.write_text(
        settings.read_text("utf-8") + "  sm2: {certificate: seal/sm2.pem, key: seal/sm2.key}\n", "utf-8"
    )
    assert "signs, certificate" in doctor._second(tmp_path)
    key.file.unlink()
    with pytest.raises(SealError, match=r"sm2\.key"):
        doctor._second(tmp_path)


def test_the_command_that_keeps_log_in_secrets_keeps_the_passphrase_too(tmp_path: Path) -> None:
    initialise(tmp_path)
    opened = Workspace.open(tmp_path)
    kept = CliRunner().invoke(vault_commands, ["set", "-w", str(tmp_path), "sm2", "passphrase"], input=f"{SECRET}\n")
    assert kept.exit_code == 0 and SECRET not in kept.output, kept.output
    assert sealing._passphrase(Vault(path=opened.vault_path, place=opened.key_place)) == SECRET
