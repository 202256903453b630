"""Damages, entered in the corpus, to the SM2 signature beside the seal.

Most forgers here hold the office's own key and put all its layers right; what they lack is the SM2 key, or a true certificate.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evidence import bag, digest
from tests import sm2
from tests.evidence import bundles, factory
from tests.evidence.bundles import Members
from tests.hostile.corpus import ALSO_TRUSTED, damage, replaced
from tests.hostile.specimens import Bench
from tests.sm2 import Key

NAME = "示范市政务公开办"
LONGEST = 72
"""Bytes of a signature whose two numbers both need a leading zero."""


def sm2_key(on: Bench) -> Key:
    """Return the office's SM2 key."""
    return Key(file=on.whole.parent / "sm2.key")


def certificate(on: Bench) -> bytes:
    """Return its certificate."""
    return on.sm2_certificate


def claiming(on: Bench, named: bytes, parts: Mapping[str, bytes | None]) -> Path:
    """Reseal with a manifest that names a certificate, and those files beside the seal (None: signed by the SM2 key)."""

    def finish(made: Members) -> Members:
        signed = {
            path: sm2_key(on).sign(made[bag.TAG_MANIFEST]) if data is None else data for path, data in parts.items()
        }
        return with_parts(made, signed)

    described = digest.sha256(named)
    return bundles.resealed(
        on.files, on.office.signer, on.out, describe=lambda one: replace(one, sm2=described), finish=finish
    )


def with_parts(files: Members, parts: Mapping[str, bytes]) -> Members:
    """Return a bundle's files with others beside its seal, which is listed anew."""
    kept = {path: data for path, data in files.items() if path not in (*bag.SM2_FILES, bag.SEAL_LIST)}
    sealed = {path: data for path, data in kept.items() if path.startswith("seal/")}
    rest = {path: data for path, data in kept.items() if path not in sealed}
    return {**rest, bag.SEAL_LIST: bundles.listed({**sealed, **parts}), **sealed, **parts}


def second(on: Bench) -> Bench:
    """Return the bench with a bundle that is signed with SM2 too; made once."""
    path = on.whole.parent / "second.zip"
    if not path.exists():
        given = {bag.SM2_SIGNER: certificate(on), bag.SM2_SIGNATURE: None}
        claiming(replace(on, folder=on.whole.parent), certificate(on), given).replace(path)
    return replace(on, whole=path)


def signed_as(on: Bench, pem: bytes) -> Path:
    """Return a bundle signed by the office's SM2 key under a certificate."""
    return claiming(on, pem, {bag.SM2_SIGNER: pem, bag.SM2_SIGNATURE: None})


def trusting(name: str, pem: bytes) -> None:
    """Let the reader of a damage trust a certificate beside the office's own."""
    ALSO_TRUSTED[name] = pem


@damage()
def untouched_bundle_signed_with_sm2_too(on: Bench) -> Path:
    trusting("untouched_bundle_signed_with_sm2_too", certificate(on))
    rich = second(on)
    return bundles.zipped(rich.files, rich.name, on.out)


@damage()
def sm2_signature_under_a_certificate_that_the_trusted_one_issued(on: Bench) -> Path:
    root = sm2.key(on.folder, "root")
    trusting("sm2_signature_under_a_certificate_that_the_trusted_one_issued", root.certified("root", usage=sm2.ISSUES))
    return signed_as(on, sm2_key(on).certified(NAME, by=(root, "root")))


@damage("names", "bag", "sm2 signature")
def sm2_signature_taken_out_and_the_seal_listed_anew(on: Bench) -> Path:
    """Whoever has no key at all can do this: the list of the seal is under no signature."""
    rich = second(on)
    return bundles.zipped(with_parts(rich.files, {}), rich.name, on.out)


@damage("signature")
def sm2_signature_and_its_claim_taken_out(on: Bench) -> Path:
    rich = second(on)
    seal = {path: rich.files[path] for path in (bag.SEAL_LIST, bag.SIGNER, bag.SIGNATURE)}
    listed = {path: data for path, data in seal.items() if path != bag.SEAL_LIST}
    seal[bag.SEAL_LIST] = bundles.listed(listed)
    return bundles.resealed(
        rich.files,
        on.office.signer,
        on.out,
        describe=lambda one: replace(one, sm2=None),
        finish=lambda made: {**made, **seal},
    )


@damage("names", "bag", "sm2 signature")
def sm2_signature_that_no_manifest_speaks_of(on: Bench) -> Path:
    parts = {bag.SM2_SIGNER: certificate(on), bag.SM2_SIGNATURE: sm2_key(on).sign(on.files[bag.TAG_MANIFEST])}
    return bundles.zipped(with_parts(on.files, parts), on.name, on.out)


@damage("files", "sm2 signature")
def sm2_signature_with_a_flipped_byte(on: Bench) -> Path:
    rich = second(on)
    data = bytearray(rich.files[bag.SM2_SIGNATURE])
    data[-3] ^= 1
    return replaced(rich, bag.SM2_SIGNATURE, bytes(data))


@damage("sm2 signature")
def sm2_signature_by_another_key(on: Bench) -> Path:
    rich = second(on)
    other = sm2.key(on.folder, "other").sign(rich.files[bag.TAG_MANIFEST])
    parts = {bag.SM2_SIGNER: certificate(on), bag.SM2_SIGNATURE: other}
    return bundles.zipped(with_parts(rich.files, parts), rich.name, on.out)


@damage("sm2 signature")
def sm2_signature_over_other_bytes(on: Bench) -> Path:
    rich = second(on)
    parts = {bag.SM2_SIGNER: certificate(on), bag.SM2_SIGNATURE: sm2_key(on).sign(b"another list\n")}
    return bundles.zipped(with_parts(rich.files, parts), rich.name, on.out)


@damage("sm2 signature")
def sm2_signature_with_a_byte_behind_it(on: Bench) -> Path:
    rich = second(on)
    again = iter(lambda: sm2_key(on).sign(rich.files[bag.TAG_MANIFEST]), b"")
    longest = next(one for one in again if len(one) == LONGEST)  # behind which `openssl dgst` reads no further
    parts = {bag.SM2_SIGNER: certificate(on), bag.SM2_SIGNATURE: longest + b"\0"}
    return bundles.zipped(with_parts(rich.files, parts), rich.name, on.out)


@damage("sm2 signature")
def sm2_certificate_swapped_with_its_signature(on: Bench) -> Path:
    """Key, certificate and signature of someone who calls himself the same; but the sealed manifest names another."""
    rich, other = second(on), sm2.key(on.folder, "other")
    pem = other.certified(NAME)
    trusting("sm2_certificate_swapped_with_its_signature", certificate(on) + pem)
    parts = {bag.SM2_SIGNER: pem, bag.SM2_SIGNATURE: other.sign(rich.files[bag.TAG_MANIFEST])}
    return bundles.zipped(with_parts(rich.files, parts), rich.name, on.out)


@damage("sm2 signer trusted")
def sm2_signer_that_the_reader_does_not_know(on: Bench) -> Path:
    other = sm2.key(on.folder, "other")
    trusting("sm2_signer_that_the_reader_does_not_know", other.certified(NAME))
    return signed_as(on, certificate(on))


@damage("sm2 signer trusted")
def sm2_certificate_by_someone_with_the_name_of_the_trusted(on: Bench) -> Path:
    root, false = sm2.key(on.folder, "root"), sm2.key(on.folder, "false")
    trusting("sm2_certificate_by_someone_with_the_name_of_the_trusted", root.certified("root", usage=sm2.ISSUES))
    return signed_as(on, sm2_key(on).certified(NAME, by=(false, "root")))


@damage("sm2 signer trusted")
def sm2_certificate_that_had_expired_when_the_pages_were_taken(on: Bench) -> Path:
    begins = factory.NOON - timedelta(days=900)
    pem = sm2_key(on).certified(NAME, begins=begins, ends=begins + timedelta(days=1))
    trusting("sm2_certificate_that_had_expired_when_the_pages_were_taken", pem)
    return signed_as(on, pem)


@damage()
def sm2_certificate_that_has_expired_since(on: Bench) -> Path:
    """An open question: no time-stamp is over this signature."""
    begins = factory.NOON - timedelta(days=1)
    pem = sm2_key(on).certified(NAME, begins=begins, ends=datetime.now(UTC) - timedelta(days=1))
    trusting("sm2_certificate_that_has_expired_since", pem)
    return signed_as(on, pem)


@damage("sm2 signature")
def sm2_certificate_for_encryption(on: Bench) -> Path:
    """Offices are given two; the other one was taken."""
    pem = sm2_key(on).certified(NAME, usage=sm2.ENCRYPTS)
    trusting("sm2_certificate_for_encryption", pem)
    return signed_as(on, pem)


@damage("sm2 signature", "sm2 signer trusted")
def certificate_of_another_kind_of_key_in_place_of_the_sm2_one(on: Bench) -> Path:
    return signed_as(on, on.office.signer.certificate_pem)


@damage("sm2 signature", "sm2 signer trusted")
def sm2_certificate_with_words_before_it(on: Bench) -> Path:
    return signed_as(on, b"office\n" + certificate(on))


@damage("sm2 signature", "sm2 signer trusted")
def sm2_certificate_that_is_none(on: Bench) -> Path:
    raw = b64decode(b"".join(certificate(on).splitlines()[1:-1]))
    return signed_as(on, sm2.pem(raw[: len(raw) // 2]))
