"""Signed notes and checkpoints in the C2SP form: a few lines of text, a blank line, signature lines.

    quzheng-ledger/6f1c…          origin: which ledger
    1204                          leaves
    Yb3k…=                        root, base64
                                  (empty line)
    — 市政府办 mZ1u…=              signer's name, base64(4-byte key id || signature)

The signature is over the text up to and including the line feed before the empty line.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Protocol

from evidence.errors import LedgerError

MAX_NOTE = 16_384
"""Bytes; a longer note is refused unread."""

_SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


class NoteSigner(Protocol):
    """Signs the text of a note."""

    @property
    def name(self) -> str:
        """The signer's name, without white space and plus signs."""
        ...

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys apart."""
        ...

    def sign_note(self, text: bytes) -> bytes:
        """Return the signature over `text`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """Return the line as it stands in the note."""
        return f"— {self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of a ledger: how many leaves, which root, and who signs for it."""

    origin: str
    size: int
    root: bytes
    signatures: tuple[NoteSignature, ...] = ()

    @property
    def text(self) -> bytes:
        """The bytes that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()

    def encode(self) -> bytes:
        """Return the whole note."""
        return self.text + b"\n" + "".join(signature.line() for signature in self.signatures).encode()

    def of_key(self, key_id: bytes) -> tuple[NoteSignature, ...]:
        """Return the signatures that claim to be by a key."""
        return tuple(signature for signature in self.signatures if signature.key_id == key_id)

    def signed(self, signer: NoteSigner) -> Checkpoint:
        """Return this checkpoint with the signer's signature added, once."""
        if self.of_key(signer.key_id):
            return self
        return replace(self, signatures=(*self.signatures, _made(self.text, signer)))

    def others(self, key_ids: Collection[bytes]) -> tuple[NoteSignature, ...]:
        """Return the signatures that claim to be by none of some keys: those of other offices."""
        return tuple(signature for signature in self.signatures if signature.key_id not in key_ids)


def cosigned(data: bytes, signer: NoteSigner) -> bytes:
    """Return any signed note (C2SP signed-note) with the signer's signature added as its last line, once.

    What is signed is the note's text, whatever it says: show it to the person who signs. Raises LedgerError for what is
    no signed note.
    """
    try:
        text, signatures = _signed_note(data)
    except (ValueError, binascii.Error) as error:
        raise LedgerError(f"not a signed note: {error}") from error
    if any(signature.key_id == signer.key_id for signature in signatures):
        return data
    return data + _made(text, signer).line().encode()


def text_of(data: bytes) -> bytes:
    """Return what the signatures of a signed note are over; raises LedgerError for what is none."""
    try:
        return _signed_note(data)[0]
    except (ValueError, binascii.Error) as error:
        raise LedgerError(f"not a signed note: {error}") from error


def parse(data: bytes) -> Checkpoint:
    """Return the checkpoint that `data` is the one encoding of; raises LedgerError for anything else."""
    try:
        found = _parse(data)
    except (ValueError, binascii.Error) as error:
        raise LedgerError(f"not a checkpoint: {error}") from error
    if found.encode() != data:
        raise LedgerError("not a checkpoint: it is not written in the one permitted form")
    return found


def _parse(data: bytes) -> Checkpoint:
    if len(data) > MAX_NOTE:
        raise ValueError(f"expected at most {MAX_NOTE} bytes, got {len(data)}")
    head, separator, tail = data.decode("utf-8").partition("\n\n")
    lines = head.split("\n")
    if not separator or len(lines) != 3 or not lines[0]:
        raise ValueError("expected three lines and an empty one")
    origin, size, root = lines
    if not _SIZE.fullmatch(size):
        raise ValueError(f"expected a number of leaves, got {size!r:.40}")
    decoded = base64.b64decode(root, validate=True)
    if len(decoded) != 32:
        raise ValueError(f"expected a root of 32 bytes, got {len(decoded)}")
    signatures = tuple(_signature(line) for line in tail.split("\n")[:-1])
    return Checkpoint(origin=origin, size=int(size), root=decoded, signatures=signatures)


def _signed_note(data: bytes) -> tuple[bytes, tuple[NoteSignature, ...]]:
    """Return text and signatures of a note, the text with its last line feed; the last empty line divides them."""
    if len(data) > MAX_NOTE:
        raise ValueError(f"expected at most {MAX_NOTE} bytes, got {len(data)}")
    written = data.decode("utf-8")
    if any(ord(c) < 0x20 and c != "\n" for c in written):
        raise ValueError("control characters in it")
    text, separator, tail = written.rpartition("\n\n")
    if not text or not separator or not tail.endswith("\n"):
        raise ValueError("expected a text, an empty line and signature lines")
    return f"{text}\n".encode(), tuple(_signature(line) for line in tail.split("\n")[:-1])


def _made(text: bytes, signer: NoteSigner) -> NoteSignature:
    return NoteSignature(name=signer.name, key_id=signer.key_id, signature=signer.sign_note(text))


def _signature(line: str) -> NoteSignature:
    found = _SIGNATURE_LINE.fullmatch(line)
    if not found:
        raise ValueError(f"expected a signature line, got {line!r:.60}")
    both = base64.b64decode(found[2], validate=True)
    if len(both) < 5:
        raise ValueError("a signature line that holds no signature")
    return NoteSignature(name=found[1], key_id=both[:4], signature=both[4:])
