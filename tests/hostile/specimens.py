"""One damage for each check of the verifier, made so that this check alone can see it.

The forger holds the office's key and puts every other layer right. If two checks saw a specimen, blinding one would go
unnoticed; if none did, the check would be idle.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from evidence import bag, canonical, digest, note
from evidence.manifest import CHECKPOINT, Manifest
from evidence.model import Finding
from evidence.seal import Signer, make_office_key
from tests import authorities, sm2
from tests.authorities import Authority
from tests.evidence import bundles, factory
from tests.evidence.bundles import Members, Office

Maker = Callable[["Bench"], Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a forger works with."""

    folder: Path
    office: Office
    whole: Path
    authority: Authority
    trust: Path
    """The certificates that the reader knows: the office's, with SM2 too, and the authority's."""
    sm2_certificate: bytes
    """The office's, of an SM2 key that no forger has."""

    @property
    def files(self) -> Members:
        """The members of the untouched bundle."""
        return bundles.members(self.whole)

    @property
    def name(self) -> str:
        """The bundle's folder."""
        with zipfile.ZipFile(self.whole) as opened:
            return opened.namelist()[0].partition("/")[0]

    @property
    def out(self) -> Path:
        """Where the forgery goes."""
        return self.folder / "forged.zip"

    @property
    def stranger(self) -> Signer:
        """Someone else with a key for the same name."""
        return Signer.load(*make_office_key(self.folder / "stranger", "示范市政务公开办"))

    def resealed(self, files: Members) -> Path:
        """Put every layer above the payload right."""
        return bundles.resealed(files, self.office.signer, self.out)


def bench(folder: Path) -> Bench:
    """Return a bench with an untouched bundle."""
    office = bundles.office(folder)
    authority, trust = authorities.authority(folder / "authority"), folder / "trust.pem"
    certificate = sm2.key(folder).certified("示范市政务公开办")
    trust.write_bytes(office.certificate.read_bytes() + certificate + authority.root)
    whole = office.bundle(folder / "whole.zip").path
    return Bench(
        folder=folder, office=office, whole=whole, authority=authority, trust=trust, sm2_certificate=certificate
    )


def altered_bytes(on: Bench) -> Path:
    """A picture differs from its digest in the lists; the zip's checksum was put right."""
    files = on.files
    path = next(path for path in files if path.endswith(".png"))
    return bundles.zipped({**files, path: files[path][:-1] + b"x"}, on.name, on.out)


def extra_file(on: Bench) -> Path:
    """A file that no list names."""
    return bundles.zipped({**on.files, "data/notes.txt": b"x"}, on.name, on.out)


def dated_entry(on: Bench) -> Path:
    """One entry of the zip's directory has another date."""
    data = bytearray(on.whole.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 12] ^= 1
    on.out.write_bytes(bytes(data))
    return on.out


def wrong_oxum(on: Bench) -> Path:
    """bag-info.txt counts other bytes than there are."""
    info = on.files[bag.BAG_INFO].replace(b"Payload-Oxum: ", b"Payload-Oxum: 1")
    files = bundles.sealed(on.name, bundles.payload(on.files), on.office.signer, {bag.BAG_INFO: info})
    return bundles.zipped(files, on.name, on.out)


def wrong_sm3(on: Bench) -> Path:
    """The manifest gives a file another SM3."""

    def describe(manifest: Manifest) -> Manifest:
        first = replace(manifest.files[0], sm3=digest.sm3(b"other"))
        return replace(manifest, files=(first, *manifest.files[1:]))

    return bundles.resealed(on.files, on.office.signer, on.out, describe=describe)


def missing_exhibit(on: Bench) -> Path:
    """The finding cites a record that is not in the bundle."""
    files = on.files
    path = next(path for path in files if path.startswith("data/findings/"))
    finding = Finding.load(canonical.decode(files[path]))
    files[path] = canonical.encode(replace(finding, exhibits=(*finding.exhibits, digest.EMPTY)).plain())
    return on.resealed({path: data for path, data in files.items() if not _is_proof_of_finding(path, data)})


def wrong_proof(on: Bench) -> Path:
    """A proof leads to another root."""
    files = on.files
    path = next(path for path, data in files.items() if path.startswith("data/ledger/proofs/"))
    body = canonical.decode(files[path])
    body["proof"]["path"][0] = digest.EMPTY
    return on.resealed({**files, path: canonical.encode(body)})


def unsigned_checkpoint(on: Bench) -> Path:
    """The state of the ledger is signed by someone else."""
    files = on.files
    state = replace(note.parse(files[CHECKPOINT]), signatures=()).signed(on.stranger)
    return on.resealed({**files, CHECKPOINT: state.encode()})


def strangers_seal(on: Bench) -> Path:
    """The signature is by a namesake; the certificate in the bundle is still the office's."""
    files = on.files
    parts = {bag.SIGNER: files[bag.SIGNER], bag.SIGNATURE: on.stranger.sign(files[bag.TAG_MANIFEST])}
    return bundles.zipped({**files, bag.SEAL_LIST: bundles.listed(parts), **parts}, on.name, on.out)


def old_stamp(on: Bench) -> Path:
    """The time-stamp is a true one by the authority, over the signature of another bundle."""
    return bundles.zipped(bundles.stamped(on.files, on.authority.over(b"another signature")), on.name, on.out)


def strangers_stamp(on: Bench) -> Path:
    """The time-stamp is over this signature, by an authority that nobody named."""
    stranger = authorities.authority(on.folder / "anyone")
    return bundles.zipped(bundles.stamped(on.files, stranger.over(on.files[bag.SIGNATURE])), on.name, on.out)


def ended_before_it_began(on: Bench) -> Path:
    """A record whose picture was taken after its end."""
    office = bundles.office(on.folder / "liar", ended=factory.NOON)
    return office.bundle(on.out, signer=on.office.signer).path


def night_left_out(on: Bench) -> Path:
    """A visit that the series is chained over is not there."""
    office = bundles.office(on.folder / "chooser", nights=3)
    whole = bundles.members(office.bundle(on.folder / "all.zip", signer=on.office.signer).path)
    headers = sorted(path for path in whole if path.startswith("data/headers/"))
    series = next(path for path in whole if path.startswith("data/series/"))
    told = canonical.decode(whole[series])
    left = [row for row in told["rows"] if f"data/headers/{row['record']}.json" != headers[0]]
    files = {path: data for path, data in whole.items() if path != headers[0]}
    return on.resealed({**files, series: canonical.encode({**told, "rows": left})})


def strangers_bundle(on: Bench) -> Path:
    """All in order, but by a namesake of the office."""
    office = replace(bundles.office(on.folder / "namesake"), signer=on.stranger)
    return office.bundle(on.out).path


def strangers_sm2(on: Bench) -> Path:
    """The SM2 signature is by another key than that of the certificate, which is the office's own."""
    return _signed_with_sm2(on, on.sm2_certificate, sm2.key(on.folder, "stranger"))


def namesakes_sm2(on: Bench) -> Path:
    """The manifest names the SM2 certificate of someone who calls himself the office."""
    other = sm2.key(on.folder, "namesake")
    return _signed_with_sm2(on, other.certified("示范市政务公开办"), other)


def _signed_with_sm2(on: Bench, certificate: bytes, key: sm2.Key) -> Path:
    def finish(made: Members) -> Members:
        parts = {bag.SM2_SIGNER: certificate, bag.SM2_SIGNATURE: key.sign(made[bag.TAG_MANIFEST])}
        seal = {path: made[path] for path in (bag.SIGNER, bag.SIGNATURE)}
        return {**made, bag.SEAL_LIST: bundles.listed({**seal, **parts}), **parts}

    named = digest.sha256(certificate)
    return bundles.resealed(
        on.files, on.office.signer, on.out, describe=lambda one: replace(one, sm2=named), finish=finish
    )


SPECIMENS: dict[str, Maker] = {
    "files": altered_bytes,
    "names": extra_file,
    "zip form": dated_entry,
    "bag": wrong_oxum,
    "manifest": wrong_sm3,
    "records": missing_exhibit,
    "ledger inclusion": wrong_proof,
    "checkpoint": unsigned_checkpoint,
    "signature": strangers_seal,
    "time-stamp": old_stamp,
    "time-stamp trusted": strangers_stamp,
    "order of times": ended_before_it_began,
    "series-complete": night_left_out,
    "signer trusted": strangers_bundle,
    "sm2 signature": strangers_sm2,
    "sm2 signer trusted": namesakes_sm2,
}
"""By the name of the one check that sees it."""

NEVER_FALSE: set[str] = set()
"""Checks that no damage can make false."""


def _is_proof_of_finding(path: str, data: bytes) -> bool:
    return path.startswith("data/ledger/proofs/") and canonical.decode(data)["leaf"]["kind"] == "finding"
