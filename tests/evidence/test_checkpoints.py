"""Checkpoints outside the house: exported, cosigned, taken back, proved; what is not one of ours is refused."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evidence import canonical, checkpoints, note, seal, spoken
from evidence.cli import cli
from evidence.errors import LedgerError, SealError
from evidence.holdings import Holdings
from evidence.house import House
from evidence.note import NoteSignature
from evidence.seal import Signer, make_office_key
from tests.evidence import bundles, factory
from tests.evidence.bundles import Office

NOW = factory.NOON + timedelta(days=3)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return bundles.office(tmp_path / "office")


@pytest.fixture
def archive(tmp_path: Path) -> tuple[Path, Path]:
    """Key and certificate of a second office."""
    return make_office_key(tmp_path / "archive", "示范市档案馆")


def said(office: Office, *words: str) -> Result:
    house = House(store=office.holdings.root, signing=lambda: office.signer)
    return CliRunner().invoke(cli, words, obj={"opener": lambda _: house})


def exported(office: Office, out: Path) -> checkpoints.Export:
    return checkpoints.export(office.holdings, office.signer, out, by="张三", now=NOW)


def test_it_signs_for_the_present_and_says_by_whom(office: Office) -> None:
    told = json.loads(said(office, "checkpoint", "--json").output)
    ledger = Holdings.open(office.holdings.root).ledger
    (kept,) = [one for one in ledger.checkpoints() if one.size == told["size"]]
    assert (told["origin"], told["root"]) == (kept.origin, kept.root.hex())
    assert told["fingerprint"] == seal.fingerprint(office.signer.certificate)
    assert kept.of_key(office.signer.key_id)
    assert said(office, "checkpoint").output.splitlines()[1] == f"项数：{told['size']}"


def test_without_a_key_or_a_record_there_is_nothing_to_sign(office: Office, tmp_path: Path) -> None:
    with pytest.raises(SealError, match="没有单位密钥"):
        checkpoints.present(office.holdings, None)
    with pytest.raises(LedgerError, match="还没有任何记录"):
        checkpoints.present(Holdings.open(tmp_path / "empty"), office.signer)


def test_an_export_is_a_line_a_code_and_the_note_and_a_leaf(office: Office, tmp_path: Path) -> None:
    made = exported(office, tmp_path / "out")
    assert made.text.read_text("utf-8") == made.line + "\n"
    assert note.parse(made.note.read_bytes()) == made.state
    assert made.code.read_bytes().startswith(b"\x89PNG") and made.whole_code
    leaf = office.holdings.ledger.leaves()[-1]
    assert (leaf.kind, leaf.key) == ("checkpoint-export", f"{made.state.size}/{made.state.size}")
    event = canonical.decode(office.holdings.store.read(leaf.digest))
    assert (event["schema"], event["by"], event["root"]) == ("checkpoint-export/1", "张三", made.state.root.hex())


def test_each_export_is_a_leaf_of_its_own(office: Office, tmp_path: Path) -> None:
    first, second = exported(office, tmp_path / "a"), exported(office, tmp_path / "b")
    kinds = [leaf.kind for leaf in office.holdings.ledger.leaves()]
    assert kinds.count("checkpoint-export") == 2
    assert first.state.size < second.state.size


def test_the_line_is_heard_right_however_it_is_spaced_and_a_slip_is_noticed(office: Office, tmp_path: Path) -> None:
    made = exported(office, tmp_path / "out")
    state = (made.state.size, made.state.root)
    assert spoken.heard(made.line) == state
    assert spoken.heard(f"  {made.line.replace('-', ' ').lower()}\n") == state
    head, tail = made.line.rsplit("-", 1)
    for digit in range(4):
        wrong = "0" if tail[digit] != "0" else "1"
        with pytest.raises(LedgerError):
            spoken.heard(f"{head}-{tail[:digit]}{wrong}{tail[digit + 1 :]}")
    with pytest.raises(LedgerError):
        spoken.heard(made.line.replace(f" {made.state.size}项", f" {made.state.size + 1}项"))
    for nonsense in ("", "取证台账", made.line[:-1], "取证台账 1项 根 " + "zz-" * 32 + " 校验 0000"):
        with pytest.raises(LedgerError):
            spoken.heard(nonsense)


def test_a_second_office_signs_and_its_signature_is_kept_beside_ours(
    office: Office, archive: tuple[Path, Path], tmp_path: Path
) -> None:
    file = exported(office, tmp_path / "out").note
    done = said(office, "checkpoint", "cosign", str(file), "--key", str(archive[0]), "--cert", str(archive[1]))
    assert done.exit_code == 0, done.output
    assert note.parse(file.read_bytes()).origin in done.output, "who signs sees what"
    taken = said(office, "checkpoint", "take", str(file))
    assert taken.exit_code == 0 and "示范市档案馆" in taken.output
    (kept,) = [one for one in office.holdings.ledger.checkpoints() if len(one.signatures) == 2]
    assert kept.encode() == file.read_bytes()
    theirs = seal.read_certificate(archive[1].read_bytes())
    (line,) = kept.of_key(seal.key_id(theirs))
    assert seal.check_note(kept.text, line.signature, theirs)


def test_taking_a_note_back_twice_is_no_change(office: Office, archive: tuple[Path, Path], tmp_path: Path) -> None:
    data = note.cosigned(exported(office, tmp_path).note.read_bytes(), Signer.load(*archive))
    once = checkpoints.take(office.holdings, data, office.signer)
    assert checkpoints.take(office.holdings, data, office.signer) == once
    assert note.cosigned(data, Signer.load(*archive)) == data


def test_what_is_not_one_of_our_states_is_refused(office: Office, archive: tuple[Path, Path], tmp_path: Path) -> None:
    theirs = Signer.load(*archive)
    state = exported(office, tmp_path).state.signed(theirs)
    forged = [
        replace(state, root=bytes(32)),
        replace(state, size=state.size - 1),
        replace(state, size=10**15),
        replace(state, origin="quzheng-ledger/0000000000000000"),
    ]
    before = office.holdings.ledger.checkpoints()
    for one in forged:
        with pytest.raises(LedgerError, match="不是本台账签过的状态"):
            checkpoints.take(office.holdings, one.encode(), office.signer)
    for nonsense in (b"", b"\xff", b"a\nb\n", state.encode() + b"x"):
        with pytest.raises(LedgerError):
            checkpoints.take(office.holdings, nonsense, office.signer)
    assert office.holdings.ledger.checkpoints() == before


def test_a_note_that_nobody_else_signed_is_refused(office: Office, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="没有其他单位的签名"):
        checkpoints.take(office.holdings, exported(office, tmp_path).note.read_bytes(), office.signer)


def test_a_line_in_our_name_that_we_did_not_make_is_refused(
    office: Office, archive: tuple[Path, Path], tmp_path: Path
) -> None:
    """It would make the check of every bundle false, which asks that all lines by our key be good."""
    state = exported(office, tmp_path).state
    false = NoteSignature(name="x", key_id=office.signer.key_id, signature=b"nothing")
    given = replace(state, signatures=(*state.signatures, false)).signed(Signer.load(*archive))
    with pytest.raises(LedgerError, match="没有收下"):
        checkpoints.take(office.holdings, given.encode(), office.signer)


def test_a_note_that_grew_beyond_all_measure_is_refused(office: Office, tmp_path: Path) -> None:
    state = exported(office, tmp_path).state
    lines = tuple(NoteSignature(name=f"n{n}", key_id=bytes([n] * 4), signature=bytes(200)) for n in range(100))
    with pytest.raises(LedgerError):
        checkpoints.take(office.holdings, replace(state, signatures=lines).encode(), office.signer)


@pytest.mark.parametrize(
    "text", [b"go.sum database tree\n5\nabc=\n", b"one\n\ntwo\n\nthree\n", "任何说明\n".encode()], ids=range(3)
)
def test_any_signed_note_can_be_cosigned(text: bytes, archive: tuple[Path, Path]) -> None:
    data = text + "\n— a.example AAAAAGFiYw==\n".encode()
    signer = Signer.load(*archive)
    signed = note.cosigned(data, signer)
    assert signed.startswith(data) and note.text_of(signed) == text
    line = signed[len(data) :].decode().split(" ")
    assert line[1] == signer.name


@pytest.mark.parametrize(
    "data",
    [b"", b"text\n", b"text\n\n", b"text\n\nno line\n", "a\x1b\n\n— a AAAAAGFiYw==\n".encode(), b"x" * 20_000,
     "a\n\n— a AAAAAGFiYw==".encode(), b"\xff\xfe\n\n"],
    ids=range(8),
)  # fmt: skip
def test_what_is_no_signed_note_is_not_cosigned(data: bytes, archive: tuple[Path, Path]) -> None:
    with pytest.raises(LedgerError, match="not a signed note"):
        note.cosigned(data, Signer.load(*archive))


def test_one_state_is_proved_to_continue_another(office: Office, tmp_path: Path) -> None:
    old = exported(office, tmp_path / "a")
    bundles.admitted(office.holdings, "N3/other/home/9", target=factory.target(id="other"))
    new = exported(office, tmp_path / "b")
    proof = said(office, "checkpoint", "prove", str(old.state.size), str(new.state.size))
    file = tmp_path / "proof.json"
    file.write_text(proof.output)
    done = said(office, "checkpoint", "check", str(old.note), str(new.note), str(file))
    assert (done.exit_code, done.output.startswith("成立")) == (0, True), done.output
    for first, second in ((new.note, old.note), (old.note, old.note)):
        assert said(office, "checkpoint", "check", str(first), str(second), str(file)).exit_code == 3


def test_a_rewritten_ledger_is_found_out(office: Office, tmp_path: Path) -> None:
    old, new = exported(office, tmp_path / "a"), exported(office, tmp_path / "b")
    proof = canonical.encode(office.holdings.ledger.consistency(old.state.size, new.state.size).plain())
    other = replace(old.state, root=bytes(32)).encode()
    elsewhere = replace(old.state, origin="quzheng-ledger/1111111111111111").encode()
    checkpoints.check(old.note.read_bytes(), new.note.read_bytes(), proof)
    damaged = proof.replace(b'"path":["', b'"path":["00', 1)
    swapped = (
        (other, proof),
        (elsewhere, proof),
        (old.note.read_bytes(), damaged),
        (old.note.read_bytes(), b"[]"),
        (old.note.read_bytes(), b"{" * 1000),
        (old.note.read_bytes(), b'{"schema":"consistency/1"}'),
    )
    for older, given in swapped:
        with pytest.raises(LedgerError):
            checkpoints.check(older, new.note.read_bytes(), given)


@pytest.mark.parametrize(("old", "new"), [(1, 10**6), (9, 2)])
def test_a_state_that_never_was_cannot_be_proved(office: Office, old: int, new: int) -> None:
    done = said(office, "checkpoint", "prove", str(old), str(new))
    assert done.exit_code == 1 and "error:" in done.output


def test_the_line_is_checked_by_a_command(office: Office, tmp_path: Path) -> None:
    line = exported(office, tmp_path).line
    assert said(office, "checkpoint", "heard", *line.split()).exit_code == 0
    assert said(office, "checkpoint", "heard", "取证台账", "1项").exit_code == 3


def test_the_note_is_checked_with_openssl_alone(office: Office, archive: tuple[Path, Path], tmp_path: Path) -> None:
    """What FORMAT.md says of a cosignature is enough."""
    signed = note.cosigned(exported(office, tmp_path).note.read_bytes(), Signer.load(*archive))
    last = signed.decode().splitlines()[-1].split(" ")[2]
    script = (
        "base64 -d < line | tail -c +5 > sig; openssl x509 -in cert -noout -pubkey > pub; "
        "openssl dgst -sha256 -verify pub -signature sig text"
    )
    (tmp_path / "line").write_text(last)
    (tmp_path / "cert").write_bytes(archive[1].read_bytes())
    (tmp_path / "text").write_bytes(note.text_of(signed))
    run = subprocess.run(script, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "Verified OK", run.stderr
