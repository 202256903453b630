"""One record packed as WACZ 1.1.1 for exchange: its WARC, an index and its page, for players such as replayweb.page.

The packing is done by the program `wacz` (extra `quzheng[wacz]`), run as a process of its own: it asks no network, and is
given neither proxies nor anything else of our environment. What it writes differs from time to time; what is promised to
repeat is the WARC inside.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from evidence.errors import ExportError
from evidence.exchanges import Exchanges
from evidence.files import whole_file
from evidence.model import Record
from evidence.store import Store
from evidence.warc import address, instant, write_warc

SECONDS = 900
"""For packing one record; a page of 50 MB takes a few."""
_LONGEST_TITLE = 300
_LENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "HOME")
"""What of our environment the program is given."""


def write_wacz(record: Record, store: Store, out: Path) -> None:
    """Write the WACZ of `record` to `out`, whole or not at all; what stands there is replaced.

    Raises ExportError where the record holds no page to show or the program is missing or fails, and what `write_warc`
    raises.
    """
    program = _program()
    page = _page(record, store)
    with tempfile.TemporaryDirectory(prefix="quzheng-wacz-") as name:
        work = Path(name)
        with (work / f"{record.id}.warc").open("w+b") as stream:
            write_warc(record, store, stream)
        header = {"format": "json-pages-1.0", "id": "pages", "title": "Pages"}
        lines = (json.dumps(line) + "\n" for line in (header, page))
        (work / "pages.jsonl").write_text("".join(lines), "ascii")
        packed = _packed(program, record, work)
        with whole_file(out) as stream, packed.open("rb") as made:
            shutil.copyfileobj(made, stream)


def _program() -> Path:
    """Return the program, that of our own environment first."""
    beside = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    found = shutil.which("wacz", path=beside)
    if found is None:
        raise ExportError(
            "packing WACZ needs the program wacz, which is not installed\ntry: pip install 'quzheng[wacz]'"
        )
    return Path(found)


def _page(record: Record, store: Store) -> dict[str, str]:
    """Return the line of pages.jsonl: the address and moment by which the page is found in the index, and its title."""
    exchanges = Exchanges(record, store)
    document = exchanges.document()
    if document is None:
        capture = record.capture
        raise ExportError(
            f"the record {record.id[:12]} holds no page that could be shown: {capture.outcome}, {capture.reason}\n"
            "try: --warc, which tells what was asked and what came of it"
        )
    moment = instant(exchanges.started(document["n"]))
    return {"id": record.id, "url": address(document["url"]), "ts": moment, "title": _title(record, store)}


def _title(record: Record, store: Store) -> str:
    """Return the title the page showed, or the name of the target."""
    for artifact in record.capture.of_role("dom"):
        found = LexborHTMLParser(store.read(artifact.sha256)).css_first("title") if artifact.frame == 0 else None
        if found and (said := _line(found.text())):
            return said
    return _line(record.capture.target.name) or record.id


def _line(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f\x7f\ud800-\udfff]+", " ", text).strip()[:_LONGEST_TITLE]


def _packed(program: Path, record: Record, work: Path) -> Path:
    """Run the program in `work` and return what it wrote."""
    made, title = work / "made.wacz", _line(record.capture.target.name) or record.id
    words: list[str | Path] = [program, "create", "--output", made, "--copy-pages", "--pages", work / "pages.jsonl"]
    lent = {name: os.environ[name] for name in _LENT if name in os.environ}
    try:
        ran = subprocess.run(
            [*words, f"--title={title}", f"--desc=record/1 {record.id}", work / f"{record.id}.warc"],
            cwd=work,
            env={**lent, "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise ExportError(f"wacz did not pack the record {record.id[:12]} within {SECONDS} s") from error
    if ran.returncode or not made.is_file():
        said = (ran.stderr or ran.stdout).decode("utf-8", "replace").strip().splitlines()
        raise ExportError(f"wacz did not pack the record {record.id[:12]}: {said[-1] if said else ran.returncode}")
    return made
