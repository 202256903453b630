"""A letter-box's back office is captured by its flow, and a bundle is made of it: citizens' data stay in the store."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from collector import trial
from collector.clock import SystemClock
from collector.flow import discover
from collector.initialise import initialise
from collector.login.access import Access
from collector.run import run
from collector.secrets import Secrets
from collector.workspace import Workspace
from evidence import digest
from evidence.bundle import write_bundle
from evidence.dossier import gather
from evidence.holdings import Holdings
from evidence.manifest import Manifest, Withheld
from evidence.masking.covering import COVER
from evidence.model import Record
from evidence.readings import readings
from evidence.verify import verify
from tests.canaries import found_under
from tests.evidence import bundles, factory

WRITERS = [f"网友{n:02}（虚构）".encode() for n in range(23)]


@dataclass(frozen=True)
class Office:
    """What was captured, and the bundle made of it."""

    workspace: Workspace
    holdings: Holdings
    record: Record
    bundle: Path

    @property
    def files(self) -> dict[str, bytes]:
        return bundles.members(self.bundle)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("letters")
    initialise(folder / "ws")
    found = next(one for one in discover().all() if one.name == "mayor_mailbox")
    stand_in = trial.stand_in_of(found)
    assert stand_in is not None
    with stand_in.running(date(2026, 3, 2)) as base:
        targets = [stand_in.target(stand_in.cases[0], base)]
        (folder / "ws" / "targets.yaml").write_text(json.dumps(targets), "utf-8")
        workspace = Workspace.open(folder / "ws")
        holdings = workspace.house().holdings()
        access = Access(secrets=Secrets(variables=trial.secrets_of(stand_in), folder=None))
        report = asyncio.run(run(workspace, holdings, clock=SystemClock(), access=access))
    record = next(one for one in report.last if one.capture.label == "letters")
    finding = factory.finding(record, at=record.capture.ended, as_of=record.capture.started)
    holdings.ledger.append("finding", finding.id, digest.of_value(finding.plain()))
    read = {id: one for id, one in readings([record], holdings, jobs=1).items() if one}
    dossier = gather(finding, subject=record.capture.target, holdings=holdings, readings=read)
    signer = workspace.house().signing()
    written = write_bundle([dossier], holdings=holdings, signer=signer, out=folder / "b.zip")
    return Office(workspace=workspace, holdings=holdings, record=record, bundle=written.path)


def test_the_bundle_holds_and_says_what_stays_in_the_house(office: Office) -> None:
    verdict = verify(office.bundle)
    assert verdict.holds(), verdict
    assert any("个人信息" in notice for notice in verdict.notices)
    kept = json.loads(office.files["data/manifest.json"])["withheld"]
    roles = {a.role for one in kept for a in office.record.capture.artifacts if a.sha256 == one["sha256"]}
    assert {"tile", "dom", "layout", "body", "download"} <= roles


def test_the_originals_are_in_the_store_with_all_that_is_personal(office: Office) -> None:
    (dom,) = office.record.capture.of_role("dom")
    assert WRITERS[5] in office.holdings.store.read(dom.sha256)


def test_no_byte_of_the_bundle_names_a_writer(office: Office, tmp_path: Path) -> None:
    with zipfile.ZipFile(office.bundle) as archive:
        archive.extractall(tmp_path)
    assert found_under(tmp_path, tuple(name.decode() for name in WRITERS)) == []


def test_the_picture_is_painted_over_where_the_writers_stand_and_only_there(office: Office) -> None:
    kept = {one["sha256"]: one["copy"] for one in json.loads(office.files["data/manifest.json"])["withheld"]}
    tile = office.record.capture.of_role("tile")[0]
    with (
        Image.open(io.BytesIO(office.files[kept[tile.sha256]])) as copy,
        Image.open(io.BytesIO(office.holdings.store.read(tile.sha256))) as original,
    ):
        assert copy.size == original.size
        now, before = np.asarray(copy.convert("RGB")), np.asarray(original.convert("RGB"))
    changed = (now != before).any(axis=2)
    assert (now[changed] == COVER).all()
    assert 0.005 < changed.mean() < 0.2


def withholding(*entries: Withheld) -> Callable[[Manifest], Manifest]:
    return lambda manifest: replace(manifest, withheld=entries)


def failed(path: Path) -> set[str]:
    return {check.name for check in verify(path).checks if check.passed is False}


def test_a_record_of_a_page_without_personal_data_may_keep_nothing_back(tmp_path: Path) -> None:
    plain = bundles.office(tmp_path / "plain")
    files = bundles.members(plain.bundle(tmp_path / "whole.zip").path)
    path = next(path for path in files if path.startswith("data/artifacts/") and path.endswith(".png"))
    gone = Withheld(sha256=digest.sha256(files.pop(path)), copy=None)
    assert failed(bundles.resealed(files, plain.signer, tmp_path / "f.zip", describe=withholding(gone))) == {"records"}


def test_copies_are_there_and_are_of_something(office: Office, tmp_path: Path) -> None:
    signer = office.workspace.house().signing()
    assert signer is not None
    files = office.files
    manifest = Manifest.load(json.loads(files["data/manifest.json"]))
    one = next(one for one in manifest.withheld if one.copy)
    moved = replace(one, copy="data/masked/elsewhere.png")
    others = tuple(other for other in manifest.withheld if other != one)
    for entries in (others, (*others, moved)):
        assert failed(bundles.resealed(files, signer, tmp_path / "f.zip", describe=withholding(*entries))) == {
            "records"
        }
    whole = bundles.resealed(files, signer, tmp_path / "w.zip", describe=withholding(*manifest.withheld))
    assert failed(whole) == set()
