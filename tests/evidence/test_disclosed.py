"""Files handed over later are held against the records of a bundle: an original is named, anything else is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evidence.cli import cli
from evidence.disclosed import held_against
from evidence.model import Record
from tests.evidence import bundles
from tests.evidence.bundles import Office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return bundles.office(tmp_path_factory.mktemp("office"), nights=2)


@pytest.fixture
def bundle(office: Office, tmp_path: Path) -> Path:
    return office.bundle(tmp_path / "b.zip").path


def earliest(office: Office) -> Record:
    """A record whose header alone is in the bundle."""
    return office.holdings.record(office.holdings.rows("shifan", "home")[0].record)


def handed(office: Office, record: Record, role: str, folder: Path) -> Path:
    artifact = next(one for one in record.capture.artifacts if one.role == role)
    file = folder / f"{role}.bin"
    file.write_bytes(office.holdings.store.read(artifact.sha256))
    return file


def said(*words: object) -> Result:
    return CliRunner().invoke(cli, ["verify", *map(str, words)])


def test_the_contents_of_a_header_are_named_by_role_number_and_record(
    office: Office, bundle: Path, tmp_path: Path
) -> None:
    record = earliest(office)
    (one,) = held_against(bundle, [handed(office, record, "dom", tmp_path)])
    assert [(p.record, p.role, p.n, p.header) for p in one.places] == [(record.id, "dom", 0, True)]


def test_a_file_that_several_records_cite_is_named_with_each(office: Office, bundle: Path, tmp_path: Path) -> None:
    (one,) = held_against(bundle, [handed(office, earliest(office), "tile", tmp_path)])
    assert {place.record for place in one.places} == {row.record for row in office.holdings.rows("shifan", "home")}
    assert {place.header for place in one.places} == {True, False}


def test_any_number_of_files_stands_after_the_option(office: Office, bundle: Path, tmp_path: Path) -> None:
    files = [handed(office, earliest(office), role, tmp_path) for role in ("dom", "body", "layout")]
    done = said(bundle, "--disclosed", *files)
    assert done.exit_code == 0, done.output
    assert all(f"✓ {file}" in done.output for file in files)


def test_one_byte_more_is_no_original(office: Office, bundle: Path, tmp_path: Path) -> None:
    good = handed(office, earliest(office), "dom", tmp_path)
    bad = tmp_path / "bad.bin"
    bad.write_bytes(good.read_bytes() + b"\n")
    done = said(bundle, "--json", "--disclosed", good, "--disclosed", bad)
    assert done.exit_code == 3
    told = json.loads(done.output)
    assert told["holds"] is True
    assert [bool(one["places"]) for one in told["disclosed"]] == [True, False]


def test_what_other_units_records_cite_is_none_of_this_bundles(office: Office, bundle: Path, tmp_path: Path) -> None:
    other = office.holdings.record(office.holdings.rows("other")[0].record)
    assert said(bundle, "--disclosed", handed(office, other, "dom", tmp_path)).exit_code == 3


def test_a_bundle_that_does_not_hold_proves_no_file(office: Office, bundle: Path, tmp_path: Path) -> None:
    file = handed(office, earliest(office), "dom", tmp_path)
    data = bytearray(bundle.read_bytes())
    data[data.index(b"data/headers/") + 70] ^= 1
    for damaged in (bytes(data), bundle.read_bytes()[:-30], b"nothing"):
        bundle.write_bytes(damaged)
        assert said(bundle, "--disclosed", file).exit_code == 3


def test_a_second_bundle_is_not_taken_for_a_disclosed_file(bundle: Path) -> None:
    assert said(bundle, bundle).exit_code == 2


def test_without_the_option_nothing_of_it_is_printed(bundle: Path) -> None:
    assert "disclosed" not in json.loads(said(bundle, "--json").output)
