"""The bundle that goes with a letter or a row: written, and told by what is printed of it (number, digest, code)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence import bundling, digest
from evidence.files import make_folder
from evidence.holdings import Holdings
from evidence.house import House
from evidence.model import Finding
from evidence.opened import Opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A bundle as it is printed."""

    number: str
    """The exhibit number (证据编号) of the first of its findings; the file is named by it."""
    file: str
    bundle: str
    """The name inside, quzheng- and 12 hexadecimal digits."""
    sha256: str
    """Of its data/manifest.json, which names every other file; what `certutil -hashfile` gives."""
    findings: tuple[str, ...]
    sealed: bool

    @property
    def short(self) -> str:
        """The digest as it is printed in a row.

        >>> Sealed(number="Q-1", file="", bundle="", sha256="3f9a12c4" + "0" * 56, findings=(), sealed=True).short
        '3F9A 12C4'
        """
        return short(self.sha256)

    @property
    def code(self) -> str:
        """What its QR code says."""
        return f"quzheng:{self.number}?bundle={self.bundle}&manifest-sha256={self.sha256}"


def short(sha256: str) -> str:
    """Return the first eight digits of a digest in two groups."""
    return f"{sha256[:4]} {sha256[4:8]}".upper()


def judged_anew(holdings: Holdings, finding: Finding) -> str | None:
    """Return why a bundle would no longer show a finding as it was frozen; None where it would. Raises NotFound."""
    now = holdings.derived.finding(finding.id)
    return None if now.state == finding.state else f"重新判定后已不是冻结时的结果：{now.message}"


def seal(house: House, number: str, findings: Sequence[str], folder: Path, *, by: str) -> Sealed:
    """Write the bundle of some findings on one unit into a folder, under their exhibit number; raises what bundling raises."""
    make_folder(folder)
    result = bundling.bundle(house, findings, folder / f"{number}.zip", by=by)
    with result.path.open("rb") as stream:
        manifest = Opened(stream).manifest
    return Sealed(
        number=number,
        file=result.path.name,
        bundle=manifest.bundle,
        sha256=digest.of_value(manifest.plain()),
        findings=tuple(one.id for one in manifest.findings),
        sealed=result.sealed,
    )
