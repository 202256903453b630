"""Two scripts on one page are told; one form compares both; nothing that both scripts know counts."""

from __future__ import annotations

import pytest

from evidence.comparing.text import changes, lines
from evidence.reading import read
from evidence.reading.tree import grow
from tests.evidence.reading.pages import page, site

NEW = "<p>" + "根据国务院办公厅有关规定，现将全县政务公开工作要点印发给你们，请认真组织实施。" * 6 + "</p>"
OLD = "<p>" + "根據國務院辦公廳有關規定，現將全縣政務公開工作要點印發給你們，請認真組織實施。" * 6 + "</p>"


def said(body: str) -> list[str]:
    return [note for note in read(site(body), at=None).notes if "夹杂" in note]


def test_a_page_that_mixes_its_scripts_says_which_characters() -> None:
    (note,) = said(NEW + "<p>關於開展專項檢查的通知</p>")
    assert "简体页面中夹杂" in note and "關" in note


@pytest.mark.parametrize("body", [NEW, NEW + "<p>作者：張國榮</p>", NEW + "<p>皇后、乾隆、里程、干部</p>"])
def test_a_page_of_one_script_says_nothing(body: str) -> None:
    assert said(body) == []


def test_a_traditional_page_with_what_both_scripts_know_says_nothing() -> None:
    html = f"<html><body>{OLD}<p>皇后大道、里長、干涉、台灣、于右任、征服、余光中</p></body></html>"
    assert not [note for note in read(page(html), at=None).notes if "夹杂" in note]


def test_the_other_script_is_no_change() -> None:
    one, other = (lines(grow(page(f"<html><body>{body}</body></html>"))) for body in (NEW, OLD))
    found = changes(one, other)
    assert not found.changed
    assert {noise.reason for noise in found.noise} == {"繁简"}
