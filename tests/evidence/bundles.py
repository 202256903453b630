"""Makes bundles for tests, and makes them again from changed members with every lower layer put right.

`resealed` is the forger who holds the office's key: lists, digests, name, seal and zip are all redone, so that only the
one check whose layer was touched can still see it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from evidence import bag, canonical, digest, plans, zipform
from evidence.admit import admit
from evidence.bundle import BundleResult, write_bundle
from evidence.dossier import Dossier, gather
from evidence.holdings import Holdings
from evidence.manifest import MANIFEST, Manifest, role_of
from evidence.model import Record
from evidence.seal import Signer, make_office_key
from tests.evidence import factory

Members = dict[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An office with records of two nights and one finding."""

    holdings: Holdings
    signer: Signer
    certificate: Path
    dossier: Dossier

    def bundle(self, out: Path, **fields: Any) -> BundleResult:
        """Write the bundle of the finding."""
        given = {"signer": self.signer, "sources": {"indicator.py": b"# rule\n"}, **fields}
        return write_bundle([self.dossier], holdings=self.holdings, out=out, **given)


def admitted(holdings: Holdings, key: str, **fields: Any) -> Record:
    """Return the record of a small capture."""
    capture = factory.capture(holdings.store, key=key, **fields)
    return admit(capture, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


def planned(holdings: Holdings, run: str, at: datetime) -> None:
    """Enter a night's plan for the target and another unit's."""
    plans.enter(holdings, run, "scheduled", [("shifan", ("home",)), ("other", ("home",))], at)


def office(folder: Path, *, nights: int = 0, **fields: Any) -> Office:
    """Return an office in `folder` with so many nights before the two; `fields` go into its newest capture."""
    holdings = Holdings.open(folder / "store")
    for n in range(3):
        admitted(holdings, f"N0/other/home/{n}", target=factory.target(id="other", unit="别处"), html=f"other {n}")
    for n in range(nights, 0, -1):
        before = factory.NOON - timedelta(days=n)
        planned(holdings, f"N-{n}", before)
        admitted(holdings, f"N-{n}/shifan/home/1", started=before, html=f"<p>{n} 天前</p>")
    planned(holdings, "N1", factory.NOON)
    earlier = admitted(holdings, "N1/shifan/home/1", html="<p>昨天</p>")
    night: dict[str, Any] = {"started": factory.NOON + timedelta(days=1), "html": "<p>今天</p>"}
    planned(holdings, "N2", night["started"])
    later = admitted(holdings, "N2/shifan/home/1", **{**night, **fields})
    finding = factory.finding(later, at=factory.NOON + timedelta(days=2), as_of=later.capture.started)
    said = digest.of_value(finding.plain())
    holdings.ledger.append("finding", f"{finding.id}/{said}", said)
    key, certificate = make_office_key(folder / "key", "示范市政务公开办")
    readings = {record.id: factory.reading(record) for record in (earlier, later)}
    dossier = gather(finding, subject=later.capture.target, holdings=holdings, readings=readings)
    return Office(holdings=holdings, signer=Signer.load(key, certificate), certificate=certificate, dossier=dossier)


def members(path: Path) -> Members:
    """Return the files of a bundle by their path below its folder, in order."""
    with zipfile.ZipFile(path) as opened:
        return {info.filename.partition("/")[2]: opened.read(info) for info in opened.infolist()}


def payload(files: Members) -> Members:
    """Return what lies under data/."""
    return {path: data for path, data in files.items() if path.startswith("data/")}


def resealed(
    files: Mapping[str, bytes],
    signer: Signer,
    out: Path,
    *,
    describe: Callable[[Manifest], Manifest] = lambda manifest: manifest,
    finish: Callable[[Members], Members] = lambda files: files,
) -> Path:
    """Write a bundle of the payload in `files`, with manifest, lists and seal made anew.

    `describe` may change the manifest before it is named, `finish` the members before they are zipped.
    """
    inside = payload(dict(files))
    described = describe(_described(inside))
    described = replace(described, bundle=described.derived_name)
    inside[MANIFEST] = canonical.encode(described.plain())
    inside = dict(sorted(inside.items()))
    return zipped(finish(sealed(described.bundle, inside, signer)), described.bundle, out)


def sealed(name: str, inside: Members, signer: Signer, tags: Mapping[str, bytes] | None = None) -> Members:
    """Return tag files, payload and seal, in order; `tags` replaces tag files before the tag manifest is made."""
    sizes = {path: len(data) for path, data in inside.items()}
    made = bag.tag_files(name, sizes, {path: digest.sha256(data) for path, data in inside.items()})
    if tags:
        listed = {path: {**made, **tags}[path] for path in bag.TAG_FILES if path != bag.TAG_MANIFEST}
        made = {**listed, bag.TAG_MANIFEST: bag.listing({path: digest.sha256(data) for path, data in listed.items()})}
    return {**made, **inside, **seal(made[bag.TAG_MANIFEST], signer)}


def seal(tag_manifest: bytes, signer: Signer) -> Members:
    """Return the files of a seal by `signer`."""
    parts = {bag.SIGNER: signer.certificate_pem, bag.SIGNATURE: signer.sign(tag_manifest)}
    return {bag.SEAL_LIST: listed(parts), **parts}


def stamped(files: Members, token: bytes) -> Members:
    """Return the members with a time-stamp in the seal, which is listed anew."""
    second = {path: files[path] for path in bag.SM2_FILES if path in files}
    sealed = bag.seal_files(files[bag.SIGNATURE], files[bag.SIGNER], token, second)
    return {**{path: data for path, data in files.items() if path not in bag.SEAL_FILES}, **sealed}


def listed(files: Mapping[str, bytes]) -> bytes:
    """Return a list of digests as bundles have it."""
    return bag.listing({path: digest.sha256(data) for path, data in files.items()})


def zipped(files: Mapping[str, bytes], name: str, out: Path) -> Path:
    """Write members under the folder `name`, in the permitted form."""
    with out.open("w+b") as stream:
        zipform.write(stream, ((f"{name}/{path}", partial(BytesIO, data)) for path, data in files.items()))
    return out


def _described(inside: Members) -> Manifest:
    """Return the manifest with sizes and digests as the payload now has them."""
    old = Manifest.load(canonical.decode(inside[MANIFEST]))
    roles = {entry.path: entry for entry in old.files}
    entries = [
        replace(
            roles.get(path, old.files[0]),
            path=path,
            role=role_of(path) or "source",
            size=len(data),
            sha256=digest.sha256(data),
            sm3=digest.sm3(data),
        )
        for path, data in inside.items()
        if path != MANIFEST
    ]
    return replace(old, files=tuple(sorted(entries, key=lambda entry: entry.path)))
