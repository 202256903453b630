"""Every reading in a bundle comes out of its originals again; one that does not is seen, one that cannot be made is said.

The finding is made up, so it is never judged again here: that is `test_rejudged`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from evidence import canonical, plans
from evidence.admit import admit
from evidence.bundle import write_bundle
from evidence.cli import cli
from evidence.dossier import gather
from evidence.holdings import Holdings
from evidence.model import Reading
from evidence.readings import readings
from evidence.reproduce import reproduced
from evidence.seal import Signer, make_office_key
from tests.evidence import bundles, factory

ROWS = "".join(
    f'<li><a href="/{n}.html">关于做好第{n}项重点工作任务分工的通知</a><span>2020-12-{n:02}</span></li>'
    for n in range(3, 13)
)
HTML = f"<!DOCTYPE html><html><head><title>通知公告</title></head><body><h2>通知公告</h2><ul>{ROWS}</ul></body></html>"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Signer]:
    """A bundle of one list that was really read, and the key it is sealed by."""
    folder = tmp_path_factory.mktemp("office")
    holdings = Holdings.open(folder / "store")
    plans.enter(holdings, "N1", "scheduled", [("shifan", ("c0",))], factory.NOON - timedelta(hours=1))
    taken = factory.capture(holdings.store, key="N1/shifan/c0/1", label="c0", html=HTML)
    dom = factory.artifact(holdings.store.put(HTML.encode(), "text/html"), "dom", url="http://www.shifan.test/")
    record = admit(
        replace(taken, artifacts=(dom,)), store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog
    )
    read = {id: one for id, one in readings([record], holdings).items() if one is not None}
    dossier = gather(factory.finding(record), subject=record.capture.target, holdings=holdings, readings=read)
    signer = Signer.load(*make_office_key(folder / "key", "示范市政务公开办"))
    return write_bundle([dossier], holdings=holdings, signer=signer, out=folder / "b.zip").path, signer


def altered(whole: tuple[Path, Signer], out: Path, **fields: object) -> Path:
    path, signer = whole
    files = bundles.members(path)
    (name,) = (name for name in files if name.startswith("data/readings/"))
    reading = replace(Reading.load(canonical.decode(files[name])), **fields)  # type: ignore[arg-type]
    return bundles.resealed({**files, name: canonical.encode(reading.plain())}, signer, out)


def test_a_reading_comes_out_again(whole: tuple[Path, Signer]) -> None:
    check = reproduced(whole[0])
    assert (check.passed, check.required) == (None, False)
    assert "1 份读取结果由原件重新得出" in check.detail
    assert "包内没有重新判定所需的材料" in check.detail


def test_a_reading_that_its_originals_do_not_give_is_seen_and_named(whole: tuple[Path, Signer], tmp_path: Path) -> None:
    check = reproduced(altered(whole, tmp_path / "f.zip", newest=None, items=()))
    assert check.passed is False
    assert "items、newest" in check.detail


def test_a_reading_by_another_reader_could_not_be_checked(whole: tuple[Path, Signer], tmp_path: Path) -> None:
    (name,) = (name for name in bundles.members(whole[0]) if name.startswith("data/readings/"))
    kept = Reading.load(canonical.decode(bundles.members(whole[0])[name]))
    other = replace(kept.reader, sha256="0" * 64)
    check = reproduced(altered(whole, tmp_path / "f.zip", reader=other, newest=None))
    assert check.passed is None
    assert "读取程序或词表不同" in check.detail


def test_what_is_no_bundle_is_an_answer(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04nothing")
    assert reproduced(tmp_path / "x.zip").passed is False


def test_the_command_adds_the_check_and_fails_by_it(whole: tuple[Path, Signer], tmp_path: Path) -> None:
    run = CliRunner().invoke(cli, ["verify", "--reproduce", str(whole[0])])
    assert run.exit_code == 0, run.output
    assert "？ derived reproducible" in run.output
    assert CliRunner().invoke(cli, ["verify", "--strict", "--reproduce", str(whole[0])]).exit_code == 3
    forged = altered(whole, tmp_path / "f.zip", newest=None)
    run = CliRunner().invoke(cli, ["verify", "--reproduce", str(forged)])
    assert run.exit_code == 3
    assert "✗ derived reproducible" in run.output
    assert CliRunner().invoke(cli, ["verify", str(forged)]).exit_code == 0, "the seal is right, only the reading is not"
