"""A store says its form: an older one is brought up, a newer one is let alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence import form
from evidence.admit import admit
from evidence.backup import backup
from evidence.errors import StoreError
from evidence.files import TEMPORARY
from evidence.holdings import Holdings
from evidence.house import bare
from evidence.restore import restore
from tests.evidence import factory


def filled(root: Path, count: int = 3) -> Holdings:
    holdings = Holdings.open(root)
    for n in range(count):
        capture = factory.capture(holdings.store, key=f"N{n}/shifan/home/1", html=f"{n}")
        admit(capture, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)
    return holdings


def older(root: Path) -> Holdings:
    """Return a store as it was before the number: no form, a month's catalog whole in one file."""
    holdings = filled(root)
    holdings.catalog.rebuild(holdings.store, holdings.ledger)
    assert not list(root.glob("catalog/*/*.tail"))
    (root / form.FILE).unlink()
    return holdings


def test_a_new_store_has_the_present_form(tmp_path: Path) -> None:
    Holdings.open(tmp_path)
    assert (tmp_path / "form").read_text() == "1\n"
    assert form.of(tmp_path) == form.FORM


def test_a_store_from_before_the_number_is_brought_up_and_loses_nothing(tmp_path: Path) -> None:
    before = older(tmp_path)
    rows, state = before.rows("shifan"), before.ledger.state()
    after = Holdings.open(tmp_path)
    assert (form.of(tmp_path), after.rows("shifan"), after.ledger.state()) == (1, rows, state)
    filled(tmp_path, 5)
    again = Holdings.open(tmp_path)
    assert [record.previous for record in again.records()] == [None, *(record.id for record in again.records()[:-1])]
    assert len(again.rows("shifan")) == 5


def test_killed_while_it_was_brought_up_a_store_is_brought_up_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older(tmp_path)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(form, "write_whole", killed)
        Holdings.open(tmp_path)
    assert form.of(tmp_path) == 0
    assert len(Holdings.open(tmp_path).rows("shifan")) == 3
    assert form.of(tmp_path) == 1


def test_a_store_of_a_newer_program_is_refused_and_let_alone(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / "form").write_text("2\n")
    there = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    with pytest.raises(StoreError, match=r"form 2, this program knows forms up to 1\n.*newer program"):
        Holdings.open(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == there


@pytest.mark.parametrize("rubbish", ["", "one", "-1", "1.0", "\x00", "9" * 500])
def test_what_is_no_number_is_refused_with_the_place_and_the_mend(tmp_path: Path, rubbish: str) -> None:
    filled(tmp_path)
    (tmp_path / "form").write_text(rubbish)
    with pytest.raises(StoreError, match=r"form: expected the number.*\n.*backup"):
        Holdings.open(tmp_path)
    assert not list(tmp_path.glob(f"{TEMPORARY}*"))


def test_a_backup_says_the_form_and_is_not_restored_by_an_older_program(tmp_path: Path) -> None:
    filled(tmp_path / "office" / "store")
    backup(bare(tmp_path / "office"), tmp_path / "kept", now=factory.NOON)
    assert form.of(tmp_path / "kept" / "store") == 1
    restore(tmp_path / "kept", tmp_path / "again")
    assert form.of(tmp_path / "again" / "store") == 1
    assert len(Holdings.open(tmp_path / "again" / "store").rows("shifan")) == 3
    (tmp_path / "kept" / "store" / "form").write_text("2\n")
    with pytest.raises(StoreError, match="form 2"):
        restore(tmp_path / "kept", tmp_path / "other")
    assert not (tmp_path / "other").exists()
