"""Last night at a glance: what is known and no more, whoever wrote it and whatever he named himself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence import judgements, plain
from evidence.columns import Subject
from evidence.desk import nights
from evidence.errors import EvidenceError
from evidence.holdings import Holdings
from evidence.proof import PURGE
from tests.evidence.desk import city
from tests.evidence.desk.desks import Browser, Clock, opened

COUNTED = '发现问题 <span class="num">{}</span>'


@contextmanager
def looking(root: Path, clock: Clock | None = None, **more: Any) -> Iterator[Browser]:
    with opened(root, clock or Clock(), **more) as browse:
        browser = browse()
        browser.log_in("inspector")
        yield browser


def page(root: Path, **more: Any) -> str:
    with looking(root, **more) as browser:
        answer = browser.get("/")
        assert answer.status_code == 200
        return str(answer.text)


def test_it_says_how_the_night_went_and_how_the_targets_stand(tmp_path: Path) -> None:
    home, _ = city.built(tmp_path, 7)
    text = page(tmp_path, tenant=home)
    for said in (
        "不完整",
        "登录失效 2 页，属我方原因",
        "420／401 页",
        "检查对象（7 个）",
        "再不更新将于2021-06-30",
        "无法访问",
    ):
        assert said in text, said
    assert COUNTED.format(2) in text
    assert "尚未判定" in text
    assert "示范县第0局网站" in text


def test_every_target_leads_to_its_history(tmp_path: Path) -> None:
    home, _ = city.built(tmp_path, 3)
    with looking(tmp_path, tenant=home) as browser:
        places = sorted(set(re.findall(r'class="name" href="(/targets/[^"]+)"', browser.get("/").text)))
        assert len(places) == 3
        assert {browser.get(place).status_code for place in places} == {200}


def test_every_state_has_a_sign_and_a_word(tmp_path: Path) -> None:
    home, _ = city.built(tmp_path, 6)
    text = page(tmp_path, tenant=home)
    for word in ("发现问题", "提请核对", "未能判定", "未见问题", "尚未判定"):
        assert text.count(word) >= 2, word


def test_a_name_that_means_harm_is_shown_as_it_is_written(tmp_path: Path) -> None:
    home, _ = city.built(tmp_path, 3, city.EVIL)
    city.write_night(
        tmp_path, city.night(3, why=[city.EVIL], left=[{"target": city.EVIL, "label": city.EVIL, "said": city.EVIL}])
    )
    text = page(tmp_path, tenant=home)
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "\u202e" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "⟦U+202E⟧" in text


def test_with_nothing_there_it_says_what_to_do(tmp_path: Path) -> None:
    text = page(tmp_path)
    assert "还没有可读的夜间任务报告" in text
    assert "还没有检查对象" in text


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        '{"schema": "night/2"}',
        "[" * 100_000,
        '{"schema": "night/1"}',
        '{"schema": "night/1", "fresh": 7, "why": {}, "ended": "gestern"}',
    ],
)
def test_a_report_that_cannot_be_read_breaks_nothing(tmp_path: Path, damage: str) -> None:
    city.write_night(tmp_path, {"night": "N1"})
    (tmp_path / "nights" / "N1" / "night.json").write_text(damage)
    (tmp_path / "nightly.json").write_text(damage)
    assert "昨夜一览" in page(tmp_path)


def test_an_old_report_is_not_passed_off_as_last_nights(tmp_path: Path) -> None:
    home, _ = city.built(tmp_path, 3)
    clock = Clock()
    with looking(tmp_path, clock, tenant=home, longest_hours=24 * 30, idle_minutes=60 * 24 * 30) as browser:
        assert "天前的报告" not in browser.get("/").text
        clock.move(days=4)
        assert "这是 4 天前的报告：昨夜没有报告" in browser.get("/").text


def test_the_newest_night_is_shown(tmp_path: Path) -> None:
    city.write_night(tmp_path, city.night(1, night="20210627-2200", complete=True, why=[]))
    city.write_night(tmp_path, city.night(1, night="20210628-2200"))
    assert "20210628-2200" in page(tmp_path)


@pytest.mark.parametrize(
    ("state", "minutes", "said"),
    [
        ("running", 1, "正在运行"),
        ("running", 60, "已没有动静"),
        ("waiting", 60, "已没有动静"),
        ("stopped", 60, "尚未接续"),
        ("waiting", 1, ""),
    ],
)
def test_the_sign_of_life_is_told(tmp_path: Path, state: str, minutes: int, said: str) -> None:
    alive = Clock()() - timedelta(minutes=minutes)
    beat = {"schema": "nightly/1", "state": state, "alive": plain.instant(alive)}
    (tmp_path / "nightly.json").write_text(json.dumps(beat))
    found = nights.pulse(tmp_path)
    assert found is not None
    assert (said in found.said(Clock()())) if said else found.said(Clock()()) == ""
    assert said in page(tmp_path)


def test_a_judgement_made_meanwhile_is_seen_at_once(tmp_path: Path) -> None:
    home, _ = city.built(tmp_path, 3)
    with looking(tmp_path, tenant=home) as browser:
        assert COUNTED.format(1) in browser.get("/").text
        city.judged(Holdings.open(tmp_path / "store"), "t0002")
        assert COUNTED.format(2) in browser.get("/").text
        (tmp_path / "store" / "derived" / "judgements" / "t0002.json").unlink()
        assert COUNTED.format(1) in browser.get("/").text


def test_what_rests_on_a_record_in_quarantine_is_read_anew(tmp_path: Path) -> None:
    home, record = city.built(tmp_path, 2)
    with looking(tmp_path, tenant=home) as browser:
        assert COUNTED.format(1) in browser.get("/").text
        holdings = Holdings.open(tmp_path / "store")
        holdings.ledger.append(PURGE, record.id, "1" * 64)
        browser.get("/")
        judgements.set_aside(holdings, record.id)
        text = browser.get("/").text
        assert COUNTED.format(1) not in text
        assert "未能判定" in text


def test_a_judgement_that_is_damaged_leaves_its_target_unjudged(tmp_path: Path) -> None:
    home, _ = city.built(tmp_path, 3)
    path = tmp_path / "store" / "derived" / "judgements" / "t0000.json"
    path.unlink()
    path.write_text("{")
    assert COUNTED.format(1) not in page(tmp_path, tenant=home)


def test_looking_does_not_have_the_list_of_targets_read_anew(tmp_path: Path) -> None:
    """The access log, which every look adds to, lies among the office's files."""
    home, _ = city.built(tmp_path, 2)
    read: list[int] = []

    def subjects() -> tuple[Subject, ...]:
        read.append(1)
        return city.subjects(2)

    papers = replace(home.papers, files=(tmp_path / "targets.yaml", tmp_path / "desk"))
    with looking(tmp_path, tenant=replace(home, papers=papers, subjects=subjects)) as browser:
        before = browser.desk.roll._stamped()
        for _ in range(3):
            assert browser.get("/").status_code == 200
        assert browser.desk.roll._stamped() == before
    assert len(read) == 1


def test_a_list_of_targets_that_cannot_be_read_is_said_and_the_last_good_one_stands(tmp_path: Path) -> None:
    home, _ = city.built(tmp_path, 2)
    file = tmp_path / "targets.yaml"
    file.write_text("1")
    with looking(tmp_path, tenant=home) as browser:
        roll = browser.desk.roll
        assert roll.name("t0001") == "示范县第1局网站"

        def broken() -> tuple[()]:
            raise EvidenceError("targets.yaml:3: <b>falsch</b>")

        roll._read = broken
        file.write_text("22")
        roll._refresh()
        text = browser.get("/").text
        assert "示范县第1局网站" in text
        assert "&lt;b&gt;falsch&lt;/b&gt;" in text
        roll._read = lambda: city.subjects(2, "neuer Name")
        file.write_text("333")
        roll._refresh()
        assert "neuer Name" in browser.get("/").text
