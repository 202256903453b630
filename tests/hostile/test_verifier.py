"""The verifier before damaged and forged bundles: it says false by name, and never stumbles."""

from __future__ import annotations

import json
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence import bag, canonical, checks, opened, seal, zipform
from evidence import verify as verifying
from evidence.errors import SealError
from evidence.manifest import CHECKPOINT, MANIFEST, Manifest
from evidence.model import Finding, Record, TargetRef, Verdict
from evidence.question import Question
from evidence.seal import Answer
from evidence.verify import verify
from tests.evidence import bundles, factory
from tests.evidence.bundles import Members
from tests.hostile import specimens
from tests.hostile.specimens import NEVER_FALSE, SPECIMENS, Bench

REGISTRIES = (verifying.REQUIRED, verifying.CONDITIONAL, verifying.BESIDE)
ALL = {name: check for registry in REGISTRIES for name, check in registry.items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return specimens.bench(tmp_path_factory.mktemp("bench"))


@pytest.fixture
def bench(whole: Bench, tmp_path: Path) -> Bench:
    return replace(whole, folder=tmp_path)


def failed(verdict: Verdict) -> set[str]:
    return {check.name for check in verdict.checks if check.passed is False}


def verdict_on(bench: Bench, path: Path) -> Verdict:
    """Ask with the certificates of the office and of the authority as those that are trusted."""
    return verify(path, trust=bench.trust)


def test_the_untouched_bundle_and_its_copy_hold(bench: Bench) -> None:
    copy = bench.folder / "anything.bin"
    shutil.copy(bench.whole, copy)
    for path in (bench.whole, copy):
        verdict = verdict_on(bench, path)
        assert verdict.holds()
        assert failed(verdict) == set()
        assert not verdict.holds(strict=True), "there is no time-stamp"


def test_the_checks_have_the_names_of_the_contract() -> None:
    assert list(verifying.REQUIRED) == [
        "files",
        "names",
        "zip form",
        "bag",
        "manifest",
        "records",
        "ledger inclusion",
        "checkpoint",
        "signature",
    ]
    assert list(verifying.CONDITIONAL) == [
        "signer trusted",
        "time-stamp",
        "time-stamp trusted",
        "order of times",
        "series-complete",
    ]
    assert list(verifying.BESIDE) == ["sm2 signature", "sm2 signer trusted"]


def test_there_is_a_specimen_for_every_check_that_can_fail() -> None:
    assert set(SPECIMENS) == set(ALL) - NEVER_FALSE


@pytest.mark.parametrize("name", SPECIMENS)
def test_each_specimen_is_seen_by_its_check_alone(bench: Bench, name: str) -> None:
    verdict = verdict_on(bench, SPECIMENS[name](bench))
    assert failed(verdict) == {name}, verdict
    assert not verdict.holds()


@pytest.mark.parametrize("name", SPECIMENS)
def test_a_verifier_with_one_check_blinded_lets_its_specimen_through(
    bench: Bench, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were a check ever to say true of everything, the test above would turn red: it is the only one that sees."""
    path = SPECIMENS[name](bench)

    def blind(question: Question) -> Answer:
        return Answer(passed=True, detail="blind")

    registry = next(one for one in REGISTRIES if name in one)
    monkeypatch.setitem(registry, name, blind)
    assert verdict_on(bench, path).holds()


def test_no_flipped_bit_is_missed(bench: Bench, full: bool) -> None:
    data, luck = bench.whole.read_bytes(), random.Random()
    for _ in range(5000 if full else 80):
        place, bit = luck.randrange(len(data)), luck.randrange(8)
        damaged = bytearray(data)
        damaged[place] ^= 1 << bit
        bench.out.write_bytes(bytes(damaged))
        assert not verify(bench.out).holds(), f"bit {bit} of byte {place}"


def test_no_flipped_bit_of_the_seal_is_missed(bench: Bench) -> None:
    """The bytes at the end, where signature, certificate, headers and the zip's directory lie."""
    data, luck = bench.whole.read_bytes(), random.Random()
    start = data.index(b"seal/seal-sha256.txt", data.index(b"PK\x03\x04")) - 200
    for _ in range(60):
        place = luck.randrange(start, len(data))
        damaged = bytearray(data)
        damaged[place] ^= 1 << luck.randrange(8)
        bench.out.write_bytes(bytes(damaged))
        assert not verify(bench.out).holds(), f"byte {place}"


def dropped(files: Members, path: str) -> Members:
    return {name: data for name, data in files.items() if name != path}


def swapped(files: Members, path: str) -> Members:
    other = next(name for name in files if name != path and files[name] != files[path])
    return {**files, path: files[other], other: files[path]}


MEMBER_DAMAGES: dict[str, Callable[[Members, str], Members]] = {
    "dropped": dropped,
    "renamed": lambda files, path: {(name + "x" if name == path else name): data for name, data in files.items()},
    "appended": lambda files, path: {**files, path: files[path] + b" "},
    "truncated": lambda files, path: {**files, path: files[path][:-1]},
    "emptied": lambda files, path: {**files, path: b""},
    "swapped": swapped,
    "moved": lambda files, path: {**dropped(files, path), path: files[path]},
    "beside": lambda files, path: {**files, path + ".bak": files[path]},
}


@pytest.mark.parametrize("damage", MEMBER_DAMAGES)
def test_no_damage_to_a_member_is_missed(bench: Bench, damage: str) -> None:
    """The zip is written anew in the permitted form each time, so that its own checks do not help."""
    files = bench.files
    for path in files:
        damaged = MEMBER_DAMAGES[damage](files, path)
        if list(damaged.items()) != list(files.items()):
            bundles.zipped(damaged, bench.name, bench.out)
            assert failed(verify(bench.out)) - {"zip form"}, f"{path} {damage}"


def test_a_second_member_of_the_same_name_is_seen(bench: Bench) -> None:
    shutil.copy(bench.whole, bench.out)
    with zipfile.ZipFile(bench.out, "a") as zipped, pytest.warns(UserWarning, match="Duplicate"):
        zipped.writestr(zipped.namelist()[6], b"other")
    assert {"names", "zip form"} <= failed(verify(bench.out))


def test_another_name_for_the_folder_is_seen(bench: Bench) -> None:
    bundles.zipped(bench.files, "quzheng-000000000000", bench.out)
    assert failed(verify(bench.out)) == {"names"}


def test_a_member_outside_the_folder_is_seen(bench: Bench) -> None:
    with bench.out.open("w+b") as stream:
        named = {f"{bench.name}/{path}": data for path, data in bench.files.items()}
        zipform.write(stream, [(n, partial(BytesIO, d)) for n, d in {**named, "../x": b"x"}.items()])
    assert failed(verify(bench.out)) == {"names"}


def forged_record(bench: Bench, **fields: object) -> Path:
    """Change a record, give it its new id, and put the finding and the manifest right."""
    files = bench.files
    path = sorted(path for path in files if path.startswith("data/records/"))[0]
    record = Record.load(canonical.decode(files[path]))
    changed = replace(record, capture=replace(record.capture, **fields))
    files[path.replace(record.id, changed.id)] = canonical.encode(changed.plain())
    del files[path]
    text = {name: data.replace(record.id.encode(), changed.id.encode()) for name, data in files.items()}
    return bench.resealed({name.replace(record.id, changed.id): data for name, data in text.items()})


def test_a_record_that_never_was_in_the_ledger_cannot_be_put_in(bench: Bench) -> None:
    assert "ledger inclusion" in failed(verify(forged_record(bench, reason="made up")))


def test_a_record_under_another_records_name_is_seen(bench: Bench) -> None:
    files = bench.files
    one, other = sorted(path for path in files if path.startswith("data/records/"))
    files[one], files[other] = files[other], files[one]
    assert "records" in failed(verify(bench.resealed(files)))


def test_a_proof_of_another_leaf_is_seen(bench: Bench) -> None:
    files = bench.files
    one, other, *_ = sorted(path for path in files if path.startswith("data/ledger/proofs/"))
    files[one], files[other] = files[other], files[one]
    assert failed(verify(bench.resealed(files))) == {"ledger inclusion"}


def test_a_checkpoint_of_another_state_is_seen(bench: Bench) -> None:
    ledger = bench.office.holdings.ledger
    smaller = ledger.state(ledger.size - 2).signed(bench.office.signer)
    assert failed(verify(bench.resealed({**bench.files, CHECKPOINT: smaller.encode()}))) == {"ledger inclusion"}


def test_a_missing_artifact_that_no_list_names_any_more_is_seen(bench: Bench) -> None:
    files = bench.files
    path = next(path for path in files if path.endswith(".png"))
    assert failed(verify(bench.resealed(dropped(files, path)))) == {"records"}


def test_a_finding_on_another_target_than_its_exhibits_is_seen(bench: Bench) -> None:
    files = bench.files
    path = next(path for path in files if path.startswith("data/findings/"))
    finding = Finding.load(canonical.decode(files[path]))
    files[path] = canonical.encode(replace(finding, target="other").plain())
    assert "records" in failed(verify(bench.resealed(files)))


def test_a_manifest_about_another_finding_is_seen(bench: Bench) -> None:
    def describe(manifest: Manifest) -> Manifest:
        return replace(manifest, findings=(replace(manifest.findings[0], state="clear"),))

    path = bundles.resealed(bench.files, bench.office.signer, bench.out, describe=describe)
    assert failed(verify(path)) == {"records"}


def test_a_manifest_about_another_target_is_seen(bench: Bench) -> None:
    def describe(manifest: Manifest) -> Manifest:
        target: TargetRef = factory.target(id="innocent")
        return replace(manifest, subject=replace(manifest.subject, targets=(target,)))

    path = bundles.resealed(bench.files, bench.office.signer, bench.out, describe=describe)
    assert failed(verify(path)) == {"records", "series-complete"}


def test_a_later_format_is_refused_with_what_to_do(bench: Bench) -> None:
    def describe(manifest: Manifest) -> Manifest:
        return replace(manifest, format=7)

    verdict = verify(bundles.resealed(bench.files, bench.office.signer, bench.out, describe=describe))
    assert failed(verdict) == {"manifest"}
    assert any("相应版本" in check.detail for check in verdict.checks)


def test_a_seal_by_anyone_is_a_seal_until_the_reader_says_whom_he_trusts(bench: Bench) -> None:
    path = SPECIMENS["signer trusted"](bench)
    verdict = verify(path)
    assert verdict.holds()
    trusted = next(check for check in verdict.checks if check.name == "signer trusted")
    assert trusted.passed is None
    assert seal.fingerprint(bench.office.signer.certificate) not in trusted.detail


def test_stripping_the_seal_makes_it_fail(bench: Bench) -> None:
    files = {path: data for path, data in bench.files.items() if not path.startswith("seal/")}
    bundles.zipped(files, bench.name, bench.out)
    assert {"signature", "checkpoint"} <= failed(verify(bench.out))


def test_without_openssl_nothing_holds_and_it_says_why(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    verdict = verify(bench.whole)
    (signature,) = [check for check in verdict.checks if check.name == "signature"]
    assert signature.passed is None
    assert "openssl" in signature.detail
    assert not verdict.holds()


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"1e400",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"a":' * 50_000,
        b'{"files":' + b"[{}," * 50_000,
        b'{"format":0.5}',
        b'{"format":' + b"9" * 5000 + b"}",
        b'{"bundle":"\\ud800"}',
        b'{"a":1,"a":2}',
        b'{"schema":"manifest/1"}',
        b'{"schema":"manifest/9"}',
        b'{"schema":"manifest/1","format":true}',
    ],
)
@pytest.mark.parametrize("path", [MANIFEST, "record", "finding", "proof", CHECKPOINT, bag.MANIFEST, bag.SIGNER])
def test_a_hostile_document_is_a_failed_check(bench: Bench, path: str, document: bytes) -> None:
    files = bench.files
    named = {"record": "data/records/", "finding": "data/findings/", "proof": "data/ledger/proofs/"}
    place = next(name for name in files if name.startswith(named.get(path, path)))
    bundles.zipped({**files, place: document}, bench.name, bench.out)
    verdict = verify(bench.out)
    assert failed(verdict)
    assert not verdict.holds()


ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.text(max_size=8),
    st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2021-02-30", "../x", "a" * 64]),
    st.just([]),
    st.just({}),
    st.lists(st.integers(0, 9), max_size=4),
)


def places(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Yield the path of every value inside a document."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield from places(below, (*path, key))


def with_value(document: object, path: tuple[object, ...], value: object) -> object:
    """Return the document with the value at `path` replaced."""
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)  # type: ignore[call-overload]
    copy[path[0]] = with_value(copy[path[0]], path[1:], value)
    return copy


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_odd_value_in_a_document_is_an_accident(bench: Bench, data: st.DataObject) -> None:
    """The forger with the key writes what he likes into records, findings, proofs and manifest, and reseals."""
    files = bench.files
    kinds = ("data/records/", "data/findings/", "data/ledger/proofs/", MANIFEST)
    path = data.draw(st.sampled_from([name for name in files if name.startswith(kinds)]))
    document = canonical.decode(files[path])
    place = data.draw(st.sampled_from(sorted(places(document), key=repr)))
    odd = canonical.encode(with_value(document, place, data.draw(ODD_VALUES)))
    inside = bundles.payload({**files, path: odd})
    bundles.zipped(bundles.sealed(bench.name, inside, bench.office.signer), bench.name, bench.out)
    verdict = verify(bench.out)
    assert len(verdict.checks) == len(ALL) - len(verifying.BESIDE)
    assert not verdict.holds() or odd == files[path]


def test_a_document_without_end_is_refused_unread(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "MAX_DOCUMENT", 10)
    monkeypatch.setattr(opened.Opened.read, "__defaults__", (10,))
    monkeypatch.setattr(opened.Opened.document, "__defaults__", (10,))
    verdict = verify(bench.whole)
    assert "records" in failed(verdict)
    assert any("超过上限" in check.detail for check in verdict.checks)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x00" * 5000, b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_bundle_is_a_verdict_too(bench: Bench, data: bytes) -> None:
    bench.out.write_bytes(data)
    verdict = verify(bench.out)
    assert failed(verdict) == {"zip form"}
    assert not verdict.holds()
    assert len(verdict.checks) == len(ALL) - len(verifying.BESIDE)


def test_a_file_that_is_not_there_is_a_verdict_too(bench: Bench) -> None:
    assert not verify(bench.folder / "absent.zip").holds()
    assert not verify(bench.folder).holds()


def test_a_truncated_bundle_fails_at_every_length(bench: Bench) -> None:
    data = bench.whole.read_bytes()
    for length in range(0, len(data), len(data) // 40):
        bench.out.write_bytes(data[:length])
        assert not verify(bench.out).holds()


def test_a_verdict_prints_no_control_characters_of_the_bundle(bench: Bench) -> None:
    files = {**bench.files, "data/x": b""}
    with bench.out.open("w+b") as stream:
        named = {f"{bench.name}/{path}\x1b[31m\u0007"[:90]: data for path, data in files.items()}
        zipform.write(stream, [(n, partial(BytesIO, d)) for n, d in named.items()])
    verdict = verify(bench.out)
    assert failed(verdict)
    assert all(check.detail.isprintable() for check in verdict.checks)


def test_a_trust_file_that_is_none_is_the_readers_error(bench: Bench) -> None:
    for data in (b"", b"x" * 99):
        (bench.folder / "trust.pem").write_bytes(data)
        with pytest.raises(SealError, match=r"trust\.pem"):
            verify(bench.whole, trust=bench.folder / "trust.pem")


def test_verifying_writes_nothing_beside_the_bundle(bench: Bench) -> None:
    folder = bench.folder / "alone"
    folder.mkdir()
    shutil.copy(bench.whole, folder / "b.zip")
    folder.chmod(0o555)
    assert verify(folder / "b.zip").holds()
    assert [path.name for path in folder.iterdir()] == ["b.zip"]
    folder.chmod(0o755)


def test_a_long_list_of_faults_is_cut_and_counted(bench: Bench) -> None:
    files = {path: data + b"x" if path.startswith("data/artifacts/") else data for path, data in bench.files.items()}
    bundles.zipped(files, bench.name, bench.out)
    detail = next(check.detail for check in verify(bench.out).checks if check.name == "files")
    assert "另有" in detail
    assert detail.count("；") == checks.SHOWN


def test_a_verdict_is_plain_json(bench: Bench) -> None:
    answers = [{"name": c.name, "passed": c.passed, "detail": c.detail} for c in verify(bench.whole).checks]
    assert json.loads(json.dumps(answers)) == answers
