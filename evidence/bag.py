"""The tag files of a bag (BagIt 1.0, RFC 8493), each in the one form we write and the verifier expects.

    bagit.txt  bag-info.txt  manifest-sha256.txt  tagmanifest-sha256.txt  data/…  seal/…

`manifest-sha256.txt` lists everything under data/, `tagmanifest-sha256.txt` the three other tag files; so signing the
latter covers every file but the seal, and `seal/seal-sha256.txt` fixes the bytes of the seal's files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from evidence import digest
from evidence.errors import FormError

BAGIT, BAG_INFO = "bagit.txt", "bag-info.txt"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
TAG_FILES = (BAGIT, BAG_INFO, MANIFEST, TAG_MANIFEST)
"""In the order of the zip; the payload follows in the order of its names, then the seal."""

SIGNATURE, SIGNER, SEAL_LIST = "seal/tagmanifest-sha256.txt.p7s", "seal/signer.pem", "seal/seal-sha256.txt"
TOKEN = f"{SIGNATURE}.tsr"
SM2_SIGNER, SM2_SIGNATURE = "seal/sm2-signer.pem", "seal/tagmanifest-sha256.txt.sm2"
SM2_FILES = (SM2_SIGNER, SM2_SIGNATURE)
"""There where the manifest names an SM2 certificate."""
SEAL_FILES = (SEAL_LIST, SIGNER, SIGNATURE, TOKEN, *SM2_FILES)
"""All that a seal may have, in the order of the zip; the time-stamp is there where an authority was at hand."""

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

_PART = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
_PATH = re.compile(rf"{_PART}(?:/{_PART})*")
_LINE = re.compile(rf"([0-9a-f]{{64}})  ({_PART}(?:/{_PART})*)")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)
MAX_PATH = 200
"""Characters of a path in the bag: with a folder before it, still a path on every system."""


def is_path(path: str) -> bool:
    """Tell whether `path` may name a file of a bag: plain ASCII parts that are a name on every system.

    >>> is_path("data/records/ab.json"), is_path("data/../x"), is_path("data/nul.txt"), is_path("data/a.")
    (True, False, False, False)
    """
    if len(path) > MAX_PATH or not _PATH.fullmatch(path):
        return False
    return not any(_RESERVED.match(part) or part.endswith(".") for part in path.split("/"))


def info(name: str, payload: Mapping[str, int]) -> bytes:
    """Return bag-info.txt for a bundle of that name and the sizes of its payload by path."""
    oxum = f"{sum(payload.values())}.{len(payload)}"
    return f"Bag-Software-Agent: quzheng\nExternal-Identifier: {name}\nPayload-Oxum: {oxum}\n".encode()


def listing(digests: Mapping[str, str]) -> bytes:
    """Return a manifest: one line a path, in the order of the paths, as `sha256sum -c` reads it."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()


def parse_listing(data: bytes) -> dict[str, str]:
    """Return the digests by path of a manifest that `listing` would write; raises FormError for any other."""
    try:
        lines = data.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise FormError(f"清单应为 ASCII 文本：{error}") from error
    found = {}
    for n, line in enumerate(lines[:-1], 1):
        match = _LINE.fullmatch(line)
        if not match or not is_path(match[2]):
            raise FormError(f"清单第 {n} 行应为摘要、两个空格和路径，实为 {line!r:.100}")
        found[match[2]] = match[1]
    if listing(found) != data:
        raise FormError("清单应每个路径一行，按路径排序，以换行结束")
    return found


def seal_paths(*, stamped: bool, sm2: bool = False) -> tuple[str, ...]:
    """Return the files of a seal in the order of the zip, with a time-stamp and an SM2 signature or without."""
    return SEAL_LIST, SIGNER, SIGNATURE, *((TOKEN,) if stamped else ()), *(SM2_FILES if sm2 else ())


def seal_files(
    signature: bytes, signer: bytes, token: bytes | None, sm2: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """Return the files of a seal in the order of the zip, its list among them; `sm2` are the two of the SM2 signature."""
    given = {SIGNER: signer, SIGNATURE: signature, TOKEN: token, **(sm2 or {})}
    parts = {path: data for path, data in given.items() if data is not None}
    return {SEAL_LIST: listing({path: digest.sha256(data) for path, data in parts.items()}), **parts}


def tag_files(name: str, sizes: Mapping[str, int], digests: Mapping[str, str]) -> dict[str, bytes]:
    """Return the four tag files of a bundle, by name, from the sizes and digests of its payload."""
    files = {BAGIT: DECLARATION, BAG_INFO: info(name, sizes), MANIFEST: listing(digests)}
    return {**files, TAG_MANIFEST: listing({path: digest.sha256(data) for path, data in files.items()})}
