"""The tamper corpus before both verifiers: each damage fails the checks it should, and both say the same of every check."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from evidence import series_checks, verify_alone
from evidence.heads import ChainsProof
from evidence.verify import verify
from tests.evidence import bundles
from tests.hostile import agreement, chains, corpus, courses, second
from tests.hostile.corpus import CORPUS
from tests.hostile.specimens import Bench
from tests.hostile.test_verifier import MEMBER_DAMAGES

OF_CERTIFICATE = {"checkpoint", "signature", "signer trusted"}
"""Checks that a damaged certificate fails; one reader of certificates is stricter than another, so perhaps not all of them."""


RICHER: dict[str, courses.Richer] = {
    "a series": lambda bench: bench,
    "a case": courses.course,
    "an answer": courses.answer,
    "an SM2 signature": second.second,
}
"""Bundles of each kind, by what is in them."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return corpus.bench(tmp_path_factory.mktemp("corpus"))


@pytest.fixture
def bench(whole: Bench, tmp_path: Path) -> Bench:
    return replace(whole, folder=tmp_path)


def test_the_untouched_bundle_holds_before_both(bench: Bench) -> None:
    said = agreement.both(bench.whole, bench.office.certificate)
    assert {name for name, passed in said.items() if passed is not True} == {"time-stamp", "time-stamp trusted"}
    assert verify(bench.whole).holds()
    assert verify_alone.verify(str(bench.whole)).holds()


def test_the_corpus_is_large_and_has_something_for_every_check() -> None:
    assert len(CORPUS) >= 160
    assert CORPUS.keys() >= courses.ANSWERED
    seen = {name for one in CORPUS.values() for name in one.fails}
    assert seen == {*verify_alone.REQUIRED, *verify_alone.CONDITIONAL, *verify_alone.BESIDE}


@pytest.mark.parametrize("name", CORPUS)
def test_each_damage_fails_the_checks_it_should_before_both(bench: Bench, name: str) -> None:
    path = CORPUS[name].make(bench)
    trust = bench.folder / "trust.pem"
    trusted = corpus.TRUSTED.get(name, bench.office.signer).certificate_pem
    trust.write_bytes(trusted + corpus.ALSO_TRUSTED.get(name, b""))
    said, one, other = agreement.verdicts(path, trust)
    assert agreement.failed(said) == CORPUS[name].fails
    assert (one.holds(), other.holds()) == (not CORPUS[name].fails,) * 2
    assert not other.holds(strict=True)


@pytest.mark.parametrize("name", chains.OMISSIONS)
def test_with_the_lists_of_chains_blinded_each_omission_goes_through(
    bench: Bench, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So nothing else sees it: were that one question to see nothing, the test above would turn red."""
    path = CORPUS[name].make(bench)
    monkeypatch.setattr(series_checks, "_target_faults", lambda question: iter(()))
    monkeypatch.setattr(verify_alone, "_target_faults", lambda question: iter(()))
    monkeypatch.setattr(ChainsProof, "fault", None)
    monkeypatch.setattr(verify_alone, "_chains_of", blindly)
    assert not agreement.failed(agreement.both(path))


def blindly(question: verify_alone.Question, of: str) -> dict[tuple[str, str], str]:
    """Return what a list of chains says, proved or not."""
    listed = question.bundle.form(verify_alone._chains_path(of), "chains/1")["chains"]
    return {(one["kind"], one["label"]): one["head"] for one in listed}


@pytest.mark.parametrize("kind", RICHER)
def test_both_find_every_flipped_bit_and_say_the_same_of_it(bench: Bench, kind: str, full: bool) -> None:
    data, luck = RICHER[kind](bench).whole.read_bytes(), random.Random()
    for _ in range(1000 if full else 20):
        place, bit = luck.randrange(len(data)), luck.randrange(8)
        damaged = bytearray(data)
        damaged[place] ^= 1 << bit
        bench.out.write_bytes(bytes(damaged))
        one, other = agreement.first(bench.out), agreement.second(bench.out)
        unlike = {name for name in one if one[name] != other[name]}
        certificate = data.rindex(b"-----BEGIN CERTIFICATE-----") <= place < data.rindex(b"-----END CERTIFICATE-----")
        assert unlike <= (OF_CERTIFICATE if certificate else set()), f"bit {bit} of byte {place}"
        assert agreement.failed(one), f"bit {bit} of byte {place}"
        assert agreement.failed(other), f"bit {bit} of byte {place}"


def test_both_find_every_flipped_bit_of_the_certificate_and_the_signature(bench: Bench, full: bool) -> None:
    """Where two readers of certificates may differ in what they take, both still find the flip."""
    data, luck = bench.whole.read_bytes(), random.Random()
    start = data.rindex(b"-----BEGIN CERTIFICATE-----")
    for _ in range(500 if full else 50):
        place, bit = luck.randrange(start, len(data)), luck.randrange(8)
        damaged = bytearray(data)
        damaged[place] ^= 1 << bit
        bench.out.write_bytes(bytes(damaged))
        one, other = agreement.failed(agreement.first(bench.out)), agreement.failed(agreement.second(bench.out))
        assert one, f"bit {bit} of byte {place}"
        assert other, f"bit {bit} of byte {place}"
        assert one ^ other <= OF_CERTIFICATE, f"bit {bit} of byte {place}"


@pytest.mark.parametrize("damage", MEMBER_DAMAGES)
@pytest.mark.parametrize("kind", RICHER)
def test_both_say_the_same_of_each_damage_to_a_member(bench: Bench, kind: str, damage: str, full: bool) -> None:
    bench, luck = RICHER[kind](bench), random.Random()
    files = bench.files
    for path in list(files) if full else luck.sample(list(files), 2):
        damaged = MEMBER_DAMAGES[damage](files, path)
        if list(damaged.items()) != list(files.items()):
            bundles.zipped(damaged, bench.name, bench.out)
            assert agreement.failed(agreement.both(bench.out)), path
