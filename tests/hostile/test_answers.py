"""Answers to objections before the verifier: a forged citation, another ruling, another sheet are each seen by name."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evidence import canonical, digest
from evidence.disputes import ruling, sheet
from evidence.manifest import ANSWER, ANSWER_LETTER, proof_path
from evidence.model import Verdict
from evidence.verify import verify
from tests.evidence import bundles, disputed
from tests.evidence.bundles import Members
from tests.evidence.disputed import ANSWERED, RULED, Scene
from tests.hostile import agreement

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return disputed.scene(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def whole(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answer to an objection."""
    one = scene.opened()
    sheet.of_dispute(scene.house, scene.holdings, one, file=None, look=False, now=ANSWERED)
    done = ruling.rule(
        scene.house, scene.holdings, one, "upheld", why="经核对属实", by="张三", second="李四", now=RULED
    )
    return ruling.seal(scene.house, done, tmp_path_factory.mktemp("answer") / "answer.zip").path


def forged(scene: Scene, files: Members, out: Path) -> Path:
    """Put every layer above the payload right, with the office's own key."""
    signer = scene.house.signing()
    assert signer is not None
    return bundles.resealed(files, signer, out)


def changed(files: Members, change: Change) -> Members:
    body = canonical.decode(files[ANSWER])
    change(body)
    return {**files, ANSWER: canonical.encode(body)}


def failed(verdict: Verdict) -> set[str]:
    return {check.name for check in verdict.checks if check.passed is False}


def test_the_untouched_answer_holds_by_both_verifiers(whole: Path) -> None:
    assert verify(whole).holds()
    assert agreement.both_hold(whole)


def at(*place: str, value: Any) -> Change:
    def change(body: dict[str, Any]) -> None:
        for part in place[:-1]:
            body = body[part]
        body[place[-1]] = value

    return change


FORGERIES: dict[str, Change] = {
    "no name of a bundle": at("cites", "bundle", value="../../etc"),
    "a name with more behind it": at("cites", "bundle", value="quzheng-0123456789ab.zip"),
    "no digest of a manifest": at("cites", "manifest", value="D" * 64),
    "another finding": at("finding", value="ab" * 32),
    "another schema": at("schema", value="answer/2"),
    "a list for a name": at("cites", "bundle", value=["quzheng-0123456789ab"]),
    "one key more": at("approved", value=True),
    "an empty sheet": at("sheet", value={}),
    "a sheet in which it held": at("sheet", "original", "holds", value=True),
}
"""Each seen by `records` alone: what is changed is no event of the casebook."""
EVENTS: dict[str, Change] = {
    "a ruling that was another": at("ruling", "step", value="overturned"),
    "a ruling by somebody else": at("ruling", "by", value="王五"),
    "a ruling that is none": at("ruling", "step", value="published"),
    "a step that is a list": at("ruling", "step", value=["upheld"]),
    "papers that are a number": at("ruling", "papers", value=5),
    "an objection of another case": at("contested", "finding", value=[]),
    "a number that is none": at("ruling", "n", value="x"),
    "an objection that was put otherwise": at("contested", "reason", value="没有意见"),
}
"""Each seen by `ledger inclusion` at least: the ledger has the event as it was."""


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_citation_is_seen(scene: Scene, whole: Path, tmp_path: Path, name: str) -> None:
    forgery = forged(scene, changed(bundles.members(whole), FORGERIES[name]), tmp_path / "forged.zip")
    assert "records" in failed(verify(forgery))
    assert not agreement.both_hold(forgery)


@pytest.mark.parametrize("name", EVENTS)
def test_a_changed_event_is_not_the_one_in_the_ledger(scene: Scene, whole: Path, tmp_path: Path, name: str) -> None:
    forgery = forged(scene, changed(bundles.members(whole), EVENTS[name]), tmp_path / "forged.zip")
    assert "ledger inclusion" in failed(verify(forgery))
    assert not agreement.both_hold(forgery)


def test_an_answer_without_its_proofs_or_with_a_letter_alone_is_seen(scene: Scene, whole: Path, tmp_path: Path) -> None:
    files, names = bundles.members(whole), itertools.count()
    body = canonical.decode(files[ANSWER])
    proofs = [proof_path(digest.of_value(body[event])) for event in ("contested", "ruling")]
    for path, check in ((proofs[0], "ledger inclusion"), (proofs[1], "ledger inclusion"), (ANSWER, "records")):
        left = {name: data for name, data in files.items() if name != path}
        forgery = forged(scene, left, tmp_path / f"{next(names)}.zip")
        assert check in failed(verify(forgery))
        assert not agreement.both_hold(forgery)


def test_a_letter_may_not_be_put_into_a_bundle_that_is_no_answer(scene: Scene, tmp_path: Path) -> None:
    files = {**bundles.members(scene.bundle), ANSWER_LETTER: b"\xe6\x92\xa4\xe9\x94\x80"}
    forgery = forged(scene, files, tmp_path / "forged.zip")
    assert "records" in failed(verify(forgery))
    assert not agreement.both_hold(forgery)
