"""Time-stamps by way of a file, for networks without a way out: a request leaves on a disk, its response comes back on one.

The request has only a digest in it. Which request a response answers need not be asked: it is over a signature that no other
bundle has, so an older response to the same question would say no less.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from evidence import bag, seal, timestamp, zipform
from evidence.contents import Opener
from evidence.errors import BundleError, FormError, SealError
from evidence.files import make_folder, whole_file
from evidence.opened import Opened
from evidence.question import Question
from evidence.seal import Answer
from evidence.verify import verify


def request(bundle: Path, policy: str | None = None) -> bytes:
    """Return the request (DER) for a time-stamp over a bundle's signature.

    Raises SealError where the bundle has no signature, FormError where it is none.
    """
    with bundle.open("rb") as stream:
        return timestamp.request(_signature(Opened(stream), bundle), policy)


def attach(bundle: Path, response: bytes, out: Path, trust: bytes | None = None) -> None:
    """Write to `out` the bundle with the authority's response; the bundle itself stays as it is.

    Raises SealError where the response is not one over this bundle's signature, is too early for it, or is by nobody in
    `trust` (PEM; None: not asked), and BundleError for a bundle that does not hold or has a time-stamp already.
    """
    if not verify(bundle).holds():
        raise BundleError(f"{bundle} does not hold\ntry: quzheng verify {bundle}")
    with bundle.open("rb") as stream:
        opened = Opened(stream)
        if opened.has(bag.TOKEN):
            raise BundleError(f"{bundle} has a time-stamp already")
        signature = _signature(opened, bundle)
        _demand(response, signature, Question(bundle=opened, trust=None), trust)
        signer, *others = (opened.read(path, seal.MAX_CERTIFICATE) for path in (bag.SIGNER, *_second(opened)))
        sealed = bag.seal_files(signature, signer, response, dict(zip(_second(opened), others, strict=True)))
        _write(out, bundle, opened, sealed)


def _second(opened: Opened) -> tuple[str, ...]:
    return tuple(path for path in bag.SM2_FILES if opened.has(path))


def _signature(opened: Opened, bundle: Path) -> bytes:
    if not opened.has(bag.SIGNATURE):
        raise SealError(f"{bundle} has no signature (UNSEALED): there is nothing to stamp")
    return opened.read(bag.SIGNATURE, seal.MAX_CERTIFICATE)


def _demand(response: bytes, signature: bytes, question: Question, trust: bytes | None) -> None:
    try:
        at = timestamp.read(response).at
        answers = (timestamp.check(response, signature), _known(response, trust))
    except FormError as error:
        raise SealError(f"时间戳不能用：{error}") from error
    for answer in answers:
        if not answer.passed:
            raise SealError(f"时间戳不能用：{answer.detail}")
    if any(timestamp.too_early(at, record.capture.ended) for _, record in question.records()):
        raise SealError(f"时间戳不能用：其时间 {at:%Y-%m-%dT%H:%M:%SZ} 早于包内记录的结束时间")


def _known(response: bytes, trust: bytes | None) -> Answer:
    return Answer(passed=True, detail="") if trust is None else timestamp.is_trusted(response, trust)


def _write(out: Path, bundle: Path, opened: Opened, sealed: dict[str, bytes]) -> None:
    make_folder(out.parent)
    with zipfile.ZipFile(bundle) as members, whole_file(out) as stream:
        zipform.write(stream, _files(members, opened, sealed))


def _files(members: zipfile.ZipFile, opened: Opened, sealed: dict[str, bytes]) -> Iterator[tuple[str, Opener]]:
    """Yield every member but the seal's, then the seal."""
    for path in opened.members:
        if path not in bag.SEAL_FILES:
            name = f"{opened.top}/{path}"
            yield name, partial(_member, members, name)
    for path, data in sealed.items():
        yield f"{opened.top}/{path}", partial(BytesIO, data)


def _member(members: zipfile.ZipFile, name: str) -> BinaryIO:
    return members.open(name)  # type: ignore[return-value]
