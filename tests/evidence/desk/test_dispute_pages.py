"""Objections at the desk: taken in from the unit's file, ruled on by two log-ins, answered with a bundle that verifies."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence import casebook, verify
from evidence.desk.roles import Role
from evidence.disputes import form, opening
from evidence.manifest import ANSWER_LETTER
from tests.evidence.desk.desks import HOST, NAMES, Browser
from tests.evidence.desk.review_scene import Reviewed, at_work

EVIL = "<script>window.taken=1</script>\u202e市政府"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reviewed]:
    with at_work(tmp_path_factory.mktemp("office"), published=True) as at:
        yield at


@pytest.fixture(scope="module")
def logged_in(office: Reviewed) -> dict[Role, Browser]:
    roles: tuple[Role, ...] = ("inspector", "reviewer", "leader")
    return {role: office.logged_in(role) for role in roles}


def upload(browser: Browser, path: str, files: list[tuple[str, tuple[str, bytes]]], **fields: str) -> Any:
    """Post as a form with files would."""
    return browser.client.post(
        path,
        data={"form_token": browser.token(), **fields},
        files=files,
        headers={"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"},
        follow_redirects=False,
    )


def written(office: Reviewed, **fields: Any) -> bytes:
    return form.filled(office.scene.form(**fields)).encode()


def alert(answer: Any) -> str:
    found = re.search(r'role="alert">([^<]*)', answer.text)
    return found[1] if found else ""


def finished(browser: Browser, answer: Any) -> Any:
    """Return the page of a piece of work when it is done."""
    assert answer.status_code == 303, answer.text
    for _ in range(600):
        page = browser.get(answer.headers["location"])
        if 'http-equiv="refresh"' not in page.text:
            return page
        time.sleep(0.05)
    raise AssertionError("the work does not end")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("written", ("a.txt", b"\xff\xfe\x00"))], "不是可以收下的文件"),
        ([("written", ("a.txt", "没有标题".encode()))], "第一个标题"),
        ([("written", ("a.docx", b"PK\x03\x04 zip"))], "标题"),
        ([("written", ("a.txt", b"x" * (form.LARGEST + 1)))], "超过"),
        ([("written", ("a.txt", b""))], "空的"),
        ([("written", ("ok", b"")), ("files", ("virus.exe", b"MZ\x90\x00\x03"))], "空的"),
    ],
)
def test_what_is_no_objection_is_refused_and_nothing_is_entered(
    office: Reviewed, logged_in: dict[Role, Browser], files: Any, said: str
) -> None:
    before = office.scene.holdings.ledger.size
    answer = upload(logged_in["inspector"], "/disputes", files)
    assert answer.status_code == 400
    assert said in alert(answer)
    kinds = {leaf.kind for leaf in office.scene.holdings.ledger.leaves(before)}
    assert not kinds & {"case", "record"}


def test_a_program_is_not_taken_in_with_an_objection(office: Reviewed, logged_in: dict[Role, Browser]) -> None:
    files = [("written", ("a.txt", written(office))), ("files", ("答复.pdf", b"MZ\x90\x00\x03\x00"))]
    answer = upload(logged_in["inspector"], "/disputes", files)
    assert "“答复.pdf”不是可以收下的文件" in alert(answer)


def test_an_unknown_number_is_told_to_whoever_took_the_letter(office: Reviewed, logged_in: dict[Role, Browser]) -> None:
    answer = upload(logged_in["inspector"], "/disputes", [("written", ("a.txt", written(office, finding="f" * 12)))])
    assert "不是本单位的任何一个问题" in alert(answer)


def test_an_objection_is_heard_and_ruled_on_by_two_log_ins(
    office: Reviewed, logged_in: dict[Role, Browser], tmp_path: Path
) -> None:
    inspector, reviewer, leader = logged_in["inspector"], logged_in["reviewer"], logged_in["leader"]
    hostile = "../../etc/<img src=x onerror=alert(1)>.txt"
    files = [
        ("written", ("..\\..\\objection-zh.txt", written(office, statement=EVIL, unit="示范市人民政府办公室"))),
        ("files", (hostile, "发布日志".encode())),
    ]
    entered = upload(inspector, "/disputes", files)
    assert entered.status_code == 303, alert(entered)
    page = entered.headers["location"]
    number = page.rpartition("/")[2]
    shown = inspector.get(page).text
    assert "&lt;script&gt;window.taken=1&lt;/script&gt;⟦U+202E⟧市政府" in shown
    assert "<img src=x" not in shown
    found = opening.find(office.scene.holdings, number)
    assert (found.contested.by, found.objection.statement.by) == (NAMES["inspector"], "示范市人民政府办公室")
    assert [file.name for file in found.objection.statement.files] == [
        "objection-zh.txt", "<img src=x onerror=alert(1)>.txt",
    ]  # fmt: skip

    assert upload(inspector, f"{page}/sheet", []).status_code == 403, "who takes it in does not rule"
    assert "还没有核对" in alert(reviewer.post(f"{page}/propose", {"step": "upheld", "why": "无误", "on": "0" * 64}))
    original = office.scene.bundle.read_bytes()
    done = finished(reviewer, upload(reviewer, f"{page}/sheet", [("bundle", ("original.zip", original))]))
    assert done.status_code == 303
    shown = reviewer.get(page).text
    assert "核验成立" in shown

    (on,) = re.findall(r'name="on" value="([0-9a-f]{64})"', shown)
    refused = reviewer.post(f"{page}/propose", {"step": "upheld", "why": " ", "on": on})
    assert "须写明理由" in alert(refused)
    assert reviewer.post(f"{page}/propose", {"step": "upheld", "why": "发布日志晚于时点", "on": on}).status_code == 303
    assert opening.find(office.scene.holdings, number).ruling is None, "one person alone rules nothing"
    (proposal,) = re.findall(r'name="proposal" value="([0-9a-f]{64})"', leader.get(page).text)
    assert 'name="proposal"' not in reviewer.get(page).text
    assert "不能既裁定又复核" in alert(reviewer.post(f"{page}/agree", {"proposal": proposal}))
    assert "已有变化" in alert(leader.post(f"{page}/agree", {"proposal": "0" * 64}))
    assert leader.post(f"{page}/agree", {"proposal": proposal}).status_code == 303

    ruled = opening.find(office.scene.holdings, number).ruling
    assert ruled is not None
    assert (ruled.step, ruled.by, ruled.second) == ("upheld", NAMES["reviewer"], NAMES["leader"])
    made = finished(leader, leader.post(f"{page}/answer"))
    (file,) = re.findall(r'href="(/tasks/[0-9a-f]+/file)"', made.text)
    answer = leader.get(file)
    path = tmp_path / "answer.zip"
    path.write_bytes(answer.content)
    assert re.search(r'filename="quzheng-[0-9a-f]{12}\.zip"', answer.headers["content-disposition"])
    assert verify.verify(path, trust=office.scene.certificate).holds()
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        letter = next(bundle.read(name).decode() for name in bundle.namelist() if name.endswith(ANSWER_LETTER))
    assert "发布日志晚于时点" in letter
    assert casebook.of_id(office.scene.holdings, office.scene.finding.id).state == "upheld"


def test_a_role_that_may_not_object_sees_no_form(logged_in: dict[Role, Browser], office: Reviewed) -> None:
    assert "异议书" in logged_in["inspector"].get("/disputes").text
    assert 'name="written"' not in logged_in["leader"].get("/disputes").text
    answer = upload(logged_in["leader"], "/disputes", [("written", ("a.txt", written(office)))])
    assert answer.status_code == 403
