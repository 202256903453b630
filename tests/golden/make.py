"""Makes the golden bundles of the present format, once; what later versions have to verify for ever.

    python tests/golden/make.py

    format-N/KIND.zip       one bundle of each kind
    format-N/trust.pem      the certificates that a reader knows
    format-N/said.json      what both verifiers said of each when it was made, without those certificates and with them

A folder that is there is never made again: whoever changes what a bundle looks like takes the next number.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE.parents[1])  # not this folder: tests/ has folders named like our packages

from evidence import digest  # noqa: E402
from evidence.manifest import FORMAT  # noqa: E402
from evidence.timestamp import Authority  # noqa: E402
from tests.hostile import agreement, chains, corpus, courses, second  # noqa: E402
from tests.hostile.specimens import Bench  # noqa: E402


def stamped(on: Bench) -> Path:
    """Return a bundle with a time-stamp."""
    authority = Authority(ask=on.authority.reply, anchors=on.authority.folder / "ca.pem")
    return on.office.bundle(on.folder / "stamped.zip", authority=authority).path


def made(folder: Path) -> tuple[Bench, Mapping[str, Path]]:
    """Return the bench and one bundle of each kind."""
    bench = corpus.bench(folder)
    return bench, {
        "series": bench.whole,
        "case": courses.course(bench).whole,
        "answer": courses.answer(bench).whole,
        "sm2": second.second(bench).whole,
        "checked-after": chains.checked(bench).whole,
        "stamped": stamped(bench),
    }


def said(bundle: Path, trust: Path) -> dict[str, object]:
    """Return what is kept of one bundle; fails where the two verifiers do not agree."""
    return {
        "sha256": digest.sha256(bundle.read_bytes()),
        "holds": agreement.both_hold(bundle, trust),
        "untrusted": agreement.both(bundle),
        "trusted": agreement.both(bundle, trust),
    }


def main() -> None:
    """Make the folder of the present format."""
    folder = HERE / f"format-{FORMAT}"
    folder.mkdir()  # fails where it is there, on purpose
    with tempfile.TemporaryDirectory() as work:
        bench, kinds = made(Path(work))
        told = {kind: said(bundle, bench.trust) for kind, bundle in kinds.items()}
        for kind, bundle in kinds.items():
            (folder / f"{kind}.zip").write_bytes(bundle.read_bytes())
        (folder / "trust.pem").write_bytes(bench.trust.read_bytes())
    (folder / "said.json").write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
