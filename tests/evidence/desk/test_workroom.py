"""Long work: one piece at a time, asked for twice done once, a failure told, nothing left behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest

from evidence.desk import workroom
from evidence.desk.workroom import Piece, Work, Workroom
from evidence.errors import DeskError


@pytest.fixture
def room() -> Iterator[Workroom]:
    made = Workroom()
    yield made
    made.close()


def ask(room: Workroom, what: str, work: Work, *, again: bool = False) -> Piece:
    return room.ask(what, work, title=what, back="/", by="检查甲", again=again)


def done(piece: Piece) -> Piece:
    wait([piece.future], timeout=20)
    assert piece.done
    return piece


def test_pieces_are_done_one_after_the_other(room: Workroom) -> None:
    gate, running, most = threading.Event(), [0], [0]

    def work(folder: Path) -> str:
        running[0] += 1
        most[0] = max(most[0], running[0])
        gate.wait(20)
        running[0] -= 1
        return folder.name

    pieces = [ask(room, name, work) for name in "abc"]
    assert room.ahead(pieces[2]) == 2
    gate.set()
    assert len({done(piece).result for piece in pieces}) == 3
    assert most == [1]


def test_what_is_asked_for_twice_is_done_once_unless_again_is_said(room: Workroom) -> None:
    first = done(ask(room, "a", lambda folder: 1))
    assert ask(room, "a", lambda folder: 2) is first
    assert done(ask(room, "a", lambda folder: 2, again=True)).result == 2
    assert not first.folder.exists()


def test_a_failure_is_told_once_in_its_own_words_and_can_be_tried_again(room: Workroom) -> None:
    def refused(folder: Path) -> None:
        raise DeskError("没有密钥")

    piece = done(ask(room, "a", refused))
    assert ask(room, "a", refused) is piece
    assert piece.fault == "没有密钥"
    with pytest.raises(DeskError, match="没有密钥"):
        _ = piece.result
    assert done(ask(room, "a", lambda folder: 3)).result == 3


def test_a_fault_of_ours_tells_people_nothing_of_its_inside(room: Workroom) -> None:
    def broken(folder: Path) -> None:
        raise ValueError("/secret/path")

    assert "secret" not in done(ask(room, "a", broken)).fault


def test_results_are_kept_for_a_while_and_no_longer(room: Workroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workroom, "KEPT", 3)
    pieces = [done(ask(room, str(n), lambda folder: (folder / "x").write_bytes(b"x"))) for n in range(6)]
    assert [room.find(piece.id) is not None for piece in pieces] == [False] * 3 + [True] * 3
    assert [piece.folder.exists() for piece in pieces] == [False] * 3 + [True] * 3


def test_the_queue_has_an_end(room: Workroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workroom, "WAITING", 2)
    gate = threading.Event()
    for name in "ab":
        ask(room, name, lambda folder: gate.wait(20))
    with pytest.raises(DeskError, match="排队的工作太多"):
        ask(room, "c", lambda folder: None)
    gate.set()
