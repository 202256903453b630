"""Who vouches for a bundle's time: the office alone says so in one line; a cosignature counts only if the reader knows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evidence import canonical, checkpoints, note, seal
from evidence.anchors import ALONE
from evidence.manifest import ANCHOR, ANCHOR_PROOF, CHECKPOINT
from evidence.model import Verdict
from evidence.note import NoteSignature
from evidence.seal import Signer, make_office_key
from evidence.verify import verify
from tests.evidence import bundles, factory
from tests.evidence.bundles import Office
from tests.hostile import agreement

NOW = factory.NOON + timedelta(days=3)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return bundles.office(tmp_path / "office")


@pytest.fixture
def archive(tmp_path: Path) -> Signer:
    return Signer.load(*make_office_key(tmp_path / "archive", "示范市档案馆"))


@pytest.fixture
def trust(office: Office, archive: Signer, tmp_path: Path) -> Path:
    file = tmp_path / "trust.pem"
    file.write_bytes(office.signer.certificate_pem + archive.certificate_pem)
    return file


def cosigned(office: Office, archive: Signer, folder: Path) -> int:
    """Have the present state cosigned and taken back; return its size."""
    made = checkpoints.export(office.holdings, office.signer, folder, by="张三", now=NOW)
    data = note.cosigned(made.note.read_bytes(), archive)
    return checkpoints.take(office.holdings, data, office.signer).size


def night(office: Office) -> None:
    at = factory.NOON + timedelta(days=4)
    bundles.planned(office.holdings, "N4", at)
    bundles.admitted(office.holdings, "N4/shifan/home/1", started=at, html="<p>后来</p>")


def vouched(verdict: Verdict) -> tuple[str, ...]:
    assert verdict.holds(), verdict
    return tuple(said for said in verdict.notices if "签名" in said or ALONE in said)


def test_without_a_cosignature_only_the_office_vouches(office: Office, tmp_path: Path, trust: Path) -> None:
    path = office.bundle(tmp_path / "b.zip").path
    assert vouched(verify(path, trust=trust)) == (ALONE,)
    assert ANCHOR not in bundles.members(path)


def test_the_offices_own_second_certificate_is_no_witness(office: Office, tmp_path: Path, trust: Path) -> None:
    """Its key signed both; a name proves nothing."""
    path = office.bundle(tmp_path / "b.zip").path
    assert vouched(verify(path, trust=office.certificate)) == (ALONE,)


def test_the_bundles_own_state_cosigned_names_who(office: Office, archive: Signer, tmp_path: Path, trust: Path) -> None:
    size = cosigned(office, archive, tmp_path / "out")
    path = office.bundle(tmp_path / "b.zip").path
    files = bundles.members(path)
    assert ANCHOR not in files, "the note itself carries the signature"
    assert note.parse(files[CHECKPOINT]).size == size
    (said,) = vouched(verify(path, trust=trust))
    assert "示范市档案馆" in said and seal.fingerprint(archive.certificate) in said and f"{size} 项" in said
    assert agreement.both_hold(path)


def test_a_state_cosigned_before_later_nights_goes_along_with_the_proof(
    office: Office, archive: Signer, tmp_path: Path, trust: Path
) -> None:
    size = cosigned(office, archive, tmp_path / "out")
    night(office)
    path = office.bundle(tmp_path / "b.zip").path
    files = bundles.members(path)
    assert note.parse(files[ANCHOR]).size == size < note.parse(files[CHECKPOINT]).size
    (said,) = vouched(verify(path, trust=trust))
    assert f"{size} 项" in said
    assert agreement.both_hold(path)


def test_a_state_cosigned_after_the_bundles_own_goes_along_too(
    office: Office, archive: Signer, tmp_path: Path, trust: Path
) -> None:
    office.bundle(tmp_path / "first.zip")
    bundles.admitted(office.holdings, "N9/other/home/1", target=factory.target(id="other"))
    size = cosigned(office, archive, tmp_path / "out")
    path = office.bundle(tmp_path / "b.zip").path
    assert note.parse(bundles.members(path)[CHECKPOINT]).size < size
    assert f"{size} 项" in vouched(verify(path, trust=trust))[0]


def test_a_state_cosigned_before_the_records_vouches_for_nothing(
    office: Office, archive: Signer, tmp_path: Path, trust: Path
) -> None:
    young = bundles.office(tmp_path / "young", nights=0)
    ledger = young.holdings.ledger
    early = checkpoints.export(young.holdings, young.signer, tmp_path / "out", by="张三", now=NOW)
    night(young)
    later = young.holdings.rows("shifan", "home")[-1]
    finding = factory.finding(young.holdings.record(later.record), at=NOW + timedelta(days=9))
    checkpoints.take(young.holdings, note.cosigned(early.note.read_bytes(), archive), young.signer)
    assert ledger.checkpoints()[0].others((young.signer.key_id,))
    record = young.holdings.record(later.record)
    dossier = replace(
        young.dossier,
        finding=finding,
        exhibits=(replace(young.dossier.exhibits[0], record=record, reading=factory.reading(record), earlier=None),),
    )
    path = replace(young, dossier=dossier).bundle(tmp_path / "b.zip").path
    assert ANCHOR not in bundles.members(path)
    verdict = verify(path)
    assert [said for said in verdict.notices if ALONE in said] == [ALONE]


def test_a_cosignature_by_a_key_the_reader_does_not_know_is_counted_and_named_no_witness(
    office: Office, archive: Signer, tmp_path: Path
) -> None:
    cosigned(office, archive, tmp_path / "out")
    path = office.bundle(tmp_path / "b.zip").path
    for trust in (None, office.certificate):
        (said,) = vouched(verify(path, trust=trust))
        assert said.startswith(ALONE) and "1 行联署" in said


def test_a_false_cosignature_under_a_known_name_is_no_witness(
    office: Office, archive: Signer, tmp_path: Path, trust: Path
) -> None:
    made = checkpoints.export(office.holdings, office.signer, tmp_path / "out", by="张三", now=NOW)
    false = NoteSignature(name=archive.name, key_id=archive.key_id, signature=archive.sign_note(b"other"))
    given = replace(made.state, signatures=(*made.state.signatures, false))
    checkpoints.take(office.holdings, given.encode(), office.signer)
    path = office.bundle(tmp_path / "b.zip").path
    assert vouched(verify(path, trust=trust))[0].startswith(ALONE)


def failed(verdict: Verdict) -> set[str]:
    return {check.name for check in verdict.checks if check.passed is False}


def test_an_anchor_that_is_no_state_of_the_same_ledger_fails(office: Office, archive: Signer, tmp_path: Path) -> None:
    cosigned(office, archive, tmp_path / "out")
    night(office)
    files = bundles.members(office.bundle(tmp_path / "b.zip").path)
    state = note.parse(files[ANCHOR])
    proof = canonical.decode(files[ANCHOR_PROOF])
    without = {path: data for path, data in files.items() if path != ANCHOR_PROOF}
    alone = {path: data for path, data in files.items() if path != ANCHOR}
    other = {**proof, "proof": {"path": proof["proof"]["path"][:-1]}}
    lies = [
        {**files, ANCHOR: replace(state, root=bytes(32)).encode()},
        {**files, ANCHOR: replace(state, size=state.size - 1).encode()},
        {**files, ANCHOR: replace(state, origin="elsewhere").encode()},
        {**files, ANCHOR: files[CHECKPOINT]},
        {**files, ANCHOR: b"nothing"},
        {**files, ANCHOR_PROOF: canonical.encode(other)},
        {**files, ANCHOR_PROOF: b"[]"},
        without,
        alone,
    ]
    for one in lies:
        path = bundles.resealed(one, office.signer, tmp_path / "forged.zip")
        assert failed(verify(path)) == {"checkpoint"}
        assert not agreement.both_hold(path)


def test_a_bundle_that_cannot_be_read_says_nothing_of_its_time(tmp_path: Path) -> None:
    path = tmp_path / "none.zip"
    path.write_bytes(b"none")
    assert verify(path).notices == ()
