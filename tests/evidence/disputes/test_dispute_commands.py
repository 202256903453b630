"""The commands of a dispute: played from the form to the sealed answer, and every refusal in Chinese with exit code 2."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evidence.cli import cli
from evidence.disputes.form import blank
from evidence.seal import Signer
from evidence.verify import verify
from tests.evidence import disputed
from tests.evidence.disputed import Scene, seeing


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return disputed.scene(tmp_path_factory.mktemp("office"))


@pytest.fixture
def scene(template: Scene, tmp_path: Path) -> Scene:
    """An office of one's own, that a test may add to, and whose key it may take away."""
    for name in ("store", "seal"):
        shutil.copytree(template.house.store.parent / name, tmp_path / name)
    key, certificate = tmp_path / "seal" / "office.key", tmp_path / "seal" / "office.pem"
    house = replace(
        template.house,
        store=tmp_path / "store",
        signing=lambda: Signer.load(key, certificate) if key.exists() else None,
    )
    return seeing(replace(template, house=house), disputed.STALE)


def said(scene: Scene, *words: str) -> Result:
    return CliRunner().invoke(cli, list(words), obj={"opener": lambda _: scene.house})


def told(scene: Scene, *words: str, exit_code: int = 0) -> Any:
    done = said(scene, *words, "--json")
    assert done.exit_code == exit_code, done.output
    return json.loads(done.stdout)


def opened(scene: Scene, *words: str) -> Any:
    who = ("--finding", scene.finding.id[:12], "--unit", "示范市人民政府办公室", "--statement", "已更新")
    return told(scene, "dispute", "open", "--by", "收件人", "--due", "2090-01-09", *who, *words)


def test_a_dispute_is_played_through_by_commands(scene: Scene, tmp_path: Path) -> None:
    form = tmp_path / "异议书.txt"
    text = blank((scene.finding.id,)).replace("【异议单位】", "【异议单位】\n示范市政府办")
    form.write_text(text.replace("【异议内容】", "【异议内容】\n已更新"), "utf-8")
    one = told(scene, "dispute", "open", "--from", str(form), "--by", "收件人", "--due", "2090-01-09")
    assert (one["state"], one["unit"], one["due"]) == ("contested", "示范市政府办", "2090-01-09")
    assert one["dispute"] in said(scene, "dispute", "list").output
    found = told(scene, "dispute", "answer", one["dispute"], "--bundle", str(scene.bundle))
    assert found["original"]["holds"] is True
    out = tmp_path / "answer.zip"
    who = ("--by", "张三", "--second", "李四", "--why", "经核对属实")
    ruled = told(scene, "dispute", "rule", one["dispute"], "--uphold", *who, "-o", str(out))
    assert (ruled["state"], ruled["sealed"]) == ("upheld", True)
    assert verify(out).holds()
    shown = said(scene, "dispute", "show", one["dispute"]).output
    assert "维持" in shown and "李四" in shown and "原证据是否完好" in shown
    again = told(scene, "dispute", "bundle", one["dispute"], "-o", str(tmp_path / "again.zip"))
    assert again["name"] == ruled["name"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["open", "--finding", "ab"], "--statement"),
        (["open", "--finding", "ffffffffffff", "--unit", "甲", "--statement", "乙"], "finding"),
        (["open", "--finding", "ffffffffffff", "--unit", " ", "--statement", "乙"], "没有填写"),
        (["show", "D-2021-404"], "没有这一件"),
        (["rule", "D-2021-404", "--second", "乙", "--why", "丙", "-o", "a.zip"], "--uphold"),
        (["rule", "D-2021-404", "--uphold", "--second", "乙", "--why", "丙", "-o", "a.zip"], "没有这一件"),
    ],
)
def test_what_is_refused_says_why_and_exits_with_2(scene: Scene, words: list[str], why: str) -> None:
    refused = said(scene, "dispute", *words)
    assert refused.exit_code == 2
    assert why in refused.output


def test_a_form_that_is_none_is_refused_in_chinese(scene: Scene, tmp_path: Path) -> None:
    form = tmp_path / "form.docx"
    form.write_bytes(b"PK\x03\x04\xff\xfe")
    refused = said(scene, "dispute", "open", "--from", str(form))
    assert (refused.exit_code, "UTF-8" in refused.output) == (2, True)


def test_the_words_of_a_form_are_not_mixed_with_options(scene: Scene, tmp_path: Path) -> None:
    form = tmp_path / "form.txt"
    form.write_text("x")
    assert said(scene, "dispute", "open", "--from", str(form), "--unit", "甲").exit_code == 2


@pytest.mark.parametrize("step", ["contested", "upheld", "changed", "overturned"])
def test_an_objection_has_one_way_only(scene: Scene, step: str) -> None:
    assert said(scene, "case", "step", scene.finding.id[:12], step).exit_code == 2


def test_an_answer_that_cannot_be_sealed_exits_with_3(scene: Scene, tmp_path: Path) -> None:
    one = opened(scene)
    told(scene, "dispute", "answer", one["dispute"], "--no-look")
    key = tmp_path / "seal" / "office.key"
    key.rename(key.with_suffix(".away"))
    who = ("--by", "张三", "--second", "李四", "--why", "经核对属实")
    done = said(scene, "dispute", "rule", one["dispute"], "--overturn", *who, "-o", str(tmp_path / "a.zip"))
    assert done.exit_code == 3
    assert (tmp_path / "a.UNSEALED.zip").exists()


def test_files_that_steer_a_terminal_are_disarmed(scene: Scene, tmp_path: Path) -> None:
    odd = tmp_path / "a\x1b[2J\u202eb.png"
    odd.write_bytes(b"x")
    one = opened(scene, "--file", str(odd))
    shown = said(scene, "dispute", "show", one["dispute"]).output
    assert not set(shown) & {"\x1b", "\u202e"}


def test_a_recheck_looks_and_the_step_cites_what_it_saw(scene: Scene) -> None:
    finding = scene.finding.id[:12]
    assert said(scene, "case", "recheck", finding).exit_code == 2
    assert said(scene, "case", "step", finding, "rectified", "--by", "张三").exit_code == 0
    seen = told(scene, "case", "recheck", finding)
    assert {one["outcome"] for one in seen["now"]} <= {"captured", None}
    done = told(scene, "case", "step", finding, "rechecked", "--by", "张三")
    assert len(done["events"][-1]["papers"]) == 1
