"""A bundle brings the cleanliness check after each run of its records, or says plainly that none was made, and why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evidence import after_checks, aftercheck, canonical, verify_alone, words
from evidence.holdings import Holdings
from evidence.manifest import FIRST_SHEET
from evidence.soundness import examine
from evidence.verify import verify
from tests.evidence import bundles
from tests.hostile import agreement, chains, corpus
from tests.hostile.chains import RUN, after_of, entered, office_of_a_run
from tests.hostile.corpus import CORPUS
from tests.hostile.specimens import Bench


def notices(path: Path) -> str:
    assert agreement.both_hold(path), "and both have the same notices"
    return "\n".join(verify(path).notices)


def first_sheet(path: Path) -> str:
    return bundles.members(path)[FIRST_SHEET].decode()


def report(path: Path) -> str:
    return re.sub("<[^>]*>", "", bundles.members(path)["data/report/index.html"].decode())


def test_the_check_after_the_run_is_in_the_bundle_and_on_its_first_sheet(tmp_path: Path) -> None:
    office, before = office_of_a_run(tmp_path)
    entered(office, before)
    path = office.bundle(tmp_path / "b.zip").path
    files = bundles.members(path)
    after = canonical.encode(after_of(RUN, before))
    assert after in files.values()
    assert "清洁性检查" not in notices(path)
    assert "采集前共检查1项次，通过1项次；采集后共检查1项次，通过1项次" in first_sheet(path)
    assert "未作事后检查" not in report(path) + first_sheet(path)
    assert words.CLEANLINESS["unchanged"] in report(path)
    assert examine(office.holdings).faults == ()


def test_of_a_run_that_was_killed_it_says_that_none_was_made_and_why(tmp_path: Path) -> None:
    office, before = office_of_a_run(tmp_path)
    entered(office, before, ended=False)
    path = office.bundle(tmp_path / "b.zip").path
    said = "1 轮采集未作事后清洁性检查（该轮采集在检查之前中断，或制作本包时尚未结束）：N2"
    assert said in notices(path)
    assert "N2轮未作事后检查（该轮采集在检查之前中断，或制作本包时尚未结束）" in first_sheet(path)
    assert "未作事后检查：该轮采集在检查之前中断" in report(path)


def test_of_what_an_older_version_captured_it_says_that_none_was_entered(tmp_path: Path) -> None:
    office, _ = office_of_a_run(tmp_path, {"schema": "cleanliness/1", "moment": "before", "checks": []})
    path = office.bundle(tmp_path / "b.zip").path
    assert "1 轮采集没有事后清洁性检查（由旧版程序采集，事后检查没有记入台账）：N2" in notices(path)


def test_a_run_that_ended_since_the_bundle_was_made_gives_another_bundle(tmp_path: Path) -> None:
    office, before = office_of_a_run(tmp_path)
    entered(office, before, ended=False)
    assert "未作事后" in notices(office.bundle(tmp_path / "b.zip").path)
    kept = office.holdings.store.put(canonical.encode(after_of(RUN, before)), "application/json")
    aftercheck.end(office.holdings, RUN, before, kept.sha256)
    assert "未作事后" not in notices(office.bundle(tmp_path / "c.zip").path)


def test_how_often_a_run_was_cut_off_is_counted_though_the_machine_stayed_the_same(tmp_path: Path) -> None:
    holdings = Holdings.open(tmp_path)
    before, other = "a" * 64, "b" * 64
    for n, one in enumerate((before, before, other)):
        aftercheck.begin(holdings, "N1", one)
        assert aftercheck.cut_off(holdings, "N1") == n
    aftercheck.end(holdings, "N1", other, "c" * 64)
    aftercheck.begin(holdings, "N2", before)
    assert aftercheck.cut_off(holdings, "N2") == 0
    keys = [leaf.key for leaf in holdings.ledger.leaves()]
    assert keys[:3] == [f"N1/{before}/0001", f"N1/{before}/0002", f"N1/{other}/0001"]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return corpus.bench(tmp_path_factory.mktemp("bench"))


LIES = [name for name in CORPUS if name.startswith("check_after")]


@pytest.mark.parametrize("name", LIES)
def test_with_that_question_blinded_each_lie_about_it_goes_through(
    bench: Bench, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = CORPUS[name].make(bench)
    assert agreement.failed(agreement.both(path)) == {"records"}
    monkeypatch.setattr(after_checks, "faults", lambda question: iter(()))
    monkeypatch.setattr(verify_alone, "_after_faults", lambda question: iter(()))
    assert not agreement.failed(agreement.both(path))


def test_there_are_lies_to_tell() -> None:
    assert len(LIES) == 5
    assert chains.OMISSIONS
