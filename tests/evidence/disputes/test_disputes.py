"""A dispute from objection to sealed answer: hostile files first, then nothing ruled unheard, then upheld and overturned."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence import canonical, casebook, digest, human, ruleset
from evidence.casebook import CaseRules
from evidence.disputes import letter, opening, ruling, sheet
from evidence.disputes.opening import Dispute
from evidence.disputes.sheet import Sheet
from evidence.errors import CaseError, DisputeError, NotFound
from evidence.manifest import ANSWER, ANSWER_LETTER, OBJECTION, Manifest
from evidence.soundness import examine
from evidence.verify import verify
from tests.evidence import bundles, disputed
from tests.evidence.disputed import ANSWERED, OPENED, RULED, STALE, Scene, T, seeing

NEW = ("示范县召开安全生产工作会议部署年末检查", date(2020, 12, 25))
"""What a unit says it had published before T, and nobody saw."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return disputed.scene(tmp_path_factory.mktemp("office"))


@pytest.fixture
def scene(template: Scene, tmp_path: Path) -> Scene:
    """An office of one's own, that a test may add to."""
    shutil.copytree(template.house.store, tmp_path / "store")
    return replace(template, house=replace(template.house, store=tmp_path / "store"))


def looked_up(made: Scene, dispute: Dispute, *, look: bool = False, file: Path | None = None) -> Sheet:
    return sheet.of_dispute(made.house, made.holdings, dispute, file=file, look=look, now=ANSWERED)


def ruled(made: Scene, dispute: Dispute, step: Any, **fields: Any) -> Dispute:
    said = {
        "why": "经核对，各次访问均完整，时点前未见所称信息。",
        "by": "张三",
        "second": "李四",
        "now": RULED,
        **fields,
    }
    return ruling.rule(made.house, made.holdings, dispute, step, **said)


# what a unit hands in


def test_files_are_hashed_and_told_by_their_first_bytes_and_never_by_their_names(scene: Scene, tmp_path: Path) -> None:
    lie = tmp_path / "公告.html"
    lie.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 20)
    script = tmp_path / "后台截图.png"
    script.write_text("<script>alert(1)</script>")
    said = scene.opened(lie, script).objection.statement
    kinds = {file.name: file.media_type for file in said.files}
    assert kinds["公告.html"] == "image/png"
    assert kinds["后台截图.png"] == "application/octet-stream"


def test_a_link_a_folder_and_a_pipe_are_not_taken_in(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "link.png").symlink_to(tmp_path / "secret")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("link.png", "folder", "pipe", "nothing"):
        before = scene.holdings.ledger.size
        with pytest.raises(DisputeError, match=name):
            scene.opened(tmp_path / name)
        assert scene.holdings.ledger.size == before


def test_a_name_that_is_no_text_and_one_of_the_greatest_length_are_names(scene: Scene, tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe\x1b[2J.png"))
    odd.write_bytes(b"x")
    long_ = tmp_path / ("长" * 80 + ".png")
    long_.write_bytes(b"y")
    names = [file.name for file in scene.opened(odd, long_).objection.statement.files]
    assert names[1:] == ["\ufffd\ufffd\x1b[2J.png", long_.name]


def test_too_much_is_refused_before_it_is_read(scene: Scene, tmp_path: Path) -> None:
    huge = tmp_path / "huge.bin"
    with huge.open("wb") as out:
        out.truncate(opening.LARGEST_FILE + 1)
    with pytest.raises(DisputeError, match="单个文件"):
        scene.opened(huge)
    with pytest.raises(DisputeError, match="超过50个"):
        scene.opened(*[huge] * 51)


def test_a_file_that_the_form_lists_and_nobody_brought_is_said_and_costs_nothing(scene: Scene, tmp_path: Path) -> None:
    there = tmp_path / "日志.txt"
    there.write_text("x")
    said = scene.opened(there, files=("日志.txt", "../../etc/passwd")).objection.statement
    assert (opening.LISTED, "日志.txt") in said.checklist
    assert (opening.LACKING, "../../etc/passwd") in said.checklist
    assert len(said.files) == 2, "the form and the one file that came"


def test_the_same_objection_without_a_paper_is_written_down_as_a_form(scene: Scene) -> None:
    (file,) = scene.opened().objection.statement.files
    assert scene.form().statement in scene.holdings.store.read(file.sha256).decode()


# when, and until when


def test_what_is_not_published_cannot_be_contested_and_the_mend_is_named(tmp_path: Path) -> None:
    made = disputed.scene(tmp_path, published=False)
    with pytest.raises(CaseError, match="尚未通报.*answered"):
        made.opened()


def test_the_last_day_is_counted_in_working_days(scene: Scene) -> None:
    assert OPENED.date() == date(2021, 1, 15), "a Friday"
    one = scene.opened()
    assert one.contested.due == date(2021, 1, 29)
    assert (one.overdue(date(2021, 1, 29)), one.overdue(date(2021, 1, 30))) == (False, True)


def test_the_office_may_set_another_number_of_days(scene: Scene) -> None:
    other = replace(scene, house=replace(scene.house, cases=CaseRules(notify_first=False, ruling_days=3)))
    assert other.opened().contested.due == date(2021, 1, 20)


def test_a_second_objection_waits_for_the_first_ruling_and_then_has_a_number_of_its_own(scene: Scene) -> None:
    first = scene.opened()
    with pytest.raises(CaseError, match="单位提出异议"):
        scene.opened()
    looked_up(scene, first)
    ruled(scene, first, "upheld")
    second = opening.open_(
        scene.house, scene.holdings, scene.finding, scene.form(statement="仍有异议"), (), by="甲", now=RULED
    )
    assert (first.number, second.number) == ("D-2021-001", "D-2021-002")
    assert [one.number for one in opening.disputes(scene.holdings)] == ["D-2021-001", "D-2021-002"]
    assert opening.find(scene.holdings, scene.finding.id[:12]).number == "D-2021-002"
    assert opening.find(scene.holdings, "d-2021-001").ruling is not None


@pytest.mark.parametrize("name", ["", "D-2021-009", "../..", "zz", "\x00"])
def test_a_dispute_that_is_none_is_not_found(scene: Scene, name: str) -> None:
    scene.opened()
    with pytest.raises(NotFound, match="dispute list"):
        opening.find(scene.holdings, name)


# what is looked up


def test_nothing_looked_up_is_claimed_that_was_not(scene: Scene) -> None:
    found = looked_up(scene, scene.opened(), look=True)
    assert {one.record for one in found.now} == {None}
    assert all("没有浏览器" in one.said for one in found.now)
    assert found.original is not None and (found.original.same, found.original.holds) == (None, None)
    assert {one.fresh for one in found.caches} == {None}
    assert "未核对" in letter.told(found, scene.finding)


def test_the_nights_and_first_seen_dates_are_told(scene: Scene) -> None:
    found = looked_up(scene, scene.opened())
    assert [one.label for one in found.around] == list(disputed.LABELS)
    first = found.around[0]
    assert len(first.whole_until(T)) == 5
    assert {night.newest for night in first.nights} == {STALE}
    assert first.late(T.date()) == ()
    assert {one.certain for one in first.items} == {False}, "they were there on the first night"


def test_what_the_page_shows_now_is_told_as_later_and_since_when(scene: Scene) -> None:
    found = looked_up(seeing(scene, STALE, NEW), scene.opened(), look=True)
    assert {one.outcome for one in found.now} == {"captured"}
    assert [item.title for item in found.now[0].added] == [NEW[0]]
    (late,) = found.around[0].late(T.date())
    assert (late.title, late.first_seen, late.certain) == (NEW[0], date(2021, 1, 16), True)
    said = letter.told(found, scene.finding)
    assert "时点以前" in said and "时点以后所见" in said
    assert "倒签" not in said and "造假" not in said, "nobody can see from outside how a date came to be"


def test_every_edition_is_listed_whatever_is_wrong_with_it(scene: Scene, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "lenient.yaml").write_text(
        "edition: lenient\nextends: national-2019\nrules: {columns_not_updated: {count: 9}}\n"
    )
    (rules / "later.yaml").write_text("edition: later\nextends: national-2019\nin_force: {since: 2024-01-01}\n")
    (rules / "silent.yaml").write_text(
        "edition: silent\nextends: national-2019\nrules: {columns_not_updated: {on: false}}\n"
    )
    (rules / "broken.yaml").write_text("edition: [")
    house = replace(scene.house, rules_dir=rules)
    found = {one.name: one for one in looked_up(replace(scene, house=house), scene.opened()).editions}
    assert set(found) == {"national-2019", "lenient", "later", "silent", "broken"}
    own = found["national-2019"]
    assert (own.own, own.in_force, own.state) == (True, True, "hit")
    assert (found["lenient"].state, found["later"].state, found["silent"].state, found["broken"].state) == (
        "clear",
        "hit",
        None,
        None,
    )
    assert not found["later"].in_force
    assert str(tmp_path) not in "".join(one.message for one in found.values()), "the answer names no folder of ours"


def test_asking_other_editions_keeps_nothing(scene: Scene) -> None:
    one = scene.opened()
    before = [finding.id for finding in scene.holdings.derived.findings()]
    size = scene.holdings.ledger.size
    looked_up(scene, one)
    assert [finding.id for finding in scene.holdings.derived.findings()] == before
    assert scene.holdings.ledger.size == size


def test_a_target_that_left_the_list_is_not_judged_again_and_says_so(scene: Scene) -> None:
    house = replace(scene.house, subjects=tuple)
    found = looked_up(replace(scene, house=house), scene.opened())
    assert all("不在检查对象清单" in one.message for one in found.editions)


def test_the_contested_bundle_is_verified_and_known_by_its_manifest(scene: Scene) -> None:
    found = looked_up(scene, scene.opened(), file=scene.bundle).original
    assert found is not None
    assert (found.bundle, found.same, found.holds) == (scene.name, True, True)
    assert found.manifest == next(leaf.digest for leaf in scene.holdings.ledger.leaves() if leaf.kind == "bundle")


def test_a_damaged_file_a_stranger_s_bundle_and_no_bundle_at_all_are_told_apart(scene: Scene, tmp_path: Path) -> None:
    one = scene.opened()
    damaged = tmp_path / "damaged.zip"
    data = bytearray(scene.bundle.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(bytes(data))
    stranger = bundles.office(tmp_path / "stranger").bundle(tmp_path / "stranger.zip").path
    nothing = tmp_path / "nothing.zip"
    nothing.write_bytes(b"PK")
    for file, same in ((damaged, None), (stranger, False), (nothing, False)):
        found = looked_up(scene, one, file=file).original
        assert found is not None and found.bundle == scene.name
        assert found.holds is (file == stranger)
        if same is not None:
            assert found.same is same
    assert "不是台账所记" in letter.told(looked_up(scene, one, file=stranger), scene.finding)


def test_a_finding_that_was_never_sealed_cannot_be_answered(scene: Scene) -> None:
    one = scene.opened()
    house = replace(scene.house, signing=lambda: None)
    assert looked_up(replace(scene, house=house), one).original is not None
    other = replace(one, contested=replace(one.contested, finding="f" * 64))
    with pytest.raises(DisputeError, match="没有问题"):
        looked_up(scene, replace(other, case=replace(one.case, finding=replace(scene.finding, id="f" * 64))))


# the ruling


def test_nobody_rules_before_it_was_looked_up(scene: Scene) -> None:
    with pytest.raises(DisputeError, match="dispute answer"):
        ruled(scene, scene.opened(), "upheld")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"why": "  "}, "理由"),
        ({"second": " "}, "复核人"),
        ({"second": "张 三"}, "另有一人"),
        ({"by": ""}, "经办人"),
    ],
)
def test_a_ruling_needs_reasons_and_two_persons(scene: Scene, fields: dict[str, str], said: str) -> None:
    one = scene.opened()
    looked_up(scene, one)
    before = scene.holdings.ledger.size
    with pytest.raises((CaseError, DisputeError), match=said):
        ruled(scene, one, "overturned", **fields)
    assert scene.holdings.ledger.size == before


def test_what_is_ruled_is_ruled_once_and_looked_up_no_more(scene: Scene) -> None:
    one = scene.opened()
    looked_up(scene, one)
    done = ruled(scene, one, "overturned")
    with pytest.raises(CaseError, match="已终结"):
        ruled(scene, done, "upheld")
    with pytest.raises(DisputeError, match="已经裁定"):
        looked_up(scene, done)


def test_a_sheet_that_was_lost_is_made_again_and_the_ruling_asks_for_it(scene: Scene) -> None:
    one = scene.opened()
    looked_up(scene, one)
    shutil.rmtree(scene.house.store / "derived" / "sheets")
    with pytest.raises(DisputeError, match="还没有核对"):
        ruled(scene, one, "upheld")


def test_the_answer_is_not_written_before_the_ruling(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(DisputeError, match="还没有裁定"):
        ruling.seal(scene.house, scene.opened(), tmp_path / "a.zip")


@pytest.fixture(params=["upheld", "overturned"])
def played(request: pytest.FixtureRequest, scene: Scene, tmp_path: Path) -> Iterator[tuple[str, Scene, Path]]:
    """A dispute from the form in the bundle to the sealed answer."""
    step = request.param
    with zipfile.ZipFile(scene.bundle) as opened:
        blank = opened.read(f"{scene.name}/{OBJECTION}")
    written = tmp_path / "异议书.txt"
    text = blank.decode("utf-8-sig").replace("【异议单位】", "【异议单位】\r\n示范市人民政府办公室")
    text = text.replace("【异议内容】", "【异议内容】\r\n12月25日已发布信息1条，附截图。")
    text = text.replace("【证据包名称】", f"【证据包名称】\r\n{scene.name}")
    written.write_bytes(text.encode())
    shot = tmp_path / "截图.png"
    shot.write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    said = opening.form.parse(written.read_bytes())
    made = seeing(scene, STALE, NEW)
    one = opening.open_(made.house, made.holdings, made.finding, said, [shot], by="收件人", now=OPENED, written=written)
    looked_up(made, one, look=True, file=scene.bundle)
    done = ruled(made, one, step, why="理由若干。")
    result = ruling.seal(made.house, done, tmp_path / "answer.zip")
    assert result.sealed
    yield step, made, result.path


def test_an_objection_ends_in_a_sealed_answer_that_cites_the_first_bundle(played: tuple[str, Scene, Path]) -> None:
    step, made, path = played
    verdict = verify(path, trust=made.certificate)
    assert verdict.holds(), [check for check in verdict.checks if not check.passed]
    files = bundles.members(path)
    said = canonical.decode(files[ANSWER])
    first = canonical.decode(bundles.members(made.bundle)["data/manifest.json"])
    assert said["cites"] == {"bundle": made.name, "manifest": digest.of_value(first)}
    assert (said["ruling"]["step"], said["ruling"]["by"], said["ruling"]["second"]) == (step, "张三", "李四")
    manifest = Manifest.load(canonical.decode(files["data/manifest.json"]))
    assert {entry.path for entry in manifest.files if entry.role == "answer"} == {ANSWER, ANSWER_LETTER}
    assert any(made.name in check.detail for check in verdict.checks if check.name == "records")


def test_the_letter_follows_the_model_and_says_the_ruling(played: tuple[str, Scene, Path]) -> None:
    step, made, path = played
    text = bundles.members(path)[ANSWER_LETTER].decode("utf-8-sig")
    for part in ("异议答复书", "一、你单位的意见", "二、我们核对了什么", "三、结论", "四、理由", "五、不服本答复"):
        assert part in text
    assert {"upheld": "维持", "overturned": "撤销"}[step] in text.split("三、结论")[1]
    assert made.name in text and "D-2021-001" in text and "12月25日已发布信息1条" in text
    assert "核验成立" in text and "法律效力" not in text


def test_the_answer_holds_what_the_unit_handed_in_and_what_was_seen_again(played: tuple[str, Scene, Path]) -> None:
    _, made, path = played
    files = bundles.members(path)
    records = [canonical.decode(data) for name, data in files.items() if name.startswith("data/records/")]
    assert {record["purpose"] for record in records} >= {"human", "recheck", "scheduled"}
    assert "data/objection-zh.txt" in files, "an answer can be contested too"


def test_the_answer_written_again_is_the_same_but_for_its_seal(played: tuple[str, Scene, Path], tmp_path: Path) -> None:
    _, made, path = played
    again = ruling.seal(made.house, opening.find(made.holdings, "D-2021-001"), tmp_path / "again.zip")
    one, other = bundles.payload(bundles.members(path)), bundles.payload(bundles.members(again.path))
    assert one == other


def test_without_a_key_the_answer_is_unsealed_and_its_name_says_so(scene: Scene, tmp_path: Path) -> None:
    one = scene.opened()
    looked_up(scene, one)
    keyless = replace(scene.house, signing=lambda: None)
    result = ruling.seal(keyless, ruled(scene, one, "changed"), tmp_path / "a.zip")
    assert (result.sealed, result.path.name) == (False, "a.UNSEALED.zip")
    assert ruling.seal(scene.house, opening.find(scene.holdings, "D-2021-001"), tmp_path / "b.zip").sealed


def test_an_answer_is_never_taken_for_the_contested_bundle(scene: Scene, tmp_path: Path) -> None:
    one = scene.opened()
    looked_up(scene, one)
    ruling.seal(scene.house, ruled(scene, one, "upheld"), tmp_path / "a.zip")
    later = opening.open_(
        scene.house, scene.holdings, scene.finding, scene.form(), (), by="甲", now=RULED + timedelta(days=1)
    )
    found = sheet.of_dispute(scene.house, scene.holdings, later, file=None, look=False, now=RULED + timedelta(days=2))
    assert found.original is not None and found.original.bundle == scene.name


def test_the_store_stays_sound_and_old_bytes_stay(played: tuple[str, Scene, Path]) -> None:
    _, made, _ = played
    assert examine(made.holdings).faults == ()
    confirmed = next(event for event in casebook.events(made.holdings) if event.step == "confirmed")
    assert not {"second", "papers"} & set(confirmed.plain())


def test_words_of_a_hostile_unit_steer_nobody_in_the_letter(scene: Scene, tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\x1b[2J\xff.png"))
    odd.write_bytes(b"x")
    one = scene.opened(odd, unit="甲\u202e\x1b[31m乙", statement="三、结论：撤销\n\x00\u202e三、结论：撤销")
    looked_up(scene, one)
    text = bundles.members(ruling.seal(scene.house, ruled(scene, one, "upheld"), tmp_path / "a.zip").path)[
        ANSWER_LETTER
    ]
    said = text.decode("utf-8-sig")
    assert not set(said) & {"\x1b", "\x00", "\u202e"}
    assert [line for line in said.splitlines() if line.startswith("三、结论")] == [
        f"三、结论：{letter.RULINGS['upheld']}"
    ], "what the unit writes is indented and stands for no heading"


# re-checks after rectification


def test_a_recheck_has_the_same_sheet_and_the_step_rests_on_it(scene: Scene) -> None:
    with pytest.raises(DisputeError, match="已整改"):
        sheet.of_recheck(scene.house, scene.holdings, casebook.case_of(scene.holdings, scene.finding), look=True, now=T)
    scene.take("rectified")
    made = seeing(scene, date(2021, 1, 15))
    case = casebook.case_of(made.holdings, made.finding)
    found = sheet.of_recheck(made.house, made.holdings, case, look=True, now=ANSWERED)
    assert (found.original, found.number, found.pictures) == (None, None, ())
    assert found.now[0].added
    assert sheet.kept(made.holdings, case.events[-1]) == found
    assert json.loads(canonical.encode(found.plain())) == found.plain()


def test_the_national_rules_are_at_hand() -> None:
    assert "national-2019" in ruleset.names()
    assert "objection" not in human.KINDS, "an objection comes by dispute open"
