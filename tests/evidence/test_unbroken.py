"""A bundle leaves out no night: chains from a committed head, plans, losses; and a header's contents verify when disclosed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import canonical, digest, keyed, plans
from evidence.case_event import Event
from evidence.errors import LedgerError
from evidence.holdings import Holdings
from evidence.ledger import FileLedger
from evidence.manifest import Manifest, header_path
from evidence.model import Record, Verdict
from evidence.soundness import examine
from evidence.unbroken import unbroken
from evidence.verify import verify
from tests.evidence import bundles, factory
from tests.evidence.bundles import Members, Office
from tests.hostile import agreement

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
    assert answer(verify(path)) == (
        True,
        "各对象的链和案卷齐全；1 个序列自始至终无缺（shifan/home）",
    )


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
        for path in of(files, "ledger/chains"):
            del files[path]
        files.update({path: before[path] for path in of(before, "ledger/chains")})
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


def test_a_target_that_no_run_planned_has_no_chain_of_plans_and_is_claimed_all_the_same(tmp_path: Path) -> None:
    office = bundles.office(tmp_path / "o", nights=0)
    bundles.admitted(office.holdings, "M1/alone/home/1", target=factory.target(id="alone"))
    series = unbroken(office.holdings, "alone", "home", None)
    assert series is not None
    assert (len(series.records), series.plans) == (1, ())
    assert unbroken(office.holdings, "alone", "news", None) is None


def test_a_target_seen_under_another_label_says_so_though_nothing_of_it_is_in_the_bundle(
    office: Office, tmp_path: Path
) -> None:
    bundles.admitted(office.holdings, "N2/shifan/zwgk/page-2/1", label="zwgk/page-2")
    path = bundled(office, tmp_path)
    said = "各对象的链和案卷齐全；1 个序列自始至终无缺（shifan/home）；"
    assert answer(verify(path)) == (
        True,
        said + "另有 1 个页面的记录不在本包内，只列各链末端（shifan/zwgk/page-2）",
    )


def test_an_exhibit_whose_series_is_not_claimed_leaves_the_question_open(office: Office, tmp_path: Path) -> None:
    path = bundled(office, tmp_path, since=factory.NOON + timedelta(days=1, hours=1))
    files = bundles.members(path)
    for name in (*of(files, "headers"), *of(files, "plans")):
        del files[name]
    forged = bundles.resealed(
        files, office.signer, tmp_path / "f.zip", describe=lambda manifest: replace(manifest, series=())
    )
    passed, said = answer(verify(forged))
    assert passed is None
    assert "未声明无缺的序列：shifan/home" in said
    assert agreement.both(forged)["series-complete"] is None


def test_a_list_of_chains_is_what_the_leaves_before_it_say_and_another_has_no_proof(tmp_path: Path) -> None:
    ledger = FileLedger(tmp_path)
    for n in range(20):
        ledger.append("record", f"N{n}/t{n % 7}/home/1", D[n])
    ledger.append("case", "t3/f/0001", D[30])
    leaf = ledger.commit_heads()
    assert ledger.commit_heads() == leaf, "twice is once"
    every = ledger.prove_chains([f"t{n}" for n in range(7)], 22)
    assert [proof.head("record", "home") for proof in every.values()] == [D[n] for n in (14, 15, 16, 17, 18, 19, 13)]
    assert every["t3"].head("case", "f") == D[30]
    for proof in every.values():
        assert proof.fault is None
        assert proof.leaf.holds(ledger.root(22))
        assert replace(proof, chains=proof.chains[1:]).fault == "所列各链不是台账承诺的"
        assert replace(proof, of="t9").fault == "所列各链不是台账承诺的"
        assert replace(proof, chains=(*proof.chains, *proof.chains)).fault == "各链的排列不是规定的写法"
    with pytest.raises(LedgerError, match="nothing in the ledger"):
        ledger.prove_chains(["t9"], 22)


def test_a_list_of_chains_holds_only_where_its_leaf_is_the_last(tmp_path: Path) -> None:
    ledger = FileLedger(tmp_path)
    ledger.append("record", "N1/t/home/1", D[1])
    ledger.commit_heads()
    ledger.append("record", "N2/t/home/1", D[2])
    with pytest.raises(LedgerError, match="does not end with"):
        ledger.prove_chains(["t"], 3)
    (proof,) = ledger.prove_chains(["t"], 2).values()
    assert replace(proof, leaf=ledger.inclusion(1, 3)).fault == "台账末项不是各链的承诺"


def test_a_store_of_before_opens_is_sound_and_its_new_bundles_show_its_cases(office: Office, tmp_path: Path) -> None:
    """The ends were committed to one by one, and the keys of case events did not name the target."""
    agreed = replace(office.dossier.finding, second_look="agrees", id="ab" * 32)
    event = Event(
        finding=agreed.id, said=digest.EMPTY, target="shifan", indicator="x", at=agreed.at, label=None, n=1,
        step="withdrawn", by="王五", when=agreed.at, reason="栏目另有更新", previous=None,
    )  # fmt: skip
    kept = office.holdings.store.put(canonical.encode(event.plain()), "application/json")
    ledger = office.holdings.ledger
    ledger.append("case", event.old_key, kept.sha256)
    ledger.append("heads", str(ledger.size), ledger.chain.flat_root)
    ledger.checkpoint(office.signer)
    again = replace(office, holdings=Holdings.open(office.holdings.root))
    assert examine(again.holdings).faults == ()
    path = bundled(again, tmp_path)
    assert of(bundles.members(path), "cases") == [f"data/cases/{agreed.id}/0001.json"]
    assert answer(verify(path))[0] is True
    assert agreement.both_hold(path)
    assert examine(again.holdings).faults == ()


def test_a_commitment_to_other_chains_than_the_leaves_have_is_found_in_the_store(office: Office) -> None:
    """What no bundle shows, whoever has the ledger sees."""
    ledger = office.holdings.ledger
    ledger.append("chains", str(ledger.size), D[3])
    (fault,) = examine(office.holdings).faults
    assert "承诺的各链末端" in fault


@settings(max_examples=50, deadline=None)
@given(names=st.sets(st.text(max_size=8), min_size=1, max_size=40), data=st.data())
def test_each_key_has_one_place_that_its_path_shows_and_no_other_keys(names: set[str], data: st.DataObject) -> None:
    every = {name: digest_of(name) for name in sorted(names)}
    tree = keyed.Keyed(every)
    name = data.draw(st.sampled_from(sorted(names)))
    path = tree.path(name)
    assert keyed.root_of_path(name, every[name], path) == tree.root
    assert keyed.root_of_path(name, digest_of("other"), path) != tree.root
    assert keyed.root_of_path(name + "x", every[name], path) != tree.root
    assert keyed.root_of_path(name, every[name], path[1:]) != tree.root
    assert len(set(path)) == len(path) >= keyed.LEAST, "an empty place looks like any other"
    alone = keyed.Keyed({name: every[name]})
    assert len(alone.path(name)) == keyed.LEAST == len(path), "how deep it lies tells nothing of who is beside it"
    if name + "x" not in every:
        with pytest.raises(KeyError):
            tree.path(name + "x")


def digest_of(text: str) -> bytes:
    return bytes.fromhex(digest.sha256(text.encode()))


def test_a_plan_is_entered_once_and_names_the_one_before(office: Office) -> None:
    size = office.holdings.ledger.size
    bundles.planned(office.holdings, "N2", factory.NOON)
    assert office.holdings.ledger.size == size
    found = plans.plans_since(office.holdings, "shifan", None)
    assert [plan.run for plan in found] == ["N-3", "N-2", "N-1", "N1", "N2"]
    assert [plan.previous for plan in found[1:]] == [plan.id for plan in found[:-1]]
