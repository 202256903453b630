"""A bundle leaves out no night: chains from a committed head, plans, losses; and a header's contents verify when disclosed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evidence import canonical, digest, heads, plans
from evidence.errors import LedgerError
from evidence.heads import Head
from evidence.ledger import FileLedger
from evidence.manifest import Manifest, header_path
from evidence.model import Record, Verdict
from evidence.verify import verify
from tests.evidence import bundles, factory
from tests.evidence.bundles import Members, Office

D = [digest.sha256(bytes([n])) for n in range(64)]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return bundles.office(tmp_path / "office", nights=3)


def answer(verdict: Verdict) -> tuple[bool | None, str]:
    (check,) = (check for check in verdict.checks if check.name == "series-complete")
    return check.passed, check.detail


def bundled(office: Office, folder: Path, **fields: object) -> Path:
    return office.bundle(folder / "b.zip", **fields).path


def changed(office: Office, folder: Path, change: Callable[[Members], None], claim: bool = True) -> Path:
    files = bundles.members(bundled(office, folder))
    change(files)

    def describe(manifest: Manifest) -> Manifest:
        return manifest if claim else replace(manifest, series=())

    return bundles.resealed(files, office.signer, folder / "changed.zip", describe=describe)


def of(files: Members, folder: str) -> list[str]:
    return sorted(path for path in files if path.startswith(f"data/{folder}/"))


def test_every_record_of_the_label_is_there_with_contents_for_exhibits_alone(office: Office, tmp_path: Path) -> None:
    path = bundled(office, tmp_path)
    files = bundles.members(path)
    assert (len(of(files, "records")), len(of(files, "headers")), len(of(files, "plans"))) == (2, 3, 5)
    assert answer(verify(path)) == (True, "1 个序列自始至终无缺（shifan/home）")


def test_nothing_of_another_unit_is_in_it(office: Office, tmp_path: Path) -> None:
    said = b"".join(data for name, data in bundles.members(bundled(office, tmp_path)).items() if name.endswith("json"))
    assert b"other" not in said.replace(b'"other"', b"") or b"N0/other" not in said
    assert "别处".encode() not in said


def test_bundling_twice_gives_the_same_and_a_new_night_another_end(office: Office, tmp_path: Path) -> None:
    first, again = bundled(office, tmp_path), office.bundle(tmp_path / "c.zip").path
    assert bundles.payload(bundles.members(first)) == bundles.payload(bundles.members(again))
    night = factory.NOON + timedelta(days=2)
    bundles.planned(office.holdings, "N3", night)
    bundles.admitted(office.holdings, "N3/shifan/home/1", started=night)
    later = office.bundle(tmp_path / "d.zip").path
    assert len(of(bundles.members(later), "headers")) == 4
    assert answer(verify(later))[0] is True


def test_the_window_begins_where_it_says_and_the_record_before_it_proves_so(office: Office, tmp_path: Path) -> None:
    path = bundled(office, tmp_path, since=factory.NOON - timedelta(days=1, hours=1))
    files = bundles.members(path)
    kept = [Record.load(canonical.decode(files[name])).capture.key for name in of(files, "headers")]
    assert sorted(kept) == ["N-1/shifan/home/1", "N-2/shifan/home/1"]
    assert answer(verify(path))[0] is True


def test_each_night_that_is_left_out_turns_it_red(office: Office, tmp_path: Path) -> None:
    for n in range(3):
        path = changed(office, tmp_path, lambda files, n=n: files.pop(of(files, "headers")[n]) and None)  # type: ignore[misc]
        passed, said = answer(verify(path))
        assert passed is False
        assert "缺少记录" in said


def test_the_last_night_cannot_be_left_out_by_an_older_head(office: Office, tmp_path: Path) -> None:
    before = bundles.members(bundled(office, tmp_path))
    night = factory.NOON + timedelta(days=2)
    bundles.planned(office.holdings, "N3", night)
    bundles.admitted(office.holdings, "N3/shifan/home/1", started=night)

    def older_head(files: Members) -> None:
        newest = Record.load(canonical.decode(files[of(files, "headers")[-1]]))
        for path in of(files, "ledger/heads"):
            del files[path]
        files.update({path: before[path] for path in of(before, "ledger/heads")})
        for path in of(files, "headers"):
            if Record.load(canonical.decode(files[path])).capture.key == "N3/shifan/home/1":
                del files[path]
        assert newest

    assert answer(verify(changed(office, tmp_path, older_head)))[0] is False


def test_a_planned_visit_without_record_or_loss_turns_it_red_and_a_declared_loss_does_not(
    office: Office, tmp_path: Path
) -> None:
    night = factory.NOON + timedelta(days=2)
    bundles.planned(office.holdings, "N3", night)
    assert answer(verify(bundled(office, tmp_path)))[0] is None, "a visit under way: nothing is claimed"
    plans.declare_lost(office.holdings, "N3", [("shifan", "home")], night, "killed")
    path = office.bundle(tmp_path / "lost.zip").path
    files = bundles.members(path)
    assert len(of(files, "losses")) == 1
    assert answer(verify(path))[0] is True
    without = dict(files)
    del without[of(files, "losses")[0]]
    forged = bundles.resealed(without, office.signer, tmp_path / "forged.zip")
    passed, said = answer(verify(forged))
    assert passed is False
    assert "N3 轮计划内的访问既无记录，也未声明缺失" in said


def test_a_plan_left_out_turns_it_red(office: Office, tmp_path: Path) -> None:
    for n in range(5):
        path = changed(office, tmp_path, lambda files, n=n: files.pop(of(files, "plans")[n]) and None)  # type: ignore[misc]
        assert answer(verify(path))[0] is False


def test_a_header_that_belongs_to_no_claimed_series_is_found(office: Office, tmp_path: Path) -> None:
    def add(files: Members) -> None:
        strange = factory.capture(office.holdings.store, key="X/shifan/c0/1", label="c0")
        record = Record(capture=strange, previous=None)
        files[header_path(record.id)] = canonical.encode(record.plain())

    assert answer(verify(changed(office, tmp_path, add)))[0] is False
    assert answer(verify(changed(office, tmp_path, lambda files: None, claim=False)))[0] is False


def test_a_timeline_that_tells_another_story_than_the_records_is_found(office: Office, tmp_path: Path) -> None:
    def lie(files: Members) -> None:
        (path,) = of(files, "series")
        told = canonical.decode(files[path])
        told["rows"][1]["outcome"] = "unreachable"
        files[path] = canonical.encode(told)

    passed, said = answer(verify(changed(office, tmp_path, lie)))
    assert passed is False
    assert "时间线所列访问与各条记录不一致" in said


def test_a_target_that_no_run_planned_is_not_claimed(tmp_path: Path) -> None:
    office = bundles.office(tmp_path / "o", nights=0)
    record = bundles.admitted(office.holdings, "M1/alone/home/1", target=factory.target(id="alone"))
    from evidence.unbroken import unbroken

    assert unbroken(office.holdings, "alone", "home", None) is None
    assert record.previous is None


def test_heads_are_what_the_leaves_before_them_say_and_an_older_one_has_no_proof(tmp_path: Path) -> None:
    ledger = FileLedger(tmp_path)
    for n in range(20):
        ledger.append("record", f"N{n}/t{n % 7}/home/1", D[n])
    leaf = ledger.commit_heads()
    assert ledger.commit_heads() == leaf, "twice is once"
    every = heads.of_leaves(ledger.leaves()[:20])
    assert [head.head for head in every] == [D[14], D[15], D[16], D[17], D[18], D[19], D[13]]
    for head, proof in ledger.prove_heads(every, 21).items():
        assert proof.fault is None
        assert proof.leaf.holds(ledger.root(21))
        other = replace(proof, head=replace(head, head=D[40]))
        assert other.fault == "链末端不在承诺之内"
    with pytest.raises(LedgerError, match="not the end of its chain"):
        ledger.prove_heads([Head(kind="record", target="t0", label="home", head=D[0])], 21)


def test_heads_hold_only_where_they_are_the_last_leaf(tmp_path: Path) -> None:
    ledger = FileLedger(tmp_path)
    ledger.append("record", "N1/t/home/1", D[1])
    ledger.commit_heads()
    ledger.append("record", "N2/t/home/1", D[2])
    with pytest.raises(LedgerError, match="does not end with"):
        ledger.prove_heads([], 3)
    (proof,) = ledger.prove_heads([Head(kind="record", target="t", label="home", head=D[1])], 2).values()
    moved = replace(proof, leaf=ledger.inclusion(1, 3))
    assert moved.fault == "台账末项不是各链末端的承诺"


def test_a_plan_is_entered_once_and_names_the_one_before(office: Office) -> None:
    size = office.holdings.ledger.size
    bundles.planned(office.holdings, "N2", factory.NOON)
    assert office.holdings.ledger.size == size
    found = plans.plans_since(office.holdings, "shifan", None)
    assert [plan.run for plan in found] == ["N-3", "N-2", "N-1", "N1", "N2"]
    assert [plan.previous for plan in found[1:]] == [plan.id for plan in found[:-1]]
