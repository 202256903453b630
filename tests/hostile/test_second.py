"""Two verifiers that share nothing but FORMAT.md say the same of the same bundles."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.verify import verify
from tests.evidence import bundles
from tests.hostile import second, specimens
from tests.hostile.specimens import SPECIMENS, Bench
from tests.hostile.test_verifier import MEMBER_DAMAGES

READERS_CHOICE = {"signer trusted", "time-stamp trusted", "order of times"}
"""What the second verifier does not ask: whom its reader trusts, and the times."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return specimens.bench(tmp_path_factory.mktemp("bench"))


@pytest.fixture
def bench(whole: Bench, tmp_path: Path) -> Bench:
    return replace(whole, folder=tmp_path)


def test_both_let_the_untouched_bundle_hold(bench: Bench) -> None:
    second.check(bench.whole.read_bytes())
    assert verify(bench.whole).holds()


@pytest.mark.parametrize("name", sorted(set(SPECIMENS) - READERS_CHOICE))
def test_both_refuse_each_specimen(bench: Bench, name: str) -> None:
    path = SPECIMENS[name](bench)
    assert (second.holds(path), verify(path).holds()) == (False, False)


@pytest.mark.parametrize("damage", MEMBER_DAMAGES)
def test_both_refuse_each_damage_to_a_member(bench: Bench, damage: str) -> None:
    path = random.Random().choice([path for path in bench.files if path.startswith("data/")])
    bundles.zipped(MEMBER_DAMAGES[damage](bench.files, path), bench.name, bench.out)
    assert (second.holds(bench.out), verify(bench.out).holds()) == (False, False), path


def test_both_accept_what_the_keys_holder_puts_right(bench: Bench) -> None:
    path = bundles.resealed(bench.files, bench.office.signer, bench.out)
    assert (second.holds(path), verify(path).holds()) == (True, True)


def test_the_second_refuses_every_flipped_bit_as_well(bench: Bench) -> None:
    data, luck = bench.whole.read_bytes(), random.Random()
    for _ in range(100):
        damaged = bytearray(data)
        place = luck.randrange(len(data))
        damaged[place] ^= 1 << luck.randrange(8)
        bench.out.write_bytes(bytes(damaged))
        assert not second.holds(bench.out), place
