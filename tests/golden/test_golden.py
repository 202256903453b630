"""Bundles of every format that was ever promised are verified for ever, by both verifiers, as on the day they were made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evidence import digest
from evidence.manifest import FORMAT
from tests.hostile import agreement

HERE = Path(__file__).parent
FIRST = 1
FOLDERS = [HERE / f"format-{n}" for n in range(FIRST, FORMAT + 1)]
GOLDEN = [(folder, kind) for folder in FOLDERS for kind in json.loads((folder / "said.json").read_text("utf-8"))]


def told(folder: Path, kind: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((folder / "said.json").read_text("utf-8"))[kind]
    return found


def test_every_format_has_its_golden_bundles() -> None:
    assert FOLDERS, "format 1 and later are promised"
    for folder in FOLDERS:
        assert {path.stem for path in folder.glob("*.zip")} == {kind for own, kind in GOLDEN if own == folder}


@pytest.mark.parametrize(("folder", "kind"), GOLDEN, ids=lambda value: getattr(value, "name", value))
def test_a_golden_bundle_is_verified_as_on_its_first_day(folder: Path, kind: str) -> None:
    bundle, trust, expected = folder / f"{kind}.zip", folder / "trust.pem", told(folder, kind)
    assert digest.sha256(bundle.read_bytes()) == expected["sha256"], "a golden bundle is never made again"
    assert expected["holds"] is True
    assert agreement.both_hold(bundle, trust)
    assert agreement.both(bundle).items() >= expected["untrusted"].items()
    assert agreement.both(bundle, trust).items() >= expected["trusted"].items()


@pytest.mark.parametrize(("folder", "kind"), GOLDEN, ids=lambda value: getattr(value, "name", value))
def test_a_golden_bundle_with_one_byte_changed_does_not_hold(folder: Path, kind: str, tmp_path: Path) -> None:
    data = bytearray((folder / f"{kind}.zip").read_bytes())
    data[len(data) // 2] ^= 1
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(bytes(data))
    assert not agreement.both_hold(damaged, folder / "trust.pem")
