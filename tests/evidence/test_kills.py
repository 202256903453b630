"""Killed at any moment of planning, admitting, signing or bundling, the office opens again with all it had acknowledged."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence import checkpoints, files, heads, plans
from evidence.errors import EvidenceError
from evidence.holdings import Holdings
from evidence.seal import Signer, make_office_key
from evidence.soundness import examine
from evidence.verify import verify
from tests.conftest import ROOT
from tests.evidence import bundles, factory

CHILD = """
import sys
from datetime import timedelta
from pathlib import Path
from evidence import checkpoints, plans
from evidence.bundle import write_bundle
from evidence.dossier import gather
from evidence.holdings import Holdings
from evidence.seal import Signer
from tests.evidence import bundles, factory

folder, name, luck = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
holdings = Holdings.open(folder / "store")
signer = Signer.load(folder / "key" / "office.key", folder / "key" / "office.pem")
print("begun", flush=True)
for n in range(luck, 1000):
    run = f"{name}-{n}"
    at = factory.NOON + timedelta(minutes=len(holdings.ledger.leaves()))
    bundles.planned(holdings, run, at)
    print("plan", f"{run}/shifan", flush=True)
    record = bundles.admitted(holdings, f"{run}/shifan/home/1", started=at, html=f"<p>{run}</p>")
    print("record", f"{run}/shifan/home/1", flush=True)
    state = checkpoints.sign(holdings, signer)
    print("checkpoint", state.size, flush=True)
    finding = factory.finding(record, at=at + timedelta(days=1), as_of=at)
    dossier = gather(finding, subject=record.capture.target, holdings=holdings)
    out = folder / "out" / f"{run}.zip"
    write_bundle([dossier], holdings=holdings, signer=signer, out=out)
    print("bundle", out, flush=True)
"""


@pytest.fixture
def office(tmp_path: Path) -> Path:
    make_office_key(tmp_path / "key", "示范市政务公开办")
    (tmp_path / "out").mkdir()
    return tmp_path


def killed(office: Path, name: str, luck: random.Random) -> list[tuple[str, str]]:
    """Let a child work, kill it after a while, return what it acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(office), name, "0"], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stdout is not None
    with child.stdout:
        said = [child.stdout.readline() for _ in range(luck.randrange(1, 8))]
        time.sleep(luck.random() * 0.05)
        child.send_signal(signal.SIGKILL)
        said += child.stdout.read().splitlines(keepends=True)
    child.wait()
    whole = [line.split() for line in said if line.endswith("\n")]
    return [(words[0], words[1]) for words in whole if len(words) == 2]


def test_after_kills_at_any_moment_the_office_is_sound_and_nothing_acknowledged_is_lost(
    office: Path, full: bool
) -> None:
    luck = random.Random()
    for n in range(200 if full else 8):
        said = killed(office, f"R{n}", luck)
        holdings = Holdings.open(office / "store")
        assert examine(holdings).faults == (), said
        for kind, what in said:
            if kind in ("plan", "record"):
                assert holdings.ledger.find(kind, what) is not None, what
            elif kind == "checkpoint":
                assert int(what) in {state.size for state in holdings.ledger.checkpoints()}
            else:
                assert verify(Path(what)).holds(), what
        for path in (office / "out").glob("*.zip"):
            assert verify(path).holds(), "a bundle is there whole or not at all"
    planned = plans.plans_since(holdings, "shifan", None)
    entered = [leaf for leaf in holdings.ledger.leaves() if leaf.kind == "plan" and leaf.key.endswith("/shifan")]
    assert [plan.id for plan in planned] == [leaf.digest for leaf in entered], "one unbroken chain of plans"


@pytest.fixture
def opened(office: Path) -> Iterator[tuple[Holdings, Signer]]:
    holdings = Holdings.open(office / "store")
    bundles.planned(holdings, "N1", factory.NOON)
    bundles.admitted(holdings, "N1/shifan/home/1")
    yield holdings, Signer.load(office / "key" / "office.key", office / "key" / "office.pem")


FAULTS = {"full disk": errno.ENOSPC, "read-only disk": errno.EROFS}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("work", ["plan", "record", "checkpoint"])
def test_a_disk_that_takes_nothing_is_said_and_the_office_stays_as_it_was(
    name: str, work: str, opened: tuple[Holdings, Signer], office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holdings, signer = opened
    before = holdings.ledger.leaves()

    def refuse(*_: object, **__: object) -> int:
        raise OSError(FAULTS[name], os.strerror(FAULTS[name]))

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", refuse)
        patch.setattr("evidence.ledger.os.fsync", refuse)
        with pytest.raises(EvidenceError, match=os.strerror(FAULTS[name])):
            if work == "plan":
                bundles.planned(holdings, "N2", factory.NOON)
            elif work == "record":
                bundles.admitted(holdings, "N2/shifan/home/1", html="<p>新</p>")
            else:
                checkpoints.sign(holdings, signer)
    again = Holdings.open(office / "store")
    assert again.ledger.leaves() == before
    assert examine(again).faults == ()
    assert again.ledger.chain.last(heads.PLAN, "shifan", "") is not None
