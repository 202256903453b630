"""The first sheet says who, when, how and what for, what the bundle cannot show, and claims no legal force."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from evidence import casebook
from evidence.case_event import Event, Step
from evidence.casebook import CaseRules
from evidence.manifest import FIRST_SHEET
from evidence.office import Office
from evidence.report import render_first_sheet
from evidence.report.first_sheet import first_sheet
from evidence.verify import verify
from tests.evidence import bundles, factory
from tests.evidence.report.specimen import Pictures, dossier, exhibit

OFFICE = Office(
    name="示范省政务公开办公室",
    kept_at="省政务云存储柜3号，只增不改",
    contact="监督检查处 000-0000000",
    remedies=("收到核实函之日起3个工作日内回复。", "对通报不服的，可在收到之日起30日内申请复核。"),
)


def said(page: bytes) -> str:
    body = LexborHTMLParser(page.decode()).body
    assert body is not None
    return re.sub(r"\s+", " ", body.text())


def sheet(*, office: Office = OFFICE, events: tuple[Event, ...] = (), by: str | None = "张三", **fields: object) -> str:
    pictures = Pictures()
    given = dossier(pictures, exhibit(pictures), **fields)
    return said(render_first_sheet(first_sheet([given], events, office, by)))


def test_it_names_maker_time_method_purpose_keeper_and_remedies() -> None:
    text = sheet()
    for word in (
        "制作方法",
        "提取时间",
        "制作人张三",
        "证明对象",
        "原始载体及保管省政务云存储柜3号",
        "提取人",
        "复核人",
    ):
        assert word in text, word
    assert all(remedy in text for remedy in OFFICE.remedies)
    assert "对单位有利的事实" in text


def test_it_says_what_the_bundle_proves_and_what_it_does_not_and_never_claims_force() -> None:
    text = sheet()
    assert "能够说明" in text and "不能说明" in text
    assert "对方服务器内部的真实情况" in text
    assert "法律效力" not in text


def test_what_nobody_filled_in_is_said_to_be_so_and_not_guessed() -> None:
    text = sheet(office=Office(), by=None)
    assert text.count("（未填写）") == 4
    assert "（尚无人复核）" in text
    assert "可使用本包内的异议书" in text


def test_what_speaks_for_the_unit_and_what_is_open_stand_there() -> None:
    text = sheet(for_the_unit=("6月20日曾见一条",), missing=("没有24小时内的复看",))
    assert "6月20日曾见一条" in text
    assert "没有24小时内的复看" in text


@pytest.mark.parametrize("bad", ["<script>alert(1)</script>", "\u202eabc", "</table><h1>免责", "a\x00b"])
def test_captured_and_typed_text_is_text(bad: str) -> None:
    pictures = Pictures()
    given = dossier(pictures, exhibit(pictures), message=bad)
    page = render_first_sheet(first_sheet([given], (), replace(OFFICE, remedies=(bad,)), bad))
    tree = LexborHTMLParser(page.decode())
    assert not tree.css("script")
    assert len(tree.css("h1")) == 1
    assert "\u202e" not in page.decode()


STEPS: tuple[tuple[Step, str], ...] = (("warned", ""), ("notified", ""), ("answered", "单位称已更新"))


@pytest.fixture
def office(tmp_path: Path) -> bundles.Office:
    return bundles.office(tmp_path / "office", nights=1)


def warned_and_asked(office: bundles.Office) -> None:
    """Take three steps of the case: it is warned of, put to the unit, and answered."""
    agreed = replace(office.dossier.finding, second_look="agrees")
    for n, (step, reason) in enumerate(STEPS):
        casebook.take(
            office.holdings,
            agreed,
            step,
            by="王五",
            reason=reason,
            rules=CaseRules(),
            now=factory.NOON + timedelta(days=3, hours=n),
            due=(factory.NOON + timedelta(days=9)).date() if step == "notified" else None,
        )


def test_the_course_of_the_case_is_in_the_bundle_proved_to_be_all_of_it(office: bundles.Office, tmp_path: Path) -> None:
    warned_and_asked(office)
    path = office.bundle(tmp_path / "b.zip", office=OFFICE, by="张三").path
    files = bundles.members(path)
    assert verify(path).holds()
    assert len([name for name in files if name.startswith("data/cases/")]) == 3
    assert "单位称已更新" in said(files[FIRST_SHEET])
    assert b"answered" in files["data/custody.json"]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_step_left_out_or_altered_is_seen(office: bundles.Office, tmp_path: Path, n: int) -> None:
    warned_and_asked(office)
    files = bundles.members(office.bundle(tmp_path / "b.zip").path)
    path = sorted(name for name in files if name.startswith("data/cases/"))[n]
    without = {name: data for name, data in files.items() if name != path}
    altered = {**files, path: files[path].replace("王五".encode(), "赵六".encode())}
    for forged in (without, altered):
        verdict = verify(bundles.resealed(forged, office.signer, tmp_path / "forged.zip"))
        failed = {check.name for check in verdict.checks if check.passed is False}
        assert failed & {"records", "series-complete"}, (
            "in the middle the next step shows it, at the end the list of chains"
        )


def test_where_another_case_of_the_target_ended_is_told_beside_the_course(
    office: bundles.Office, tmp_path: Path
) -> None:
    warned_and_asked(office)
    other = replace(office.dossier.finding, id="ab" * 32, second_look="agrees")
    given: dict[str, Any] = {"now": factory.NOON + timedelta(days=9), "rules": CaseRules()}
    casebook.take(office.holdings, other, "withdrawn", by="赵六", reason="栏目另有更新", **given)
    files = bundles.members(office.bundle(tmp_path / "b.zip").path)
    assert len([name for name in files if name.startswith("data/cases/")]) == 4
    text = said(files[FIRST_SHEET])
    assert "同一对象的其他案卷" in text
    assert "abababababab" in text
    assert "已撤销，共1步；栏目另有更新" in text
    assert "赵六" not in text, "in the course are the steps of the bundle's own findings"
