"""Damages, entered in the corpus, to what a bundle tells of time and people: cases, answers, anchors, quarantine, time-stamps.

They are done to two richer bundles: one of a finding whose case has three steps, with a quarantined night and an older state
of the ledger that an archive signed too; and the answer to an objection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from evidence import bag, bundling, canonical, casebook, checkpoints, note
from evidence.case_event import Step
from evidence.casebook import CaseRules
from evidence.disputes import ruling, sheet
from evidence.house import House
from evidence.manifest import ANCHOR, ANCHOR_PROOF, ANSWER, ANSWER_LETTER, CHECKPOINT, FIRST_SHEET, Manifest, Purged
from evidence.quarantine import Asked, quarantine
from evidence.seal import Signer, make_office_key
from tests.evidence import bundles, disputed, factory
from tests.evidence.bundles import Members
from tests.hostile.corpus import CORPUS, a, damage, edited, manifest_of, replaced, rewritten, unsigned, without
from tests.hostile.specimens import Bench

Richer = Callable[[Bench], Bench]
"""Gives the bench with another bundle."""
STEPS: tuple[tuple[Step, str], ...] = (("warned", ""), ("notified", ""), ("answered", "单位称已更新"))
LATER = factory.NOON + timedelta(days=3)
EARLIER = "ab" * 32
"""A finding on the same target, whose case was withdrawn before."""


def course(on: Bench) -> Bench:
    """Return the bench with the bundle of a case, an anchor and a quarantined night; made once."""
    path = on.whole.parent / "course" / "whole.zip"
    if not path.exists():
        _make_course(on, path)
    return replace(on, whole=path)


def answer(on: Bench) -> Bench:
    """Return the bench with the answer to an objection; made once."""
    path = on.whole.parent / "answer" / "whole.zip"
    if not path.exists():
        _make_answer(on, path)
    return replace(on, whole=path)


def _make_course(on: Bench, path: Path) -> None:
    office = replace(bundles.office(path.parent, nights=3), signer=on.office.signer)
    agreed = replace(office.dossier.finding, second_look="agrees")
    given: dict[str, Any] = {"by": "王五", "now": LATER, "rules": CaseRules()}
    casebook.take(office.holdings, replace(agreed, id=EARLIER), "withdrawn", reason="栏目另有更新", **given)
    for n, (step, reason) in enumerate(STEPS):
        due = (LATER + timedelta(days=6)).date() if step == "notified" else None
        at = LATER + timedelta(hours=n)
        casebook.take(office.holdings, agreed, step, **{**given, "now": at, "reason": reason, "due": due})
    night = office.holdings.rows("shifan", "home")[1].record
    asked = Asked(by="张三", why="页面有密级标志", destroy=True)
    quarantine(office.holdings, night, asked, path.parent / "out", now=LATER)
    archive = Signer.load(*make_office_key(path.parent / "archive", "示范市档案馆"))
    given_out = checkpoints.export(office.holdings, office.signer, path.parent / "notes", by="张三", now=LATER)
    checkpoints.take(office.holdings, note.cosigned(given_out.note.read_bytes(), archive), office.signer)
    bundles.planned(office.holdings, "N4", LATER)
    bundles.admitted(office.holdings, "N4/shifan/home/1", started=LATER, html="<p>后来</p>")
    office.holdings.derived.put_finding(office.dossier.finding)
    house = House(store=office.holdings.root, signing=lambda: office.signer)
    bundling.bundle(house, [office.dossier.finding.id], path)


def _make_answer(on: Bench, path: Path) -> None:
    scene = disputed.scene(path.parent)
    one = scene.opened()
    sheet.of_dispute(scene.house, scene.holdings, one, file=None, look=False, now=disputed.ANSWERED)
    given: dict[str, Any] = {"by": "张三", "second": "李四", "now": disputed.RULED}
    done = ruling.rule(scene.house, scene.holdings, one, "upheld", why="经核对属实", **given)
    files = bundles.members(ruling.seal(scene.house, done, path.parent / "sealed.zip").path)
    state = replace(note.parse(files[CHECKPOINT]), signatures=()).signed(on.office.signer)
    bundles.resealed({**files, CHECKPOINT: state.encode()}, on.office.signer, path)


@damage()
def untouched_bundle_of_a_case(on: Bench) -> Path:
    """No damage: what both must say before any."""
    rich = course(on)
    files = rich.files
    assert {ANCHOR, ANCHOR_PROOF, FIRST_SHEET} <= files.keys()
    assert manifest_of(rich).purged
    assert sum(path.startswith("data/cases/") for path in files) == len(STEPS) + 1
    return rich.resealed(files)


@damage()
def untouched_answer(on: Bench) -> Path:
    """No damage either."""
    rich = answer(on)
    assert {ANSWER, ANSWER_LETTER} <= rich.files.keys()
    return rich.resealed(rich.files)


# ---- what a finding can be judged again by: no check of the verdict reads it, so only its place and bytes are held ----


@damage("files")
def grounds_reworded(on: Bench) -> Path:
    rich = course(on)
    return edited(rich, a(rich, "grounds"), "对象清单已没有该对象", "对象清单已改写该对象")


@damage("manifest")
def grounds_called_a_reading(on: Bench) -> Path:
    rich = course(on)
    path = a(rich, "grounds")

    def describe(manifest: Manifest) -> Manifest:
        return replace(
            manifest, files=tuple(replace(one, role="reading") if one.path == path else one for one in manifest.files)
        )

    return bundles.resealed(rich.files, rich.office.signer, rich.out, describe=describe)


@damage()
def grounds_left_out(on: Bench) -> Path:
    """No check asks for them: `--reproduce` says that they are not there."""
    rich = course(on)
    return rich.resealed(without(rich.files, a(rich, "grounds")))


# ---- steps of a case ----


@damage("files", "names", "bag", "records", "ledger inclusion", "series-complete")
def case_step_taken_out(on: Bench) -> Path:
    rich = course(on)
    return bundles.zipped(without(rich.files, steps_of(rich)[1]), rich.name, rich.out)


@damage("files", "ledger inclusion", "series-complete")
def case_step_reworded(on: Bench) -> Path:
    rich = course(on)
    return edited(rich, steps_of(rich)[2], "单位称已更新", "单位没有答复")


@damage("records")
def case_step_left_out(on: Bench) -> Path:
    rich = course(on)
    return rich.resealed(without(rich.files, steps_of(rich)[1]))


@damage("series-complete")
def last_case_step_left_out(on: Bench) -> Path:
    rich = course(on)
    return rich.resealed(without(rich.files, steps_of(rich)[-1]))


@damage("series-complete")
def whole_case_left_out(on: Bench) -> Path:
    """The unit's answer is in it."""
    rich = course(on)
    return rich.resealed(without(rich.files, *steps_of(rich)))


@damage("series-complete")
def case_of_an_earlier_finding_left_out(on: Bench) -> Path:
    """It was withdrawn: the office had been wrong about this target before."""
    rich = course(on)
    return rich.resealed(without(rich.files, *steps_of(rich, EARLIER)))


@damage("series-complete")
def all_cases_left_out(on: Bench) -> Path:
    rich = course(on)
    return rich.resealed(without(rich.files, *steps_of(rich), *steps_of(rich, EARLIER)))


@damage("series-complete")
def case_left_out_and_out_of_the_list_of_chains(on: Bench) -> Path:
    rich = course(on)
    (path,) = (path for path in rich.files if path.startswith("data/ledger/chains/"))
    body = canonical.decode(rich.files[path])
    body["chains"] = [one for one in body["chains"] if one["label"] != EARLIER]
    return rich.resealed({**without(rich.files, *steps_of(rich, EARLIER)), path: canonical.encode(body)})


@damage("series-complete")
def all_cases_left_out_with_the_list_of_chains(on: Bench) -> Path:
    """And with all that a claim would rest on."""
    rich = course(on)
    gone = ("data/cases/", "data/ledger/chains/", "data/plans/", "data/headers/")
    purged = {f"data/headers/{one.record}.json" for one in manifest_of(rich).purged}
    files = {path: data for path, data in rich.files.items() if path in purged or not path.startswith(gone)}
    return bundles.resealed(files, on.office.signer, on.out, describe=lambda one: replace(one, series=()))


def steps_of(on: Bench, finding: str | None = None) -> list[str]:
    """Return the paths of the steps of a finding's case; without one, of the bundle's own finding."""
    own = Path(a(on, "findings")).stem
    return sorted(path for path in on.files if path.startswith(f"data/cases/{finding or own}/"))


@damage("records", "ledger inclusion")
def case_step_altered(on: Bench) -> Path:
    rich = course(on)
    return rewritten(rich, steps_of(rich)[1], lambda body: body.update(by="赵六"))


@damage("records", "ledger inclusion", "series-complete")
def case_step_with_a_default_spelled_out(on: Bench) -> Path:
    rich = course(on)
    return rewritten(rich, steps_of(rich)[1], lambda body: body.update(second=""))


@damage("records", "ledger inclusion", "series-complete")
def case_step_of_no_known_kind(on: Bench) -> Path:
    rich = course(on)
    return rewritten(rich, steps_of(rich)[2], lambda body: body.update(step="forgiven"))


@damage("records", "ledger inclusion", "series-complete")
def case_step_of_another_finding(on: Bench) -> Path:
    rich = course(on)
    return rewritten(rich, steps_of(rich)[0], lambda body: body.update(finding="0" * 24))


@damage("records")
def case_steps_under_another_findings_name(on: Bench) -> Path:
    rich = course(on)
    own = steps_of(rich)
    return rich.resealed({("data/cases/0/" + Path(p).name if p in own else p): d for p, d in rich.files.items()})


@damage("records")
def case_steps_in_another_order(on: Bench) -> Path:
    rich = course(on)
    one, other = steps_of(rich)[0], steps_of(rich)[1]
    return rich.resealed({**rich.files, one: rich.files[other], other: rich.files[one]})


# ---- the answer to an objection ----


def answering(on: Bench, change: Callable[[Any], object]) -> Path:
    return rewritten(answer(on), ANSWER, change)


@damage("records")
def answer_citing_another_bundle(on: Bench) -> Path:
    return answering(on, lambda body: body["cites"].update(bundle="quzheng-0123456789ab"))


@damage("records")
def answer_citing_another_manifest(on: Bench) -> Path:
    return answering(on, lambda body: body["cites"].update(manifest="0" * 64))


@damage("records")
def answer_and_sheet_citing_another_bundle(on: Bench) -> Path:
    """The ruling rests on the sheet as it was."""

    def change(body: Any) -> None:
        for place in (body["cites"], body["sheet"]["original"]):
            place.update(bundle="quzheng-0123456789ab")

    return answering(on, change)


@damage("signature", "records")
def answer_citing_another_bundle_with_lists_recomputed(on: Bench) -> Path:
    rich = answer(on)
    data = rich.files[ANSWER]
    name = canonical.decode(data)["cites"]["bundle"].encode()
    return unsigned(rich, {**rich.files, ANSWER: data.replace(name, b"quzheng-0123456789ab")})


@damage("records")
def answer_on_another_finding(on: Bench) -> Path:
    return answering(on, lambda body: body.update(finding="0" * 24))


@damage("ledger inclusion")
def answer_with_another_ruling(on: Bench) -> Path:
    return answering(on, lambda body: body["ruling"].update(step="overturned"))


@damage("records", "ledger inclusion")
def answer_with_a_ruling_that_is_no_event(on: Bench) -> Path:
    return answering(on, lambda body: body["ruling"].pop("said"))


@damage("records", "ledger inclusion")
def answer_without_its_words(on: Bench) -> Path:
    rich = answer(on)
    return rich.resealed(without(rich.files, ANSWER_LETTER))


ANSWERED = {name for name in CORPUS if name.startswith("answer_")}
"""The damages to answers."""


# ---- the anchor ----


@damage("checkpoint")
def anchor_of_another_ledger(on: Bench) -> Path:
    """A true state of another office's ledger, of the size that the proof speaks of, signed by both."""
    rich = course(on)
    other = bundles.office(on.folder / "other", nights=12).holdings.ledger
    size = note.parse(rich.files[ANCHOR]).size
    assert size <= other.size
    return rich.resealed({**rich.files, ANCHOR: other.state(size).signed(on.office.signer).encode()})


@damage("checkpoint")
def anchor_of_another_ledger_by_the_same_name(on: Bench) -> Path:
    return anchored(on, root=bytes(32))


@damage("checkpoint")
def anchor_of_another_size(on: Bench) -> Path:
    state = note.parse(course(on).files[ANCHOR])
    return anchored(on, size=state.size - 1)


def anchored(on: Bench, **changes: Any) -> Path:
    rich = course(on)
    state = replace(note.parse(rich.files[ANCHOR]), signatures=(), **changes).signed(on.office.signer)
    return rich.resealed({**rich.files, ANCHOR: state.encode()})


@damage("checkpoint")
def anchor_that_is_the_checkpoint(on: Bench) -> Path:
    rich = course(on)
    return rich.resealed({**rich.files, ANCHOR: rich.files[CHECKPOINT]})


@damage("checkpoint")
def anchor_without_its_proof(on: Bench) -> Path:
    rich = course(on)
    return rich.resealed(without(rich.files, ANCHOR_PROOF))


@damage("checkpoint")
def proof_without_its_anchor(on: Bench) -> Path:
    rich = course(on)
    return rich.resealed(without(rich.files, ANCHOR))


@damage("checkpoint")
def anchor_with_a_step_more_in_its_proof(on: Bench) -> Path:
    return rewritten(course(on), ANCHOR_PROOF, lambda body: body["proof"]["path"].append("0" * 64))


@damage("checkpoint")
def anchor_with_a_word_more_in_its_proof(on: Bench) -> Path:
    return rewritten(course(on), ANCHOR_PROOF, lambda body: body.update(by="somebody"))


# ---- quarantine ----


def purging(on: Bench, change: Callable[[tuple[Purged, ...]], tuple[Purged, ...]], files: Members) -> Path:
    """Reseal with other quarantined records in the manifest."""
    signer = on.office.signer
    return bundles.resealed(files, signer, on.out, describe=lambda one: replace(one, purged=change(one.purged)))


def other_header(on: Bench) -> str:
    """Return the id of a record that is there as a header, since its series has it, and was not quarantined."""
    gone = {one.record for one in manifest_of(on).purged}
    headers = [path for path in on.files if path.startswith("data/headers/")]
    return next(Path(path).stem for path in headers if Path(path).stem not in gone)


@damage("ledger inclusion")
def purged_record_that_was_not_purged(on: Bench) -> Path:
    """Under the event of the record that was."""
    rich = course(on)
    claimed = other_header(rich)
    return purging(rich, lambda gone: (*gone, Purged(record=claimed, event=gone[0].event)), rich.files)


@damage("ledger inclusion")
def purged_record_by_an_event_that_was_none(on: Bench) -> Path:
    """The leaf of the record itself is offered as that of its quarantine."""
    rich = course(on)
    exhibit = Path(a(rich, "records")).stem
    return purging(rich, lambda gone: (replace(gone[0], event=exhibit),), rich.files)


@damage("records", "series-complete")
def purged_record_without_its_header(on: Bench) -> Path:
    rich = course(on)
    (gone,) = manifest_of(rich).purged
    return rich.resealed(without(rich.files, f"data/headers/{gone.record}.json"))


@damage("records", "ledger inclusion")
def purged_record_that_is_there_as_a_record(on: Bench) -> Path:
    rich = course(on)
    (gone,) = manifest_of(rich).purged
    files = {
        path.replace(f"data/headers/{gone.record}", f"data/records/{gone.record}"): d for path, d in rich.files.items()
    }
    return rich.resealed(files)


@damage("ledger inclusion")
def exhibit_said_to_be_purged(on: Bench) -> Path:
    """An office that would rather not show an exhibit calls it quarantined, and leaves its header."""
    rich = course(on)
    (exhibit,) = canonical.decode(rich.files[a(rich, "findings")])["exhibits"]
    files = {path.replace(f"data/records/{exhibit}", f"data/headers/{exhibit}"): d for path, d in rich.files.items()}
    return purging(rich, lambda gone: (*gone, Purged(record=exhibit, event=exhibit)), files)


# ---- time-stamps ----

TOKEN_UNREADABLE = ("time-stamp", "time-stamp trusted")


def stamped(on: Bench, token: bytes) -> Path:
    return bundles.zipped(bundles.stamped(on.files, token), on.name, on.out)


@damage("time-stamp")
def token_of_another_signature(on: Bench) -> Path:
    return stamped(on, on.authority.over(b"the signature of another bundle"))


@damage(*TOKEN_UNREADABLE)
def token_granted_with_changes(on: Bench) -> Path:
    """Status 1: some read it as granted."""
    return stamped(on, on.authority.forged(on.files[bag.SIGNATURE], status=1))


@damage(*TOKEN_UNREADABLE)
def token_by_another_digest(on: Bench) -> Path:
    return stamped(on, on.authority.over(on.files[bag.SIGNATURE], "sha1"))


@damage(*TOKEN_UNREADABLE)
def token_with_lengths_not_in_their_shortest_form(on: Bench) -> Path:
    token = on.authority.over(on.files[bag.SIGNATURE])
    assert token[:2] == b"\x30\x82"
    return stamped(on, b"\x30\x83\x00" + token[2:])


@damage(*TOKEN_UNREADABLE)
def token_of_no_definite_length(on: Bench) -> Path:
    token = on.authority.over(on.files[bag.SIGNATURE])
    return stamped(on, b"\x30\x80" + token[4:] + b"\x00\x00")


@damage(*TOKEN_UNREADABLE)
def token_of_more_than_the_limit(on: Bench) -> Path:
    return stamped(on, on.authority.over(on.files[bag.SIGNATURE]) + bytes(131_073))


@damage("order of times")
def token_of_before_the_records(on: Bench) -> Path:
    early = factory.NOON - timedelta(days=1)
    return stamped(on, on.authority.forged(on.files[bag.SIGNATURE], at=early))


# ---- the first sheet ----


@damage("files", "names", "bag")
def first_sheet_missing(on: Bench) -> Path:
    return bundles.zipped(without(on.files, FIRST_SHEET), on.name, on.out)


@damage("names")
def first_sheet_extra(on: Bench) -> Path:
    return bundles.zipped({**on.files, "data/first-sheet-en.html": b"<p>x</p>"}, on.name, on.out)


@damage("manifest")
def first_sheet_extra_in_all_lists(on: Bench) -> Path:
    return on.resealed({**on.files, "data/first-sheet-en.html": b"<p>x</p>"})


@damage("files")
def first_sheet_reworded(on: Bench) -> Path:
    data = on.files[FIRST_SHEET]
    return replaced(on, FIRST_SHEET, data[:-1] + b" ")
