"""What follows on a decision, at the desk: who takes which step, refused in the casebook's words, and never on what was not seen."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from evidence import casebook, human
from evidence.case_event import STEPS, Event, Step
from evidence.casebook import CaseRules
from evidence.desk import course
from evidence.desk.deciding import Decision
from evidence.desk.roles import Role
from tests.evidence import disputed
from tests.evidence.desk.desks import NAMES, Browser, Clock, opened
from tests.evidence.desk.harm import CORPUS
from tests.evidence.desk.review_scene import Reviewed, tenant
from tests.evidence.desk.test_dispute_pages import alert, finished, upload
from tests.evidence.disputed import Scene

PDF = b"%PDF-1.4 letter"
ANSWER_DAY = date(2021, 7, 30)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """An office whose finding one person confirmed; made once, each test has a copy."""
    return disputed.scene(tmp_path_factory.mktemp("office"), published=False)


@pytest.fixture
def office(made: Scene, tmp_path: Path) -> Iterator[Reviewed]:
    """An office that asks units before it publishes."""
    shutil.copytree(made.house.store, tmp_path / "store")
    house = replace(made.house, store=tmp_path / "store", cases=CaseRules(notify_first=True))
    clock = Clock()
    clock.at = disputed.OPENED
    with opened(tmp_path, clock, tenant=tenant(house, tmp_path)) as browse:
        yield Reviewed(scene=replace(made, house=house), clock=clock, browse=browse)


def events(office: Reviewed) -> tuple[Event, ...]:
    return casebook.case_of(office.scene.holdings, office.scene.finding).events


def steps(office: Reviewed) -> list[Step]:
    return [event.step for event in events(office)]


def seen(office: Reviewed, browser: Browser) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', browser.get(office.path).text)
    return found[1] if found else "0-none"


def step(office: Reviewed, browser: Browser, step: str, *files: tuple[str, bytes], **fields: str) -> Any:
    """Post the form of a step as a browser without JavaScript does."""
    path = f"{office.path}/publish" if step == "published" else f"{office.path}/steps/{step}"
    given = {"seen": fields.pop("seen", "") or seen(office, browser), **fields}
    return upload(browser, path + "?state=hit", [("files", one) for one in files], **given)


def offered(office: Reviewed, browser: Browser) -> set[str]:
    """The steps for which the page has a form."""
    shown = re.findall(rf'action="{office.path}/(?:steps/)?(\w+)', browser.get(office.path).text)
    return set(shown) - {"bundle"}


def ruling_out(office: Reviewed, browser: Browser) -> str:
    """What the page says of the steps that may not be taken now."""
    return re.sub("<[^>]+>", " ", browser.get(office.path).text.split("现在不能办理的")[1].split("</details>")[0])


def test_every_step_of_a_case_is_taken_at_one_place_of_the_desk() -> None:
    elsewhere = {"contested", *casebook.RULINGS, *get_args(Decision)}
    assert set(course.FORMS) == set(STEPS) - elsewhere == set(get_args(course.Later))


def test_a_case_goes_from_the_letter_to_the_second_look_under_the_names_of_the_log_ins(office: Reviewed) -> None:
    inspector, leader = office.logged_in("inspector"), office.logged_in("leader")
    for browser, name, files, fields in (
        (inspector, "notified", [("核实函.pdf", PDF)], {"due": str(ANSWER_DAY)}),
        (inspector, "answered", [("回复.pdf", PDF), ("图.png", b"\x89PNG\r\n\x1a\n")], {}),
    ):
        answer = step(office, browser, name, *files, **fields)
        assert (answer.status_code, alert(answer)) == (303, ""), name
        assert f"done={office.scene.finding.id}" in answer.headers["location"]
    assert "单位已回复" in inspector.get(answer.headers["location"]).text
    inspector.post(f"{office.path}/confirm", {"seen": seen(office, inspector)})
    done = step(office, leader, "published", reason="单独通报", due="2021-09-01")
    assert (done.status_code, alert(done)) == (303, "")
    office.clock.at = datetime(2021, 9, 2, 2, 0, tzinfo=UTC)
    inspector = office.logged_in("inspector")
    assert step(office, inspector, "rectified", ("整改报告.pdf", PDF)).status_code == 303
    looked = finished(inspector, inspector.post(f"{office.path}/recheck"))
    assert looked.headers["location"].startswith(office.path)
    (on,) = re.findall(r'name="on" value="([0-9a-f]{64})"', inspector.get(office.path).text)
    assert step(office, inspector, "rechecked", on=on).status_code == 303
    assert step(office, inspector, "overdue", reason="仍未更新").status_code == 303

    taken = {event.step: event for event in events(office)}
    assert steps(office) == [
        "confirmed", "notified", "answered", "confirmed", "published", "rectified", "rechecked", "overdue",
    ]  # fmt: skip
    assert {taken[one].by for one in ("notified", "answered", "rectified", "overdue")} == {NAMES["inspector"]}
    assert taken["published"].by == NAMES["leader"]
    assert taken["notified"].due == ANSWER_DAY
    assert taken["rechecked"].papers == (on,)
    holdings = office.scene.holdings
    said = human.statement_of(holdings.record(taken["answered"].records[0]), holdings)
    assert ([file.name for file in said.files], said.by) == (["回复.pdf", "图.png"], NAMES["inspector"])


def test_each_takes_only_his_own_steps_and_is_told_whose_the_others_are(office: Reviewed) -> None:
    before = steps(office)
    may: dict[Role, set[str]] = {"inspector": {"notified", "answered", "confirm", "withdraw"}, "leader": set()}
    for role, own in may.items():
        assert offered(office, office.logged_in(role)) == own, role
    reviewer = office.logged_in("reviewer")
    assert "由检查员登记，通报由负责人登记" in reviewer.get(office.path).text
    assert not offered(office, reviewer) & {*course.FORMS, "publish"}
    for role in ("reviewer", "leader"):
        for name in get_args(course.Sent):
            assert step(office, office.logged_in(role), name, reason="越权").status_code == 403, (role, name)
    for role in ("inspector", "reviewer"):
        assert step(office, office.logged_in(role), "published").status_code == 403, role
    for name in ("confirmed", "contested", "upheld", "published", "x"):
        answer = upload(office.logged_in("inspector"), f"{office.path}/steps/{name}", [], seen="x")
        assert answer.status_code == 400, name
    assert steps(office) == before


def test_what_may_not_be_taken_now_has_no_form_and_says_why(office: Reviewed) -> None:
    inspector, leader = office.logged_in("inspector"), office.logged_in("leader")
    assert "没有先发核实函" in ruling_out(office, leader)
    assert "没有发过核实函" in ruling_out(office, inspector)
    step(office, inspector, "notified", due=str(ANSWER_DAY))
    assert f"回复期限到{ANSWER_DAY}为止" in ruling_out(office, inspector)
    refused = step(office, inspector, "silent")
    assert (refused.status_code, f"回复期限到{ANSWER_DAY}为止" in alert(refused)) == (409, True)
    assert steps(office)[-1] == "notified"


@pytest.mark.parametrize(
    ("name", "fields", "files", "said"),
    [
        ("answered", {"reason": "  "}, [], "须附单位的回复材料，或写明回复内容"),
        ("notified", {"due": "2021-02-30", "reason": "五日内"}, [], "不是一个日期"),
        ("notified", {"due": "<b>明天</b>", "reason": "五日内"}, [], "不是一个日期"),
        ("notified", {"due": "2020-12-01", "reason": "五日内"}, [], "已经过去"),
        ("notified", {"reason": "附件"}, [("a.pdf", b"MZ\x90\0\0")], "“a.pdf”不是可以收下的文件"),
        ("notified", {"reason": "附件"}, [("a.pdf", b"")], "“a.pdf”是空的"),
        ("silent", {"reason": "没有来函"}, [], "没有发过核实函"),
        ("overdue", {"reason": "未改"}, [], "其后可以是"),
        ("rechecked", {"reason": "看过"}, [], "其后可以是"),
    ],
)
def test_what_is_refused_enters_nothing_and_keeps_what_was_written(
    office: Reviewed, name: str, fields: dict[str, str], files: list[tuple[str, bytes]], said: str
) -> None:
    inspector = office.logged_in("inspector")
    kinds = [leaf.kind for leaf in office.scene.holdings.ledger.leaves()]
    answer = step(office, inspector, name, *files, **fields)
    assert (answer.status_code, said in alert(answer)) == (409, True), alert(answer)
    assert f">{fields['reason']}</textarea>" in answer.text
    assert ("须重新选取" in alert(answer)) == bool(files)
    after = [leaf.kind for leaf in office.scene.holdings.ledger.leaves()]
    assert {kind: after.count(kind) for kind in ("case", "record")} == {
        kind: kinds.count(kind) for kind in ("case", "record")
    }


def test_overdue_wants_that_the_last_day_is_over(office: Reviewed) -> None:
    """A unit that still has time is not said to have let it run out."""
    inspector = office.logged_in("inspector")
    due = office.clock.at.date() + timedelta(days=20)
    office.scene.take("notified", now=office.clock.at)
    office.scene.take("answered", now=office.clock.at)
    office.scene.take("confirmed", by="李四", now=office.clock.at)
    office.scene.take("published", now=office.clock.at, due=due)
    assert f"整改期限到{due}为止，尚未届满" in alert(step(office, inspector, "overdue", reason="未见报告"))
    assert offered(office, inspector) == {"rectified"}
    office.clock.move(days=60)
    inspector = office.logged_in("inspector")
    assert step(office, inspector, "overdue", reason="未见报告").status_code == 303
    assert events(office)[-1].reason == "未见报告"


def test_nobody_takes_a_step_on_what_he_has_not_seen(office: Reviewed) -> None:
    one, other = office.logged_in("inspector"), office.logged_in("inspector")
    before = seen(office, other)
    step(office, one, "notified", due=str(ANSWER_DAY))
    answer = step(office, other, "notified", due=str(ANSWER_DAY), seen=before, reason="我也发了")
    assert (answer.status_code, "已有变化，最近一步是" in alert(answer)) == (409, True)
    assert "我也发了" in answer.text, "though there is no form for it any more"
    assert steps(office).count("notified") == 1


def test_what_was_looked_up_meanwhile_is_seen_before_the_step_rests_on_it(office: Reviewed) -> None:
    inspector = office.logged_in("inspector")
    assert inspector.post(f"{office.path}/recheck").status_code == 400, "not rectified yet"
    for name, by in (
        ("notified", "张三"),
        ("answered", "张三"),
        ("confirmed", "李四"),
        ("published", "王五"),
        ("rectified", "张三"),
    ):
        office.scene.take(name, by=by, now=office.clock.at)
    mark = seen(office, inspector)
    finished(inspector, inspector.post(f"{office.path}/recheck"))
    answer = step(office, inspector, "rechecked", seen=mark)
    assert (answer.status_code, "又作了一次回头看核对" in alert(answer)) == (409, True)
    assert steps(office)[-1] == "rectified"


def test_of_two_at_the_same_moment_one_enters_and_the_others_file_is_not_in_the_ledger(office: Reviewed) -> None:
    both = [office.logged_in("inspector") for _ in range(2)]
    marks = [seen(office, browser) for browser in both]
    with ThreadPoolExecutor(2) as pool:
        work = [
            pool.submit(step, office, one, name, (f"{name}.pdf", PDF), seen=mark)
            for one, mark, name in zip(both, marks, ("notified", "answered"), strict=True)
        ]
        answers = sorted(each.result().status_code for each in work)
    assert answers == [303, 409]
    assert len(steps(office)) == 2
    handed_in = [row for row in office.scene.holdings.rows("shifan") if row.purpose == "human"]
    assert [row.record for row in handed_in] == list(events(office)[-1].records)


def test_what_means_harm_is_text_wherever_a_case_shows_it(office: Reviewed) -> None:
    inspector = office.logged_in("inspector")
    hostile = "".join(CORPUS).replace("\0", "")
    refused = step(office, inspector, "silent", reason=hostile).text
    step(office, inspector, "notified", (f"../../{CORPUS[1]}.pdf", PDF), due=str(ANSWER_DAY), reason=hostile)
    (record,) = events(office)[-1].records
    for text in (
        refused,
        inspector.get(office.path).text,
        inspector.get("/cases").text,
        inspector.get(f"/records/{record}").text,
    ):
        assert "<script>" not in text
        assert "<img src=x" not in text
        assert "<iframe srcdoc" not in text
        assert "\u202e" not in re.sub("<textarea.*?</textarea>", "", text, flags=re.S)
    assert "&lt;script&gt;window.taken=1&lt;/script&gt;" in inspector.get(office.path).text


def test_the_access_log_says_who_took_the_step_and_not_what_was_written(office: Reviewed, tmp_path: Path) -> None:
    step(office, office.logged_in("inspector"), "notified", due=str(ANSWER_DAY), reason="不入访问日志")
    log = "".join(path.read_text("utf-8") for path in tmp_path.rglob("access-*.jsonl"))
    assert f"{office.path}/steps/notified" in log
    assert "不入访问日志" not in log
