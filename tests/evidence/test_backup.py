"""A backup holds all that the ledger names, never loses what it had, and what comes out of it is the store that went in."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from collector.initialise import initialise
from collector.workspace import Workspace
from evidence import backup, canonical, checkpoints, purged, restore
from evidence.backup import BackedUp
from evidence.cli import cli
from evidence.errors import BackupError, EvidenceError
from evidence.holdings import Holdings
from evidence.house import House
from evidence.restore import drill
from evidence.soundness import examine
from tests.evidence import bundles, factory
from tests.evidence.dying import moments
from tests.evidence.test_retention import NOW, purge, three_years
from tests.evidence.test_store import overwrite


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A workspace with an office key, a vault, a ledger file, two nights and a signed state."""
    root = tmp_path / "ws"
    initialise(root)
    (root / "vault.age").write_bytes(b"age-encryption.org/v1\n-> X25519 abc\n")
    (root / "columns").mkdir(exist_ok=True)
    (root / "columns" / "shifan.yaml").write_text("- {label: home}\n", "utf-8")
    made = Workspace.open(root).house()
    night(made, 1)
    night(made, 2)
    return made


def night(house: House, n: int) -> None:
    holdings = house.holdings()
    at = factory.NOON + timedelta(days=n)
    bundles.planned(holdings, f"N{n}", at)
    bundles.admitted(holdings, f"N{n}/shifan/home/1", started=at, html=f"<p>第{n}夜</p>")
    checkpoints.sign(holdings, house.signing())


def back_up(house: House, to: Path, **fields: Any) -> BackedUp:
    return backup.backup(house, to, now=NOW, **fields)


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder but locks, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "lock" not in path.name
    }


def evidence_of(store: Path) -> dict[str, bytes]:
    """Return blobs, leaves and signed states."""
    return {name: data for name, data in files(store).items() if name.startswith(("blobs/", "ledger/"))}


def test_what_is_restored_is_the_store_that_went_in(house: House, tmp_path: Path) -> None:
    back_up(house, tmp_path / "b")
    found = restore.restore(tmp_path / "b", tmp_path / "new")
    assert found.clean, found.faults
    assert evidence_of(tmp_path / "new" / "store") == evidence_of(house.store)
    before, after = house.holdings(), Workspace.open(tmp_path / "new").holdings()
    assert after.ledger.root() == before.ledger.root()
    assert after.rows("shifan") == before.rows("shifan")


def test_the_workspace_comes_back_with_it_but_no_key(house: House, tmp_path: Path) -> None:
    done = back_up(house, tmp_path / "b")
    restore.restore(tmp_path / "b", tmp_path / "new")
    for name in ("quzheng.yaml", "targets.yaml", "vault.age", "columns/shifan.yaml", "seal/office.pem"):
        assert (tmp_path / "new" / name).read_bytes() == (tmp_path / "ws" / name).read_bytes(), name
    assert not (tmp_path / "new" / "seal" / "office.key").exists()
    assert "seal/office.key" in done.keys and "seal/office.key" in done.sentence()
    secrets = [data for data in files(tmp_path / "b").values() if b"PRIVATE KEY" in data or b"AGE-SECRET" in data]
    assert secrets == []


def test_a_key_is_known_by_what_it_holds_whatever_its_name_and_place(house: House, tmp_path: Path) -> None:
    (tmp_path / "ws" / "flows").mkdir(exist_ok=True)
    (tmp_path / "ws" / "flows" / "notes.txt").write_bytes(b"# mine\nAGE-SECRET-KEY-1QQQ\n")
    assert "flows/notes.txt" in back_up(house, tmp_path / "b").keys
    assert not any(b"AGE-SECRET-KEY-1QQQ" in data for data in files(tmp_path / "b").values())


def test_keys_that_are_asked_for_come_back_for_their_owner_alone(house: House, tmp_path: Path) -> None:
    back_up(house, tmp_path / "b", keys=True)
    restore.restore(tmp_path / "b", tmp_path / "new")
    key = tmp_path / "new" / "seal" / "office.key"
    assert key.read_bytes() == (tmp_path / "ws" / "seal" / "office.key").read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    shelved = [path for path in (tmp_path / "b" / "papers").iterdir() if b"PRIVATE KEY" in path.read_bytes()]
    assert [stat.S_IMODE(path.stat().st_mode) & 0o077 for path in shelved] == [0]


def test_a_file_outside_the_workspace_is_said_and_left(house: House, tmp_path: Path) -> None:
    elsewhere = tmp_path / "words.txt"
    elsewhere.write_text("词\n", "utf-8")
    papers = replace(house.papers, files=(*house.papers.files, elsewhere, tmp_path / "ws" / ".." / "words.txt"))
    done = back_up(replace(house, papers=papers), tmp_path / "b")
    assert str(elsewhere) in done.outside and "words.txt" in done.sentence()


def test_a_second_backup_copies_only_what_is_new_and_keeps_the_first(house: House, tmp_path: Path) -> None:
    first = back_up(house, tmp_path / "b")
    before = {path: path.stat().st_ino for path in (tmp_path / "b" / "store" / "blobs").rglob("*") if path.is_file()}
    (tmp_path / "ws" / "targets.yaml").write_text("[]\n", "utf-8")
    night(house, 3)
    second = back_up(house, tmp_path / "b")
    assert 0 < second.copied < first.copied
    assert all(path.stat().st_ino == inode for path, inode in before.items())
    assert len(list((tmp_path / "b" / "manifests").iterdir())) == 2
    assert second.manifest.leaves > first.manifest.leaves
    old = {paper.sha256 for paper in first.manifest.papers}
    assert {path.name for path in (tmp_path / "b" / "papers").iterdir()} >= old, "earlier versions stay"


def test_an_unchanged_store_costs_nothing(house: House, tmp_path: Path) -> None:
    back_up(house, tmp_path / "b")
    assert back_up(house, tmp_path / "b").copied == 0


def test_hard_links_where_they_are_asked_for(house: House, tmp_path: Path) -> None:
    back_up(house, tmp_path / "copied")
    back_up(house, tmp_path / "linked", link=True)
    some = next(path for path in (house.store / "blobs").rglob("*") if path.is_file())
    inside = some.relative_to(house.store)
    assert (tmp_path / "linked" / "store" / inside).stat().st_ino == some.stat().st_ino
    assert (tmp_path / "copied" / "store" / inside).stat().st_ino != some.stat().st_ino


def test_where_links_cannot_be_made_it_copies(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other_disk(*_: object, **__: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", other_disk)
    back_up(house, tmp_path / "b", link=True)
    monkeypatch.undo()
    assert drill(tmp_path / "b").clean


def test_nothing_in_the_destination_is_ever_deleted(house: House, tmp_path: Path) -> None:
    back_up(house, tmp_path / "b")
    (tmp_path / "b" / "note.txt").write_text("x", "utf-8")
    before = files(tmp_path / "b")
    for path in sorted((house.store / "derived").rglob("*.json")):
        path.unlink()
    night(house, 3)
    back_up(house, tmp_path / "b")
    after = files(tmp_path / "b")
    assert before.keys() <= after.keys()
    same = {name: data for name, data in before.items() if not name.startswith(("store/ledger", "store/catalog"))}
    assert same.items() <= after.items()


class TestItIsRefused:
    def test_into_a_folder_with_something_else(self, house: House, tmp_path: Path) -> None:
        (tmp_path / "b").mkdir()
        (tmp_path / "b" / "photo.jpg").write_bytes(b"x")
        with pytest.raises(BackupError, match="别的文件"):
            back_up(house, tmp_path / "b")
        assert list((tmp_path / "b").iterdir()) == [tmp_path / "b" / "photo.jpg"]

    @pytest.mark.parametrize("where", ["store", "store/backup", "."])
    def test_into_the_store_or_round_it(self, house: House, tmp_path: Path, where: str) -> None:
        with pytest.raises(BackupError, match="存储"):
            back_up(house, tmp_path / "ws" / where)

    def test_when_the_store_has_lost_what_the_backup_holds(self, house: House, tmp_path: Path) -> None:
        back_up(house, tmp_path / "b")
        before = files(tmp_path / "b")
        leaves = house.store / "ledger" / "leaves"
        leaves.write_bytes(b"".join(leaves.read_bytes().splitlines(keepends=True)[:2]))
        for path in (house.store / "ledger" / "checkpoints").iterdir():
            path.unlink()
        with pytest.raises(BackupError, match="丢了记录"):
            back_up(house, tmp_path / "b")
        assert files(tmp_path / "b") == before

    def test_when_it_is_another_ledger(self, house: House, tmp_path: Path) -> None:
        back_up(house, tmp_path / "b")
        other = House(store=tmp_path / "other")
        for n in range(9):
            bundles.admitted(other.holdings(), f"X{n}/shifan/home/1")
        before = files(tmp_path / "b")
        with pytest.raises(BackupError, match="不是同一个账本"):
            back_up(other, tmp_path / "b")
        assert files(tmp_path / "b") == before


def test_a_damaged_blob_is_named_and_not_copied_and_the_rest_is(house: House, tmp_path: Path) -> None:
    (record,) = house.holdings().records()[:1]
    tile = record.capture.of_role("body")[0].sha256
    overwrite(house.holdings().store.path(tile), b"bad")
    done = back_up(house, tmp_path / "b")
    assert any(tile in fault for fault in done.manifest.faults)
    assert not Holdings.open(tmp_path / "b" / "store").store.has(tile)
    assert not drill(tmp_path / "b").clean
    result = CliRunner().invoke(cli, ["store", "backup", "-w", str(tmp_path / "ws"), str(tmp_path / "b")])
    assert result.exit_code == 3 and tile in result.output


def test_a_blob_that_is_missing_is_said(house: House, tmp_path: Path) -> None:
    (record,) = house.holdings().records()[:1]
    house.holdings().store.remove(record.capture.times)
    assert any(record.capture.times in fault for fault in back_up(house, tmp_path / "b").manifest.faults)


def test_a_fault_is_said_until_it_is_mended_and_then_no_more(house: House, tmp_path: Path) -> None:
    times = house.holdings().records()[0].capture.times
    data = house.holdings().store.read(times)
    house.holdings().store.remove(times)
    assert back_up(house, tmp_path / "b").manifest.faults
    night(house, 3)
    assert any(times in fault for fault in back_up(house, tmp_path / "b").manifest.faults), "though it is an old one"
    house.holdings().store.put(data, "application/json")
    assert back_up(house, tmp_path / "b").manifest.faults == ()
    assert drill(tmp_path / "b").clean


def test_a_plan_that_is_missing_is_said(house: House, tmp_path: Path) -> None:
    plan = next(leaf for leaf in house.holdings().ledger.leaves() if leaf.kind == "plan")
    house.holdings().store.remove(plan.digest)
    assert any(plan.digest in fault for fault in back_up(house, tmp_path / "b").manifest.faults)


class TestTheDrill:
    def test_writes_nothing(self, house: House, tmp_path: Path) -> None:
        back_up(house, tmp_path / "b")
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        assert drill(tmp_path / "b").clean
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before

    @pytest.mark.parametrize("part", ["blobs", "papers", "leaves", "manifest"])
    def test_sees_what_was_damaged(self, house: House, tmp_path: Path, part: str) -> None:
        back_up(house, tmp_path / "b")
        holdings = house.holdings()
        body = holdings.records()[0].capture.of_role("body")[0].sha256
        place = {
            "blobs": tmp_path / "b" / "store" / holdings.store.path(body).relative_to(house.store),
            "papers": next((tmp_path / "b" / "papers").iterdir()),
            "leaves": tmp_path / "b" / "store" / "ledger" / "leaves",
            "manifest": next((tmp_path / "b" / "manifests").iterdir()),
        }[part]
        overwrite(place, place.read_bytes()[:-1] + b"?")
        result = CliRunner().invoke(cli, ["store", "backup", "--verify", str(tmp_path / "b")])
        assert result.exit_code in (1, 3), result.output
        with pytest.raises((EvidenceError, AssertionError)):
            assert drill(tmp_path / "b").clean

    def test_sees_a_blob_that_somebody_deleted(self, house: House, tmp_path: Path) -> None:
        back_up(house, tmp_path / "b")
        times = house.holdings().records()[0].capture.times
        next((tmp_path / "b" / "store" / "blobs" / times[:2]).glob(f"{times[2:]}*")).unlink()
        assert times in drill(tmp_path / "b").sentence()

    def test_of_no_backup_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(BackupError, match="没有完成的备份"):
            drill(tmp_path)

    def test_prints_json(self, house: House, tmp_path: Path) -> None:
        back_up(house, tmp_path / "b")
        result = CliRunner().invoke(cli, ["store", "backup", "--verify", "--json", str(tmp_path / "b")])
        assert (result.exit_code, json.loads(result.output)["clean"]) == (0, True)


class TestRestoring:
    def test_never_writes_over_anything(self, house: House, tmp_path: Path) -> None:
        back_up(house, tmp_path / "b")
        before = files(tmp_path / "ws")
        with pytest.raises(BackupError, match="不是空文件夹"):
            restore.restore(tmp_path / "b", tmp_path / "ws")
        assert files(tmp_path / "ws") == before

    @pytest.mark.parametrize("path", ["../outside", "/etc/outside", "a/../../b", "a\\..\\b"])
    def test_never_writes_outside_its_folder(self, house: House, tmp_path: Path, path: str) -> None:
        back_up(house, tmp_path / "b")
        (manifest,) = (tmp_path / "b" / "manifests").iterdir()
        body = canonical.decode(manifest.read_bytes())
        body["papers"][0]["path"] = path
        overwrite(manifest, canonical.encode(body))
        with pytest.raises(BackupError, match="不在工作区内"):
            restore.restore(tmp_path / "b", tmp_path / "new")
        assert not (tmp_path / "new").exists()

    def test_refuses_a_ledger_with_another_root(self, house: House, tmp_path: Path) -> None:
        back_up(house, tmp_path / "b")
        (manifest,) = (tmp_path / "b" / "manifests").iterdir()
        body = canonical.decode(manifest.read_bytes())
        overwrite(manifest, canonical.encode({**body, "root": "0" * 64}))
        with pytest.raises(BackupError, match="根"):
            restore.restore(tmp_path / "b", tmp_path / "new")

    def test_gives_back_all_but_the_damaged_and_says_which(self, house: House, tmp_path: Path) -> None:
        back_up(house, tmp_path / "b")
        times = house.holdings().records()[0].capture.times
        overwrite(next((tmp_path / "b" / "store" / "blobs" / times[:2]).glob(f"{times[2:]}*")), b"bad")
        with pytest.raises(BackupError, match=times):
            restore.restore(tmp_path / "b", tmp_path / "new")
        assert len(Workspace.open(tmp_path / "new").holdings().records()) == 2

    def test_by_command_into_a_new_folder(self, house: House, tmp_path: Path) -> None:
        back_up(house, tmp_path / "b")
        words = ["store", "restore", "-w", str(tmp_path / "new"), str(tmp_path / "b")]
        result = CliRunner().invoke(cli, words)
        assert result.exit_code == 0 and "完好" in result.output, result.output


def test_what_left_by_rule_stays_in_the_backup_is_said_and_not_brought_back(tmp_path: Path) -> None:
    house = House(store=tmp_path / "store")
    three_years(house.holdings())
    back_up(house, tmp_path / "b")
    done = purge(house.holdings())
    second = back_up(house, tmp_path / "b")
    assert second.lingering == len(done.list.blobs) and str(second.lingering) in second.sentence()
    assert drill(tmp_path / "b").clean
    found = restore.restore(tmp_path / "b", tmp_path / "new")
    assert found.clean and found.purged
    restored = Holdings.open(tmp_path / "new" / "store")
    assert not any(restored.store.has(sha256) for sha256 in purged.digests(restored))


def test_what_came_back_after_a_purge_is_restored(tmp_path: Path) -> None:
    house = House(store=tmp_path / "store")
    three_years(house.holdings())
    purge(house.holdings())
    bundles.admitted(house.holdings(), "N1/shifan/home/1", started=NOW, html="<p>第0次</p>")
    back_up(house, tmp_path / "b")
    assert restore.restore(tmp_path / "b", tmp_path / "new").clean


def test_the_first_backup_after_a_purge_is_whole(tmp_path: Path) -> None:
    house = House(store=tmp_path / "store")
    three_years(house.holdings())
    purge(house.holdings())
    assert back_up(house, tmp_path / "b").manifest.faults == ()
    assert drill(tmp_path / "b").clean


def test_an_empty_store_can_be_backed_up_and_restored(tmp_path: Path) -> None:
    back_up(House(store=tmp_path / "store"), tmp_path / "b")
    assert restore.restore(tmp_path / "b", tmp_path / "new").clean


def test_a_checkpoint_signed_while_it_copies_belongs_to_the_next_backup(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A night goes on meanwhile: the backup is of the moment it began."""
    real = backup._mirror

    def meanwhile(*given: Any) -> None:
        night(house, 7)
        real(*given)

    monkeypatch.setattr(backup, "_mirror", meanwhile)
    done = back_up(house, tmp_path / "b")
    monkeypatch.undo()
    assert drill(tmp_path / "b").clean
    assert done.manifest.leaves < house.holdings().ledger.size
    assert back_up(house, tmp_path / "b").manifest.faults == ()
    assert drill(tmp_path / "b").clean


def small(tmp_path: Path) -> House:
    house = House(store=tmp_path / "store")
    bundles.admitted(house.holdings(), "N1/shifan/home/1")
    return house


def test_killed_at_any_moment_a_backup_goes_on_and_what_it_had_is_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = small(tmp_path)
    back_up(house, tmp_path / "b")
    first = (tmp_path / "b" / "manifests").iterdir()
    assert len(list(first)) == 1
    bundles.admitted(house.holdings(), "N2/shifan/home/1", started=factory.NOON + timedelta(days=1), html="<p>新</p>")
    work: Callable[[], object] = lambda: back_up(house, tmp_path / "b")  # noqa: E731
    deaths = 0
    for _ in moments(work, monkeypatch):
        deaths += 1
        assert drill(tmp_path / "b").clean, "the finished one can still be restored"
    assert deaths > 5
    assert drill(tmp_path / "b").manifest.leaves == 2
    assert restore.restore(tmp_path / "b", tmp_path / "new").clean


def test_killed_at_any_moment_the_first_backup_can_be_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = small(tmp_path)
    work: Callable[[], object] = lambda: back_up(house, tmp_path / "b")  # noqa: E731
    assert sum(1 for _ in moments(work, monkeypatch)) > 5
    assert drill(tmp_path / "b").clean
    assert evidence_of(tmp_path / "b" / "store").items() >= evidence_of(house.store).items()


def test_killed_at_any_moment_a_restore_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = small(tmp_path)
    back_up(house, tmp_path / "b")
    work: Callable[[], object] = lambda: restore.restore(tmp_path / "b", tmp_path / "new")  # noqa: E731
    deaths = sum(1 for _ in moments(work, monkeypatch))
    assert deaths > 5
    restored = {name: data for name, data in evidence_of(tmp_path / "new" / "store").items() if ".writing-" not in name}
    assert restored == evidence_of(house.store)
    assert examine(Holdings.open(tmp_path / "new" / "store")).clean
    assert not (tmp_path / "new" / restore.UNDER_WAY).exists()


def test_two_restores_do_not_meet_in_one_folder(tmp_path: Path) -> None:
    back_up(small(tmp_path), tmp_path / "b")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / restore.UNDER_WAY).write_text("f" * 64, "utf-8")
    with pytest.raises(BackupError, match="另一个备份"):
        restore.restore(tmp_path / "b", tmp_path / "new")


def test_the_newest_backup_is_that_with_the_longest_ledger(house: House, tmp_path: Path) -> None:
    """A clock that went back makes no old backup the newest one."""
    back_up(house, tmp_path / "b")
    night(house, 3)
    later = backup.backup(house, tmp_path / "b", now=datetime(2001, 1, 1, tzinfo=NOW.tzinfo))
    assert backup.newest(tmp_path / "b") == later.manifest
