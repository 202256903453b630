"""WACZ from the store: valid by the referee, whole or not there, with the page named as the record has it."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from evidence.errors import ExportError
from evidence.holdings import Holdings
from evidence.model import Record
from evidence.wacz import write_wacz
from evidence.warc import write_warc
from tests.evidence import factory
from tests.evidence.bundles import admitted

PROGRAM = Path(sys.executable).with_name("wacz")
HOSTILE = "</script>\n\x00\u202e“示范市”' --help $(id) \U0001f600" + "长" * 1000
needs_wacz = pytest.mark.skipif(not PROGRAM.exists(), reason="the extra wacz is not installed")


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path / "store")


def record_of(holdings: Holdings, *entries: dict[str, Any], **fields: Any) -> Record:
    sha256 = holdings.store.put(factory.exchanges(*entries), "application/json").sha256
    return admitted(holdings, "R/shifan/home/1", exchanges=sha256, **fields)


def valid(file: Path) -> bool:
    """Ask the program of others."""
    ran = subprocess.run([PROGRAM, "validate", "-f", file], capture_output=True, text=True, timeout=120)
    assert ran.returncode in (0, 1), ran.stderr
    return ran.returncode == 0


@needs_wacz
def test_a_redirected_page_with_a_hostile_title_is_packed_whole_and_valid(holdings: Holdings, tmp_path: Path) -> None:
    body = holdings.store.put("<p>栏目</p>".encode("gbk"), "text/html")
    moved = factory.exchange(0, None, status=302, url="http://www.shifan.test/old")
    page = factory.exchange(1, body, url="http://www.shifan.test/new?栏目=1")
    record = record_of(
        holdings,
        *(moved, page, factory.exchange(2, None, status=None, error="net::ERR_FAILED", url="http://gone.test/x.js")),
        final_url="http://www.shifan.test/new?栏目=1#top",
        html=f"<title>{HOSTILE}</title><p>栏目</p>",
        target=factory.target(name="--title=" + HOSTILE),
    )
    file = tmp_path / "out" / "a.wacz"
    file.parent.mkdir()
    file.write_bytes(b"an older one")
    write_wacz(record, holdings.store, file)
    assert valid(file)
    assert [path.name for path in file.parent.iterdir()] == ["a.wacz"]
    with zipfile.ZipFile(file) as packed:
        pages = [json.loads(line) for line in packed.read("pages/pages.jsonl").splitlines()]
        warc = packed.read(f"archive/{record.id}.warc")
        index = gzip.decompress(packed.read("indexes/index.cdx.gz")).decode()
    same = io.BytesIO()
    write_warc(record, holdings.store, same)
    assert warc == same.getvalue()
    (shown,) = pages[1:]
    assert (shown["url"], shown["id"]) == ("http://www.shifan.test/new?%E6%A0%8F%E7%9B%AE=1", record.id)
    assert shown["url"] in index
    assert "“示范市”' --help $(id) \U0001f600长" in shown["title"]
    assert "\n" not in shown["title"] and len(shown["title"]) == 300


@needs_wacz
def test_the_referee_finds_an_invalid_one(shared_data: Path) -> None:
    assert not valid(shared_data / "wacz-py-wacz" / "invalid_example_1.wacz")


@needs_wacz
def test_the_referee_finds_a_changed_title(holdings: Holdings, tmp_path: Path) -> None:
    record = record_of(holdings, factory.exchange(0, holdings.store.put(b"<p>x</p>", "text/html")))
    write_wacz(record, holdings.store, tmp_path / "a.wacz")
    with zipfile.ZipFile(tmp_path / "a.wacz") as packed, zipfile.ZipFile(tmp_path / "b.wacz", "w") as forged:
        for name in packed.namelist():
            forged.writestr(
                name, packed.read(name).replace(b'"title"', b'"Title"') if "pages" in name else packed.read(name)
            )
    assert valid(tmp_path / "a.wacz")
    assert not valid(tmp_path / "b.wacz")


def test_a_failed_visit_has_no_page_to_pack_and_is_told_so(holdings: Holdings, tmp_path: Path) -> None:
    failed = factory.exchange(0, None, status=None, error="net::ERR_NAME_NOT_RESOLVED")
    record = record_of(holdings, failed, outcome="unreachable", reason="dns", artifacts=(), final_url=None)
    with pytest.raises(ExportError, match="holds no page that could be shown: unreachable, dns"):
        write_wacz(record, holdings.store, tmp_path / "a.wacz")
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_without_the_program_it_is_told_what_to_install(
    holdings: Holdings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    record = record_of(holdings, factory.exchange(0, holdings.store.put(b"x", "text/html")))
    with pytest.raises(ExportError, match=r"pip install 'quzheng\[wacz\]'"):
        write_wacz(record, holdings.store, tmp_path / "a.wacz")
    assert not (tmp_path / "a.wacz").exists()


def test_a_program_that_fails_leaves_what_stood_there_and_is_lent_no_secret(
    holdings: Holdings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "wacz"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nenv > "$TMPDIR/lent"\necho begun > made.wacz\necho "no room" >&2\nexit 3\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program.with_name("python")))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("QUZHENG_SECRET_SHIFAN_PASSWORD", "CANARY-4711-secret")
    file = tmp_path / "a.wacz"
    file.write_bytes(b"an older one")
    record = record_of(holdings, factory.exchange(0, holdings.store.put(b"x", "text/html")))
    with pytest.raises(ExportError, match="no room"):
        write_wacz(record, holdings.store, file)
    assert file.read_bytes() == b"an older one"
    lent = (tmp_path / "lent").read_text()
    assert os.environ["PATH"] in lent
    assert "CANARY" not in lent
    assert "proxy" not in lent.lower()
