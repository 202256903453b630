"""The tamper corpus: named damages to a bundle, over every class of its bytes, each with the checks that must fail.

Three forgers: one who only has a file editor (the bytes change, nothing is put right), one who puts right all that needs no
key (lists, digests, name), and one who holds the office's key and puts everything right but the lie itself.
"""

from __future__ import annotations

import base64
import json
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from evidence import bag, canonical, digest, note, plain, zipform
from evidence.manifest import CHECKPOINT, CUSTODY, MANIFEST, VERIFIER, Manifest, Withheld
from evidence.model import Record
from evidence.note import NoteSignature
from evidence.seal import Signer
from tests import authorities, sm2
from tests.evidence import bundles, factory
from tests.evidence.bundles import Members
from tests.hostile.specimens import Bench

Make = Callable[[Bench], Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One way to tamper with a bundle."""

    name: str
    fails: frozenset[str]
    """The checks that say false; all others say what they say of the untouched bundle, or null."""
    make: Make


CORPUS: dict[str, Damage] = {}
"""All damages by name."""


def damage(*fails: str) -> Callable[[Make], Make]:
    """Enter a damage that makes these checks fail."""

    def enter(make: Make) -> Make:
        CORPUS[make.__name__] = Damage(name=make.__name__, fails=frozenset(fails), make=make)
        return make

    return enter


def bench(folder: Path) -> Bench:
    """Return a bench with a bundle that has a series with headers, plans and a declared loss."""
    office = bundles.office(folder, nights=2)
    authority, trust = authorities.authority(folder / "authority"), folder / "trust.pem"
    certificate = sm2.key(folder).certified("示范市政务公开办")
    trust.write_bytes(office.certificate.read_bytes() + certificate + authority.root)
    whole = office.bundle(folder / "whole.zip").path
    return Bench(
        folder=folder, office=office, whole=whole, authority=authority, trust=trust, sm2_certificate=certificate
    )


# ---- the file editor: raw bytes ----


def written(on: Bench, data: bytes) -> Path:
    on.out.write_bytes(data)
    return on.out


def changed(on: Bench, place: int, data: bytes) -> Path:
    """Overwrite bytes of the untouched file."""
    whole = on.whole.read_bytes()
    return written(on, whole[:place] + data + whole[place + len(data) :])


def directory(data: bytes) -> tuple[int, int]:
    """Return where the zip's directory begins, and its length."""
    length, start = struct.unpack("<II", data[-10:-2])
    return start, length


def first_entry(on: Bench) -> int:
    return directory(on.whole.read_bytes())[0]


@damage("zip form")
def byte_before_the_zip(on: Bench) -> Path:
    return written(on, b"\0" + on.whole.read_bytes())


@damage("zip form")
def byte_behind_the_zip(on: Bench) -> Path:
    return written(on, on.whole.read_bytes() + b"\0")


@damage("zip form")
def comment_of_the_zip(on: Bench) -> Path:
    return written(on, on.whole.read_bytes()[:-2] + b"\2\0hi")


@damage("zip form")
def truncated_zip(on: Bench) -> Path:
    return written(on, on.whole.read_bytes()[: on.whole.stat().st_size // 2])


@damage("zip form")
def empty_file(on: Bench) -> Path:
    return written(on, b"")


@damage("zip form")
def end_record_alone(on: Bench) -> Path:
    return written(on, b"PK\5\6" + b"\xff" * 18)


@damage("zip form")
def bytes_hidden_between_members_and_directory(on: Bench) -> Path:
    data = on.whole.read_bytes()
    start, _ = directory(data)
    moved = data[:-6] + struct.pack("<I", start + 6) + data[-2:]
    return written(on, moved[:start] + b"hidden" + moved[start:])


@damage("zip form")
def date_in_a_local_header(on: Bench) -> Path:
    return changed(on, 12, b"\x22")


@damage("zip form")
def flag_in_a_local_header(on: Bench) -> Path:
    return changed(on, 6, b"\0\x08")


@damage("zip form")
def method_in_a_local_header(on: Bench) -> Path:
    return changed(on, 8, b"\x08")


@damage("zip form")
def size_in_a_local_header(on: Bench) -> Path:
    return changed(on, 18, b"\xff\xff\xff\xff")


@damage("zip form")
def name_in_a_local_header(on: Bench) -> Path:
    return changed(on, 30, b"Q")


@damage("zip form")
def date_in_the_directory(on: Bench) -> Path:
    return changed(on, first_entry(on) + 14, b"\x22")


@damage("zip form")
def symbolic_link(on: Bench) -> Path:
    return changed(on, first_entry(on) + 38, struct.pack("<I", 0o120777 << 16))


@damage("zip form")
def executable_file(on: Bench) -> Path:
    return changed(on, first_entry(on) + 38, struct.pack("<I", 0o100755 << 16))


@damage("zip form")
def made_by_windows(on: Bench) -> Path:
    return changed(on, first_entry(on) + 4, b"\x14\0")


@damage("zip form")
def checksum_in_the_directory(on: Bench) -> Path:
    return changed(on, first_entry(on) + 16, b"\0\0\0\0")


@damage("zip form")
def four_gigabytes_claimed(on: Bench) -> Path:
    return changed(on, first_entry(on) + 20, b"\xfe\xff\xff\xff" * 2)


@damage("zip form")
def more_members_counted_than_there_are(on: Bench) -> Path:
    data = on.whole.read_bytes()
    count = struct.unpack("<H", data[-12:-10])[0] + 1
    return written(on, data[:-14] + struct.pack("<HH", count, count) + data[-10:])


@damage("zip form")
def fewer_members_counted_than_there_are(on: Bench) -> Path:
    data = on.whole.read_bytes()
    count = struct.unpack("<H", data[-12:-10])[0] - 1
    return written(on, data[:-14] + struct.pack("<HH", count, count) + data[-10:])


@damage("zip form")
def zip64_marks(on: Bench) -> Path:
    return written(on, on.whole.read_bytes()[:-14] + b"\xff" * 12 + b"\0\0")


@damage("zip form", "names")
def directory_in_another_order(on: Bench) -> Path:
    data = on.whole.read_bytes()
    start, length = directory(data)
    entries = re.split(rb"(?=PK\x01\x02)", data[start : start + length])[1:]
    return written(on, data[:start] + b"".join([entries[1], entries[0], *entries[2:]]) + data[start + length :])


@damage("zip form", "bag", "files")
def two_entries_for_one_place(on: Bench) -> Path:
    """The second member is said to begin where the first does: overlapping members are how zip bombs are made."""
    data = on.whole.read_bytes()
    start, _ = directory(data)
    second = data.index(b"PK\x01\x02", start + 4)
    return changed(on, second + 42, b"\0\0\0\0")


@damage("zip form")
def packed_anew_by_another_program(on: Bench) -> Path:
    with zipfile.ZipFile(on.out, "w") as out:
        for path, data in on.files.items():
            out.writestr(zipfile.ZipInfo(f"{on.name}/{path}"), data)
    return on.out


@damage("zip form")
def compressed_bomb(on: Bench) -> Path:
    with zipfile.ZipFile(on.out, "w", zipfile.ZIP_DEFLATED) as out:
        for path, data in on.files.items():
            out.writestr(f"{on.name}/{path}", data)
        out.writestr(f"{on.name}/data/artifacts/bomb.bin", bytes(50 << 20))
    return on.out


# ---- the file editor: names ----


def renamed(on: Bench, path: str, to: str) -> Path:
    return bundles.zipped({(to if one == path else one): data for one, data in on.files.items()}, on.name, on.out)


def named(on: Bench, *more: str) -> Path:
    """Write the untouched members and some more under full names."""
    members = [(f"{on.name}/{path}", data) for path, data in on.files.items()]
    with on.out.open("w+b") as stream:
        zipform.write(stream, [(n, partial(BytesIO, d)) for n, d in [*members, *((one, b"x") for one in more)]])
    return on.out


def a(on: Bench, folder: str, end: str = "", n: int = 0) -> str:
    """Return the path of one file of a folder."""
    return sorted(path for path in on.files if path.startswith(f"data/{folder}/") and path.endswith(end))[n]


@damage("names")
def extra_file(on: Bench) -> Path:
    return bundles.zipped({**on.files, "data/notes.txt": b"x"}, on.name, on.out)


@damage("names")
def extra_file_in_the_seal(on: Bench) -> Path:
    return bundles.zipped({**on.files, "seal/other.pem": b"x"}, on.name, on.out)


@damage("names")
def zip_slip(on: Bench) -> Path:
    return named(on, "../../outside.txt")


@damage("names")
def absolute_path(on: Bench) -> Path:
    return named(on, "/etc/cron.d/x")


@damage("names")
def windows_path(on: Bench) -> Path:
    return named(on, "C:\\Windows\\x.dll")


@damage("names")
def directory_entry(on: Bench) -> Path:
    return named(on, f"{on.name}/data/artifacts/")


@damage("names")
def name_with_a_nul(on: Bench) -> Path:
    return named(on, f"{on.name}/data/manifest.json\0.txt")


@damage("zip form")
def look_alike_name(on: Bench) -> Path:
    """A Cyrillic letter in place of a Latin one, in directory and header, lengths put right."""
    data = on.whole.read_bytes()
    return written(on, data.replace(b"data/manifest.json", "dаta/manifest.jsn".encode()))


@damage("names")
def device_name_of_windows(on: Bench) -> Path:
    return named(on, f"{on.name}/data/sources/nul.txt")


@damage("names", "files", "bag")
def missing_picture(on: Bench) -> Path:
    gone = a(on, "artifacts", ".png")
    return bundles.zipped({path: data for path, data in on.files.items() if path != gone}, on.name, on.out)


@damage("names", "files", "bag")
def renamed_file(on: Bench) -> Path:
    return renamed(on, a(on, "sources"), "data/sources/other.py")


@damage("names", "files", "bag")
def case_folded_name(on: Bench) -> Path:
    path = a(on, "artifacts", ".png")
    return renamed(on, path, path[:-3] + "PNG")


@damage("names")
def file_twice(on: Bench) -> Path:
    return named_twice(on, on.files[a(on, "sources")])


@damage("names", "files", "bag")
def file_twice_with_other_bytes(on: Bench) -> Path:
    return named_twice(on, b"other bytes")


def named_twice(on: Bench, second: bytes) -> Path:
    path = a(on, "sources")
    members = [(f"{on.name}/{one}", data) for one, data in on.files.items()]
    with on.out.open("w+b") as stream:
        zipform.write(stream, [(n, partial(BytesIO, d)) for n, d in [*members, (f"{on.name}/{path}", second)]])
    return on.out


@damage("names")
def files_in_another_order(on: Bench) -> Path:
    first, *rest = on.files.items()
    return bundles.zipped(dict([*rest, first]), on.name, on.out)


@damage("names")
def another_name_for_the_folder(on: Bench) -> Path:
    return bundles.zipped(on.files, "quzheng-000000000000", on.out)


@damage("signature", "names", "files", "checkpoint")
def signature_left_out(on: Bench) -> Path:
    files = {path: data for path, data in on.files.items() if path not in (bag.SIGNATURE, bag.SIGNER)}
    return bundles.zipped(files, on.name, on.out)


@damage("signature", "checkpoint")
def seal_left_out(on: Bench) -> Path:
    files = {path: data for path, data in on.files.items() if not path.startswith("seal/")}
    return bundles.zipped(files, on.name, on.out)


# ---- the file editor: bytes of members, checksums of the zip put right ----


def replaced(on: Bench, path: str, data: bytes) -> Path:
    return bundles.zipped({**on.files, path: data}, on.name, on.out)


def edited(on: Bench, path: str, old: str, new: str) -> Path:
    """Replace text in a member; the text has to be there."""
    data = on.files[path]
    assert old.encode() in data, path
    return replaced(on, path, data.replace(old.encode(), new.encode(), 1))


@damage("files")
def other_picture(on: Bench) -> Path:
    path = a(on, "artifacts", ".png")
    return replaced(on, path, on.files[path][:-1] + b"\0")


@damage("files", "bag")
def page_with_a_word_more(on: Bench) -> Path:
    path = a(on, "artifacts", ".txt")
    return replaced(on, path, on.files[path] + b"more")


@damage("files", "bag", "records", "series-complete")
def other_fault_in_a_record(on: Bench) -> Path:
    return edited(on, a(on, "records"), '"fault":"unknown"', '"fault":"theirs"')


@damage("files", "bag", "series-complete")
def other_fault_in_a_header(on: Bench) -> Path:
    return edited(on, a(on, "headers"), '"fault":"unknown"', '"fault":"ours"')


@damage("files", "bag", "records")
def other_state_of_a_finding(on: Bench) -> Path:
    return edited(on, a(on, "findings"), '"state":"hit"', '"state":"clear"')


@damage("files", "bag")
def other_message_of_a_finding(on: Bench) -> Path:
    return edited(on, a(on, "findings"), "逾期未更新", "严重逾期未更新")


@damage("files", "bag")
def other_words_in_the_report(on: Bench) -> Path:
    path = a(on, "report", ".html")
    return replaced(on, path, on.files[path] + b"<!-- -->")


@damage("files", "series-complete")
def other_outcome_in_the_timeline(on: Bench) -> Path:
    return edited(on, a(on, "series"), '"outcome":"captured"', '"outcome":"timeouts"')


@damage("files", "series-complete")
def other_labels_in_a_plan(on: Bench) -> Path:
    return edited(on, a(on, "plans"), '"home"', '"h0me"')


@damage("files", "bag")
def verifier_that_always_agrees(on: Bench) -> Path:
    return replaced(on, VERIFIER, b'print("holds")\n')


@damage("files", "bag")
def custody_rewritten(on: Bench) -> Path:
    return replaced(on, CUSTODY, b'{"events":[],"schema":"custody/1"}')


@damage("files", "bag", "manifest")
def other_tool_in_the_manifest(on: Bench) -> Path:
    return edited(on, MANIFEST, '"name":"quzheng"', '"name":"quzheng2"')


@damage("files", "ledger inclusion")
def other_step_in_a_proof(on: Bench) -> Path:
    path = a(on, "ledger/proofs")
    body = canonical.decode(on.files[path])
    body["proof"]["path"][0] = digest.EMPTY
    return replaced(on, path, canonical.encode(body))


@damage("files", "series-complete")
def other_step_in_a_list_of_chains(on: Bench) -> Path:
    path = a(on, "ledger/chains")
    body = canonical.decode(on.files[path])
    body["proof"]["path"][0] = digest.EMPTY
    return replaced(on, path, canonical.encode(body))


@damage("files", "checkpoint")
def other_origin_of_the_checkpoint(on: Bench) -> Path:
    data = on.files[CHECKPOINT]
    return replaced(on, CHECKPOINT, data.replace(data[15:31], b"0" * 16, 1))


@damage("files", "bag")
def other_bagit_version(on: Bench) -> Path:
    return edited(on, bag.BAGIT, "1.0", "0.9")


@damage("files", "bag", "names", "manifest")
def line_less_in_the_list(on: Bench) -> Path:
    lines = on.files[bag.MANIFEST].splitlines(keepends=True)
    return replaced(on, bag.MANIFEST, b"".join(lines[:-1]))


@damage("files", "bag", "names", "manifest")
def list_in_another_order(on: Bench) -> Path:
    lines = on.files[bag.MANIFEST].splitlines(keepends=True)
    return replaced(on, bag.MANIFEST, b"".join(reversed(lines)))


@damage("bag", "signature")
def line_less_in_the_tag_list(on: Bench) -> Path:
    lines = on.files[bag.TAG_MANIFEST].splitlines(keepends=True)
    return replaced(on, bag.TAG_MANIFEST, b"".join(lines[:-1]))


@damage("bag")
def shorter_list_of_the_seal(on: Bench) -> Path:
    return replaced(on, bag.SEAL_LIST, on.files[bag.SEAL_LIST].splitlines(keepends=True)[0])


@damage("files", "checkpoint", "signature", "signer trusted")
def certificate_cut_short(on: Bench) -> Path:
    return replaced(on, bag.SIGNER, on.files[bag.SIGNER][:-40])


@damage("files", "checkpoint", "signature", "signer trusted")
def certificate_of_an_unknown_version(on: Bench) -> Path:
    der = serialization_der(on.office.signer.certificate)
    assert b"\xa0\x03\x02\x01\x02" in der
    return replaced(on, bag.SIGNER, pem(der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07", 1)))


@damage("files", "signature")
def signature_with_a_flipped_byte(on: Bench) -> Path:
    data = bytearray(on.files[bag.SIGNATURE])
    data[-5] ^= 1
    return replaced(on, bag.SIGNATURE, bytes(data))


@damage("files", "signature")
def no_signature_in_its_file(on: Bench) -> Path:
    return replaced(on, bag.SIGNATURE, b"")


# ---- the forger without the key, who puts lists, digests and name right ----


def unsigned(on: Bench, files: Members) -> Path:
    """Put every list right, and leave the seal as it was."""
    seal = {path: data for path, data in on.files.items() if path.startswith("seal/")}
    return bundles.resealed(files, on.office.signer, on.out, finish=lambda made: {**made, **seal})


def exchanged(files: Members, path: str, data: bytes) -> Members:
    """Replace an artifact by another under its own digest, wherever the old digest is mentioned."""
    old, new = Path(path).stem, digest.sha256(data)
    swapped = {one: text.replace(old.encode(), new.encode()) for one, text in {**files, path: data}.items()}
    swapped[path] = data
    return {one.replace(old, new): text for one, text in swapped.items()}


@damage("records", "signature", "series-complete")
def picture_replaced_with_digests_recomputed(on: Bench) -> Path:
    path = a(on, "artifacts", ".png")
    return unsigned(on, exchanged(on.files, path, on.files[path] + b"\0"))


@damage("signature")
def report_replaced_and_lists_recomputed(on: Bench) -> Path:
    return unsigned(on, {**on.files, a(on, "report", ".html"): b"<p>all is well</p>"})


@damage("signature")
def file_added_and_lists_recomputed(on: Bench) -> Path:
    return unsigned(on, {**on.files, "data/sources/more.py": b"# more\n"})


@damage("signature", "series-complete")
def night_left_out_and_lists_recomputed(on: Bench) -> Path:
    return unsigned(on, without(on.files, a(on, "headers")))


@damage("checkpoint", "signer trusted")
def strangers_seal_over_the_same_files(on: Bench) -> Path:
    return bundles.zipped({**on.files, **bundles.seal(on.files[bag.TAG_MANIFEST], on.stranger)}, on.name, on.out)


@damage("signature")
def signature_of_another_bundle(on: Bench) -> Path:
    """An old signature on a new manifest."""
    return sealed_by(on, on.office.signer.sign(b"the list of another bundle\n"))


@damage("signature")
def strangers_signature_with_his_certificate_inside(on: Bench) -> Path:
    """The CMS brings the certificate that fits it; the one beside it is still the office's."""
    stranger, data = on.stranger, on.files[bag.TAG_MANIFEST]
    builder = (
        pkcs7.PKCS7SignatureBuilder().set_data(data).add_signer(stranger.certificate, stranger.key, hashes.SHA256())
    )
    builder = builder.add_certificate(on.office.signer.certificate)
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    return sealed_by(on, builder.sign(serialization.Encoding.DER, options))


@damage("signature")
def certificates_without_a_signature(on: Bench) -> Path:
    return sealed_by(on, pkcs7.serialize_certificates([on.office.signer.certificate], serialization.Encoding.DER))


@damage("signature", "checkpoint", "signer trusted")
def two_certificates_beside_the_signature(on: Bench) -> Path:
    return certified_by(on, on.files[bag.SIGNER] + on.stranger.certificate_pem)


@damage("signature", "checkpoint", "signer trusted")
def certificate_in_lines_of_another_length(on: Bench) -> Path:
    text = base64.b64encode(serialization_der(on.office.signer.certificate))
    return certified_by(on, b"-----BEGIN CERTIFICATE-----\n" + text + b"\n-----END CERTIFICATE-----\n")


@damage("signature", "checkpoint", "signer trusted")
def words_before_the_certificate(on: Bench) -> Path:
    return certified_by(on, b"Office\n" + on.files[bag.SIGNER])


def sealed_by(on: Bench, signature: bytes) -> Path:
    return resealed_parts(on, {bag.SIGNER: on.files[bag.SIGNER], bag.SIGNATURE: signature})


def certified_by(on: Bench, certificate: bytes) -> Path:
    return resealed_parts(on, {bag.SIGNER: certificate, bag.SIGNATURE: on.files[bag.SIGNATURE]})


def resealed_parts(on: Bench, parts: Members) -> Path:
    return bundles.zipped({**on.files, bag.SEAL_LIST: bundles.listed(parts), **parts}, on.name, on.out)


def pem(der: bytes) -> bytes:
    text = base64.b64encode(der)
    lines = b"".join(text[n : n + 64] + b"\n" for n in range(0, len(text), 64))
    return b"-----BEGIN CERTIFICATE-----\n" + lines + b"-----END CERTIFICATE-----\n"


def serialization_der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


# ---- the forger with the office's key ----


def without(files: Members, *paths: str) -> Members:
    return {path: data for path, data in files.items() if path not in paths}


def rewritten(on: Bench, path: str, change: Callable[[Any], object]) -> Path:
    """Change a document and reseal."""
    body = canonical.decode(on.files[path])
    change(body)
    return on.resealed({**on.files, path: canonical.encode(body)})


def described(on: Bench, **changes: object) -> Path:
    """Reseal with a changed manifest."""
    return bundles.resealed(on.files, on.office.signer, on.out, describe=lambda manifest: replace(manifest, **changes))


def readmitted(on: Bench, change: Callable[[Any], object]) -> Path:
    """Change the newest record, give it its new id, and put that right wherever it is named."""
    files, path = on.files, newest(on)
    body = canonical.decode(files[path])
    change(body)
    old, new = Path(path).stem, digest.of_value(body)
    files[path] = canonical.encode(body)
    return on.resealed({one.replace(old, new): data.replace(old.encode(), new.encode()) for one, data in files.items()})


def newest(on: Bench) -> str:
    """Return the path of the record that the finding cites."""
    (exhibit,) = canonical.decode(on.files[a(on, "findings")])["exhibits"]
    return f"data/records/{exhibit}.json"


def chain(on: Bench) -> Iterator[tuple[str, Record]]:
    for path, data in on.files.items():
        if path.startswith(("data/records/", "data/headers/")):
            yield path, Record.load(canonical.decode(data))


@damage("ledger inclusion", "series-complete")
def record_that_was_never_admitted(on: Bench) -> Path:
    return readmitted(on, lambda body: body.update(reason="made up"))


@damage("ledger inclusion", "series-complete", "order of times")
def record_dated_after_its_pictures(on: Bench) -> Path:
    return readmitted(on, lambda body: body.update(started="2021-01-05T04:00:02.000+00:00"))


@damage("records", "series-complete")
def record_under_another_name(on: Bench) -> Path:
    return rewritten(on, newest(on), lambda body: body.update(reason="made up"))


@damage("records")
def pictures_of_two_captures_swapped(on: Bench) -> Path:
    one, other = a(on, "artifacts", ".txt", 0), a(on, "artifacts", ".txt", 1)
    return on.resealed({**on.files, one: on.files[other], other: on.files[one]})


@damage("records", "ledger inclusion", "series-complete")
def two_captures_swapped(on: Bench) -> Path:
    one, other = a(on, "records", n=0), a(on, "records", n=1)
    return on.resealed({**on.files, one: on.files[other], other: on.files[one]})


@damage("records")
def picture_left_out_of_all_lists(on: Bench) -> Path:
    return on.resealed(without(on.files, a(on, "artifacts", ".png")))


@damage("records", "series-complete")
def exhibit_left_out_of_all_lists(on: Bench) -> Path:
    return on.resealed(without(on.files, newest(on)))


@damage("records")
def finding_left_out_of_all_lists(on: Bench) -> Path:
    return on.resealed(without(on.files, a(on, "findings")))


@damage("records")
def finding_on_another_target(on: Bench) -> Path:
    return rewritten(on, a(on, "findings"), lambda body: body.update(target="other"))


@damage("records")
def finding_without_exhibits(on: Bench) -> Path:
    return rewritten(on, a(on, "findings"), lambda body: body.update(exhibits=[]))


@damage("order of times")
def finding_on_what_came_after(on: Bench) -> Path:
    return rewritten(on, a(on, "findings"), lambda body: body.update(as_of="2033-01-01T00:00:00.000+00:00"))


@damage("records")
def heading_of_another_finding(on: Bench) -> Path:
    (heading,) = manifest_of(on).findings
    return described(on, findings=(replace(heading, state="clear"),))


@damage("records", "series-complete")
def subject_of_another_name(on: Bench) -> Path:
    return described(on, subject=replace(manifest_of(on).subject, targets=(factory.target(id="innocent"),)))


def manifest_of(on: Bench) -> Manifest:
    return Manifest.load(canonical.decode(on.files[MANIFEST]))


@damage("manifest")
def later_format(on: Bench) -> Path:
    return described(on, format=7)


def first_file(on: Bench, **changes: object) -> Path:
    def describe(manifest: Manifest) -> Manifest:
        return replace(manifest, files=(replace(manifest.files[0], **changes), *manifest.files[1:]))

    return bundles.resealed(on.files, on.office.signer, on.out, describe=describe)


@damage("manifest")
def other_sm3_in_the_manifest(on: Bench) -> Path:
    return first_file(on, sm3=digest.sm3(b"other"))


@damage("manifest")
def other_size_in_the_manifest(on: Bench) -> Path:
    return first_file(on, size=1)


@damage("manifest", "records")
def other_role_in_the_manifest(on: Bench) -> Path:
    return first_file(on, role="source")


@damage("manifest")
def file_left_out_of_the_manifest(on: Bench) -> Path:
    def describe(manifest: Manifest) -> Manifest:
        return replace(manifest, files=tuple(one for one in manifest.files if one.path != CUSTODY))

    return bundles.resealed(on.files, on.office.signer, on.out, describe=describe)


@damage("manifest")
def file_of_no_role(on: Bench) -> Path:
    return on.resealed({**on.files, "data/notes.txt": b"x"})


@damage("manifest")
def name_that_is_not_derived(on: Bench) -> Path:
    inside = bundles.payload(on.files)
    name = "quzheng-0123456789ab"
    body = {**canonical.decode(inside[MANIFEST]), "bundle": name}
    inside[MANIFEST] = canonical.encode(body)
    return bundles.zipped(bundles.sealed(name, inside, on.office.signer), name, on.out)


@damage("bag")
def other_words_in_the_bag_info(on: Bench) -> Path:
    info = on.files[bag.BAG_INFO].replace(b"Payload-Oxum: ", b"Payload-Oxum: 1")
    files = bundles.sealed(on.name, bundles.payload(on.files), on.office.signer, {bag.BAG_INFO: info})
    return bundles.zipped(files, on.name, on.out)


@damage("records")
def original_withheld_without_reason(on: Bench) -> Path:
    """The page that speaks for the unit stays in the house, though it shows nobody's personal data."""
    gone = a(on, "artifacts", ".png")
    kept = (Withheld(sha256=Path(gone).stem, copy=None),)
    files = without(on.files, gone)
    return bundles.resealed(files, on.office.signer, on.out, describe=lambda manifest: replace(manifest, withheld=kept))


@damage("records")
def masked_copy_of_nothing(on: Bench) -> Path:
    return on.resealed({**on.files, f"data/masked/{digest.sha256(b'x')}.txt": b"x"})


@damage("ledger inclusion")
def proofs_swapped(on: Bench) -> Path:
    one, other = a(on, "ledger/proofs", n=0), a(on, "ledger/proofs", n=1)
    return on.resealed({**on.files, one: on.files[other], other: on.files[one]})


@damage("ledger inclusion")
def proof_left_out(on: Bench) -> Path:
    return on.resealed(without(on.files, f"data/ledger/proofs/{Path(newest(on)).stem}.json"))


@damage("ledger inclusion")
def proof_for_another_size(on: Bench) -> Path:
    return rewritten(on, a(on, "ledger/proofs"), lambda body: body.update(size=body["size"] + 1))


@damage("ledger inclusion")
def proof_at_another_place(on: Bench) -> Path:
    return rewritten(on, a(on, "ledger/proofs"), lambda body: body["leaf"].update(index=body["leaf"]["index"] ^ 1))


@damage("ledger inclusion")
def proof_longer_than_the_tree(on: Bench) -> Path:
    return rewritten(on, a(on, "ledger/proofs"), lambda body: body["proof"]["path"].append(digest.EMPTY))


@damage("ledger inclusion")
def checkpoint_of_an_earlier_state(on: Bench) -> Path:
    ledger = on.office.holdings.ledger
    earlier = ledger.state(ledger.size - 2).signed(on.office.signer)
    return on.resealed({**on.files, CHECKPOINT: earlier.encode()})


@damage("checkpoint")
def checkpoint_signed_by_a_stranger(on: Bench) -> Path:
    state = replace(note.parse(on.files[CHECKPOINT]), signatures=()).signed(on.stranger)
    return on.resealed({**on.files, CHECKPOINT: state.encode()})


@damage("checkpoint")
def checkpoint_with_a_second_signature_that_is_none(on: Bench) -> Path:
    state = note.parse(on.files[CHECKPOINT])
    forged = NoteSignature(name="x", key_id=on.office.signer.key_id, signature=b"forged")
    return on.resealed({**on.files, CHECKPOINT: replace(state, signatures=(*state.signatures, forged)).encode()})


@damage("checkpoint", "ledger inclusion")
def checkpoint_with_a_word_behind(on: Bench) -> Path:
    return on.resealed({**on.files, CHECKPOINT: on.files[CHECKPOINT] + b"x"})


@damage("series-complete")
def night_left_out(on: Bench) -> Path:
    return on.resealed(without(on.files, a(on, "headers")))


@damage("series-complete")
def plan_left_out(on: Bench) -> Path:
    return on.resealed(without(on.files, a(on, "plans")))


@damage("series-complete")
def headers_without_a_claim(on: Bench) -> Path:
    return described(on, series=())


@damage("series-complete")
def claim_on_a_label_that_is_not_there(on: Bench) -> Path:
    (claim,) = manifest_of(on).series
    return described(on, series=(claim, replace(claim, label="news")))


@damage("series-complete")
def timeline_with_a_night_less(on: Bench) -> Path:
    return rewritten(on, a(on, "series"), lambda body: body["rows"].pop())


@damage("series-complete")
def timeline_that_is_no_list(on: Bench) -> Path:
    return rewritten(on, a(on, "series"), lambda body: body.update(rows=5))


@damage("series-complete")
def timeline_of_odd_rows(on: Bench) -> Path:
    return rewritten(on, a(on, "series"), lambda body: body.update(rows=[7]))


@damage("series-complete")
def timeline_without_reasons(on: Bench) -> Path:
    return rewritten(on, a(on, "series"), lambda body: [row.pop("reason") for row in body["rows"]])


@damage("series-complete")
def timeline_without_a_zone(on: Bench) -> Path:
    return rewritten(on, a(on, "series"), lambda body: body["rows"][0].update(started="2021-01-05T04:00:00"))


@damage("series-complete")
def chain_in_another_order(on: Bench) -> Path:
    """The header before the exhibits names another as the one before it."""
    first, second, *_ = sorted(chain(on), key=lambda one: one[1].capture.started)
    files = without(on.files, second[0])
    changed = replace(second[1], previous=None)
    return on.resealed({**files, f"data/headers/{changed.id}.json": canonical.encode(changed.plain())})


@damage("ledger inclusion", "series-complete")
def loss_declared_under_another_name(on: Bench) -> Path:
    lost = {"at": plain.instant(factory.NOON), "label": "home", "reason": "x", "run": "N9", "schema": "loss/1"}
    lost["target"] = "shifan"
    return on.resealed({**on.files, f"data/losses/{digest.EMPTY}.json": canonical.encode(lost)})


# ---- documents that two readers might read in two ways ----


def spelled(on: Bench, path: str, spell: Callable[[bytes], bytes]) -> Path:
    """Write a document in another way, and reseal."""
    again = spell(on.files[path])
    assert again != on.files[path], path
    return on.resealed({**on.files, path: again})


RECORD_UNREADABLE = ("records", "ledger inclusion", "order of times", "series-complete", "signer trusted")


@damage(*RECORD_UNREADABLE)
def record_with_white_space(on: Bench) -> Path:
    return spelled(
        on, newest(on), lambda data: json.dumps(json.loads(data), ensure_ascii=False, sort_keys=True).encode()
    )


@damage(*RECORD_UNREADABLE)
def record_with_a_key_twice(on: Bench) -> Path:
    return spelled(on, newest(on), lambda data: data[:-1] + b',"fault":"theirs"}')


@damage(*RECORD_UNREADABLE)
def record_with_a_byte_order_mark(on: Bench) -> Path:
    return spelled(on, newest(on), lambda data: b"\xef\xbb\xbf" + data)


@damage(*RECORD_UNREADABLE)
def record_with_a_float(on: Bench) -> Path:
    return spelled(on, newest(on), lambda data: data.replace(b'"offset_ms":null', b'"offset_ms":1.0'))


@damage(*RECORD_UNREADABLE)
def record_nested_without_end(on: Bench) -> Path:
    return spelled(on, newest(on), lambda data: b'{"a":' * 100_000 + b"1" + b"}" * 100_000)


@damage(*RECORD_UNREADABLE)
def record_of_more_than_the_limit(on: Bench) -> Path:
    return spelled(on, newest(on), lambda data: data[:-1] + b',"x":"' + b"x" * (17 << 20) + b'"}')


@damage(*RECORD_UNREADABLE)
def record_with_an_unknown_key(on: Bench) -> Path:
    return spelled(on, newest(on), lambda data: data[:-1] + b',"verdict":"guilty"}')


@damage(*RECORD_UNREADABLE)
def record_after_what_is_no_record(on: Bench) -> Path:
    return spelled(on, newest(on), lambda data: data.replace(b'"previous":"', b'"previous":"x'))


@damage(*RECORD_UNREADABLE)
def record_with_a_time_in_another_zone(on: Bench) -> Path:
    """The same instant, so that the record read is the one the id names; but its bytes are not."""
    return spelled(on, newest(on), lambda data: data.replace(b"T04:00:03.000+00:00", b"T12:00:03.000+08:00"))


@damage(*RECORD_UNREADABLE)
def record_with_a_default_spelled_out(on: Bench) -> Path:
    return spelled(on, newest(on), lambda data: data.replace(b'"verified":', b'"scripted":false,"verified":'))


@damage("records", "ledger inclusion", "order of times", "series-complete")
def finding_with_an_escaped_letter(on: Bench) -> Path:
    return spelled(on, a(on, "findings"), lambda data: data.replace("动".encode(), rb"\u52a8", 1))


# ---- certificates ----


def certificate(name: str, begins: datetime, ends: datetime) -> Signer:
    """Return someone with a self-signed certificate of that validity."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(begins).not_valid_after(ends)
    return Signer(key=key, certificate=builder.sign(key, hashes.SHA256()))


def signed_by(on: Bench, signer: Signer) -> Path:
    """Seal the untouched payload by another signer, the checkpoint too."""
    state = replace(note.parse(on.files[CHECKPOINT]), signatures=()).signed(signer)
    return bundles.resealed({**on.files, CHECKPOINT: state.encode()}, signer, on.out)


@damage("signer trusted")
def namesake_of_the_office(on: Bench) -> Path:
    return signed_by(on, on.stranger)


@damage("signer trusted")
def stranger_who_calls_himself_an_error_message(on: Bench) -> Path:
    """What `openssl` prints of him must not pass for an `openssl` that lacks an option."""
    return signed_by(on, certificate("unknown option", factory.NOON, factory.NOON + timedelta(days=9999)))


TRUSTED: dict[str, Signer] = {}
"""By the name of a damage: whom the reader trusts, if not the office."""

ALSO_TRUSTED: dict[str, bytes] = {}
"""By the name of a damage: certificates (PEM) that the reader trusts too."""


@damage("signer trusted")
def certificate_that_had_expired_when_the_pages_were_taken(on: Bench) -> Path:
    begins = factory.NOON - timedelta(days=900)
    signer = TRUSTED["certificate_that_had_expired_when_the_pages_were_taken"] = certificate(
        "office", begins, begins + timedelta(days=1)
    )
    return signed_by(on, signer)


@damage()
def certificate_that_has_expired_since(on: Bench) -> Path:
    """An open question, so that only a strict reader refuses it."""
    signer = TRUSTED["certificate_that_has_expired_since"] = certificate(
        "office", factory.NOON - timedelta(days=1), datetime.now(UTC) - timedelta(days=1)
    )
    return signed_by(on, signer)


@damage("signer trusted")
def trust_in_another_authority(on: Bench) -> Path:
    TRUSTED["trust_in_another_authority"] = certificate("office", factory.NOON, factory.NOON + timedelta(days=9999))
    return signed_by(on, on.office.signer)
