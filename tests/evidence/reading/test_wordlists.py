"""An office's own word lists stand in place of the shipped ones, and what was read by others is read anew."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from evidence.errors import ReadingError
from evidence.holdings import Holdings
from evidence.reading import read, wordlists
from evidence.reading.reader import this_reader
from evidence.readings import readings
from tests.evidence.reading.pages import site
from tests.evidence.test_readings import admitted

PAGE = (
    "<h1>关于开展示范工作的通知</h1><p>发布时间：2021-07-02</p><p>"
    + "示范城市创建工做会议要求各单位认真落实。" * 10
    + "<a href='http://pills.example/'>神奇药丸</a></p>"
)


@pytest.fixture
def own(tmp_path: Path) -> wordlists.WordLists:
    (tmp_path / "bad.txt").write_text("[药品]\n神奇药丸\n", encoding="utf-8")
    (tmp_path / "wording.txt").write_text("[误写]\n创建工做 => 创建工作 | 不规范\n", encoding="utf-8")
    return wordlists.load(bad_links=tmp_path / "bad.txt", wording_rules=tmp_path / "wording.txt")


def test_pages_are_read_by_the_lists_that_are_given(own: wordlists.WordLists) -> None:
    shipped, other = read(site(PAGE), at=None), read(site(PAGE), at=None, words=own)
    assert [one.word for one in other.bad_links] == ["神奇药丸"]
    assert {one.right for one in other.wording} == {"创建工作"}
    assert not shipped.bad_links
    assert not shipped.wording


def test_a_reading_says_by_which_lists_it_was_made(own: wordlists.WordLists) -> None:
    assert read(site(PAGE), at=None).reader == this_reader() == this_reader(wordlists.shipped())
    assert read(site(PAGE), at=None, words=own).reader == this_reader(own) != this_reader()


def test_with_another_list_stored_pages_are_read_anew(own: wordlists.WordLists, tmp_path: Path) -> None:
    holdings = Holdings.open(tmp_path / "store")
    record = admitted(holdings, 1, html=PAGE)
    first = readings([record], holdings)[record.id]
    again = readings([record], Holdings.open(tmp_path / "store", own))[record.id]
    assert first is not None and again is not None
    assert [one.right for one in first.wording] == []
    assert {one.right for one in again.wording} == {"创建工作"}


def test_one_list_alone_leaves_the_other_as_shipped(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("[药品]\n神奇药丸\n", encoding="utf-8")
    found = wordlists.load(bad_links=tmp_path / "bad.txt")
    assert found.wording == wordlists.shipped().wording
    assert found.sha256 is not None
    assert wordlists.load() is wordlists.shipped()


def test_lists_travel_to_other_processes(own: wordlists.WordLists) -> None:
    assert pickle.loads(pickle.dumps(own)) == own  # noqa: S301  our own bytes
    assert hash(own) == hash(pickle.loads(pickle.dumps(own)))  # noqa: S301


@pytest.mark.parametrize("text", ["神奇药丸\n", "", "\ufeff"])
def test_a_list_that_is_none_is_refused_with_its_place(text: str, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text(text, encoding="utf-8")
    with pytest.raises(ReadingError, match="bad.txt"):
        wordlists.load(bad_links=tmp_path / "bad.txt")


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="none.txt"):
        wordlists.load(wording_rules=tmp_path / "none.txt")
