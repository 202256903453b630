"""Damages, entered in the corpus, to what shows that nothing is left out: lists of chains, and the checks round runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from evidence import aftercheck, canonical, digest, note, plain
from evidence.holdings import Holdings
from evidence.ledger import FileLedger
from evidence.manifest import CHECKPOINT, chains_path
from tests.evidence import bundles
from tests.evidence.bundles import Members
from tests.hostile.corpus import a, damage, rewritten, without
from tests.hostile.specimens import Bench

OMISSIONS = (
    *("whole_case_left_out", "case_of_an_earlier_finding_left_out", "all_cases_left_out", "last_case_step_left_out"),
    *("case_left_out_and_out_of_the_list_of_chains", "all_cases_left_out_with_the_list_of_chains"),
    *("label_left_out_of_the_list_of_chains", "end_of_another_label_forged", "label_left_out_by_an_older_list"),
    *("list_of_chains_of_another_target_beside", "ledger_that_ends_with_ends_one_by_one"),
)
"""Damages that only the lists of chains show."""


@damage("series-complete")
def list_of_chains_left_out(on: Bench) -> Path:
    return on.resealed(without(on.files, a(on, "ledger/chains")))


def listing(on: Bench, change: Callable[[list[Any]], object]) -> Path:
    """Change the list of the target's chains, as its path to the leaf does not allow."""
    return rewritten(on, a(on, "ledger/chains"), lambda body: change(body["chains"]))


@damage("series-complete")
def label_left_out_of_the_list_of_chains(on: Bench) -> Path:
    """The target was looked at under another label too; the bundle says nothing of it."""
    rich = labelled(on)
    return listing(rich, lambda chains: chains.remove(next(one for one in chains if one["label"] == "news")))


@damage("series-complete")
def end_of_another_label_forged(on: Bench) -> Path:
    rich = labelled(on)
    return listing(rich, lambda chains: chains[-1].update(head=digest.EMPTY))


@damage("series-complete")
def list_of_chains_in_another_order(on: Bench) -> Path:
    return listing(labelled(on), lambda chains: chains.reverse())


@damage("series-complete")
def chain_twice_in_the_list(on: Bench) -> Path:
    return listing(labelled(on), lambda chains: chains.append(dict(chains[-1], head=digest.EMPTY)))


@damage("series-complete")
def list_of_chains_of_another_target(on: Bench) -> Path:
    """A true list, of a target that has fewer chains."""
    (proof,) = on.office.holdings.ledger.prove_chains(["other"], note.parse(on.files[CHECKPOINT]).size).values()
    written = canonical.encode({"schema": "chains/1", **plain.dump(proof)})
    return on.resealed({**on.files, a(on, "ledger/chains"): written})


@damage("series-complete")
def list_of_chains_of_another_target_beside(on: Bench) -> Path:
    """What another unit's target was looked at for is not this unit's to know."""
    (proof,) = on.office.holdings.ledger.prove_chains(["other"], note.parse(on.files[CHECKPOINT]).size).values()
    written = canonical.encode({"schema": "chains/1", **plain.dump(proof)})
    return on.resealed({**on.files, chains_path("other"): written})


@damage("series-complete")
def list_of_chains_under_the_name_of_another(on: Bench) -> Path:
    path = a(on, "ledger/chains")
    return on.resealed({chains_path("other") if one == path else one: data for one, data in on.files.items()})


@damage("series-complete")
def path_of_a_list_of_chains_cut_short(on: Bench) -> Path:
    return rewritten(on, a(on, "ledger/chains"), lambda body: body["proof"]["path"].pop())


@damage("series-complete")
def label_left_out_by_an_older_list(on: Bench) -> Path:
    """The list is true, its leaf stands in the ledger; but the target was looked at under another label since."""
    office = bundles.office(on.folder / "since")
    office.bundle(on.folder / "first.zip", signer=on.office.signer)
    ledger = office.holdings.ledger
    older, then = ledger.chain.of("shifan"), ledger.size
    bundles.admitted(office.holdings, "N3/shifan/news/1", label="news")
    files = bundles.members(office.bundle(on.folder / "second.zip", signer=on.office.signer).path)
    (first,) = (leaf for leaf in ledger.leaves()[:then] if leaf.kind == "chains")
    (proof,) = ledger.prove_chains(["shifan"], first.index + 1).values()
    assert proof.chains == older
    moved = replace(proof, leaf=ledger.inclusion(first.index, note.parse(files[CHECKPOINT]).size))
    path = chains_path("shifan")
    return on.resealed({**files, path: canonical.encode({"schema": "chains/1", **plain.dump(moved)})})


@damage("series-complete")
def list_of_chains_by_a_leaf_of_another_kind(on: Bench) -> Path:
    """The ledger ends with a finding, in whose place such a list would stand."""
    office = bundles.office(on.folder / "unended")
    ledger = office.holdings.ledger
    files = bundles.members(office.bundle(on.folder / "ended.zip", signer=on.office.signer).path)
    ledger.append("columns", str(ledger.size), ledger.chain.root)
    return moved_on(on, files, ledger)


def moved_on(on: Bench, files: Members, ledger: FileLedger) -> Path:
    """Prove all that a bundle proves in the ledger as it stands now, whatever its last leaf is."""
    last = ledger.inclusion(ledger.size - 1)
    for path, data in files.items():
        body = canonical.decode(data) if path.startswith(("data/ledger/proofs/", "data/ledger/chains/")) else None
        if path.startswith("data/ledger/proofs/"):
            files[path] = canonical.encode(
                {"schema": "inclusion/1", **plain.dump(ledger.inclusion(body["leaf"]["index"]))}
            )
        elif body:
            files[path] = canonical.encode({**body, "leaf": plain.dump(last)})
    files[CHECKPOINT] = ledger.state().signed(on.office.signer).encode()
    return on.resealed(files)


def labelled(on: Bench) -> Bench:
    """Return the bench with the bundle of a target that was looked at under another label too."""
    folder = on.whole.parent / "labelled"
    if not folder.exists():
        office = bundles.office(folder)
        bundles.admitted(office.holdings, "N2/shifan/news/1", label="news")
        office.bundle(folder / "whole.zip", signer=on.office.signer)
    return replace(on, whole=folder / "whole.zip")


@damage("series-complete")
def ledger_that_ends_with_ends_one_by_one(on: Bench) -> Path:
    """A leaf of the kind that ledgers begun earlier have: it cannot show that nothing is left out."""
    office = bundles.office(on.folder / "older")
    ledger = office.holdings.ledger
    files = bundles.members(office.bundle(on.folder / "old.zip", signer=on.office.signer).path)
    ledger.append("heads", str(ledger.size), ledger.chain.flat_root)
    return moved_on(on, files, ledger)


# ---- the cleanliness checks before and after a run ----

RUN = "N2"
"""The run that the exhibit is of."""
CHECKED = {"name": "hosts file", "passed": True, "detail": "未见异常"}
BEFORE = {"schema": "cleanliness/1", "moment": "before", "checks": [CHECKED], aftercheck.FOLLOWED: True}


def after_of(run: str, before: str) -> dict[str, Any]:
    """Return a cleanliness record made after a run."""
    check = {"name": "unchanged", "passed": True, "detail": "采集前后一致"}
    return {"schema": "cleanliness/1", "moment": "after", "run": run, "before": before, "checks": [check]}


def office_of_a_run(folder: Path, before: dict[str, Any] = BEFORE) -> tuple[bundles.Office, str]:
    """Return an office whose newest record cites a check before its run, and that check's digest."""
    store = Holdings.open(folder / "store").store
    sha256 = store.put(canonical.encode(before), "application/json").sha256
    return bundles.office(folder, cleanliness=sha256), sha256


def entered(office: bundles.Office, before: str, *, ended: bool = True) -> None:
    """Enter the check before the run of the newest record, and the one after it where the run came to its end."""
    aftercheck.begin(office.holdings, RUN, before)
    if ended:
        kept = office.holdings.store.put(canonical.encode(after_of(RUN, before)), "application/json")
        aftercheck.end(office.holdings, RUN, before, kept.sha256)


def checked(on: Bench) -> Bench:
    """Return the bench with the bundle of a run that was checked before and after; made once."""
    folder = on.whole.parent / "checked"
    if not folder.exists():
        office, before = office_of_a_run(folder)
        entered(office, before)
        office.bundle(folder / "whole.zip", signer=on.office.signer)
    return replace(on, whole=folder / "whole.zip")


def check_after(on: Bench) -> str:
    """Return the path of the record made after the run."""
    return next(path for path, data in on.files.items() if b'"moment":"after"' in data and "/artifacts/" in path)


@damage()
def untouched_bundle_of_a_run_checked_before_and_after(on: Bench) -> Path:
    rich = checked(on)
    assert check_after(rich)
    return rich.resealed(rich.files)


@damage("records")
def check_after_the_run_left_out(on: Bench) -> Path:
    rich = checked(on)
    return rich.resealed(without(rich.files, check_after(rich)))


@damage("records")
def check_after_the_run_left_out_with_the_list(on: Bench) -> Path:
    """As if the program of then had entered none."""
    rich = checked(on)
    return rich.resealed(without(rich.files, check_after(rich), chains_path(f"run/{RUN}")))


@damage("records")
def check_after_the_run_said_not_to_be_made(on: Bench) -> Path:
    rich = checked(on)
    path = chains_path(f"run/{RUN}")
    body = canonical.decode(rich.files[path])
    body["chains"][0]["head"] = body["chains"][0]["label"]
    return rich.resealed({**without(rich.files, check_after(rich)), path: canonical.encode(body)})


@damage("records")
def check_after_the_run_said_not_to_be_made_by_an_older_list(on: Bench) -> Path:
    """The list was true while the run went on."""
    office, before = office_of_a_run(on.folder / "while")
    entered(office, before, ended=False)
    ledger = office.holdings.ledger
    first = ledger.commit_heads().index
    (proof,) = ledger.prove_chains([f"run/{RUN}"], first + 1).values()
    kept = office.holdings.store.put(canonical.encode(after_of(RUN, before)), "application/json")
    aftercheck.end(office.holdings, RUN, before, kept.sha256)
    files = bundles.members(office.bundle(on.folder / "ended.zip", signer=on.office.signer).path)
    moved = replace(proof, leaf=ledger.inclusion(first, note.parse(files[CHECKPOINT]).size))
    said = canonical.encode({"schema": "chains/1", **plain.dump(moved)})
    return on.resealed({**files, chains_path(f"run/{RUN}"): said})


@damage("records")
def check_after_another_run(on: Bench) -> Path:
    """The office entered it as that of this run."""
    office, before = office_of_a_run(on.folder / "other_run")
    aftercheck.begin(office.holdings, RUN, before)
    kept = office.holdings.store.put(canonical.encode(after_of("N1", before)), "application/json")
    aftercheck.end(office.holdings, RUN, before, kept.sha256)
    return office.bundle(on.out, signer=on.office.signer).path


@damage("series-complete")
def list_of_a_run_that_no_record_is_of(on: Bench) -> Path:
    """Who else's night it was is not this unit's to know."""
    office, before = office_of_a_run(on.folder / "strange")
    entered(office, before)
    aftercheck.begin(office.holdings, "N7", before)
    files = bundles.members(office.bundle(on.folder / "b.zip", signer=on.office.signer).path)
    (proof,) = office.holdings.ledger.prove_chains(["run/N7"], note.parse(files[CHECKPOINT]).size).values()
    written = canonical.encode({"schema": "chains/1", **plain.dump(proof)})
    return on.resealed({**files, chains_path("run/N7"): written})
