"""Who outside the house vouches that the records of a bundle were in the ledger by some time.

The office's own signature does not: it can sign whatever it likes, whenever it likes. A second office that signed the same
state of the ledger does, and a time-stamp authority; and only if the reader knows their certificates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evidence import bag, seal
from evidence.note import Checkpoint, NoteSignature
from evidence.question import Question

ALONE = "只有取证单位自己能证明这一时间"


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Another office that signed a state which holds every record of the bundle."""

    certificate: x509.Certificate
    state: Checkpoint


def sentences(question: Question, *, stamped: bool) -> Iterator[str]:
    """Yield who vouches for the time, the outermost first; one sentence where nobody but the office does.

    `stamped` tells whether a time-stamp that the reader trusts was found. Raises EvidenceError.
    """
    seen = False
    for witness in witnesses(question):
        seen = True
        mark = seal.fingerprint(witness.certificate)
        name = seal.note_name(witness.certificate)
        yield (
            f"{name}（证书指纹 {mark}）也为台账 {witness.state.size} 项的状态签了名："
            "本包各记录在其签名之前已在台账中，签名时间可向该单位查询"
        )
    if stamped:
        yield "时间戳机构证明：本包的签名不晚于时间戳所载时间"
    if not seen and not stamped:
        open_ = sum(1 for state in _states(question) for _ in _of_others(question, state))
        yield ALONE + (f"（台账状态另有 {open_} 行联署，--trust 中没有能核对它们的证书）" if open_ else "")


def witnesses(question: Question) -> Iterator[Witness]:
    """Yield the other offices, among those the reader knows, whose signature on a state of the ledger is good."""
    for state in _states(question):
        for certificate in _known(question):
            lines = state.of_key(seal.key_id(certificate))
            if any(seal.check_note(state.text, line.signature, certificate) for line in lines):
                yield Witness(certificate=certificate, state=state)


def _states(question: Question) -> Iterator[Checkpoint]:
    """Yield the states that hold every record: the bundle's own, and the one it names as signed by others."""
    last = max((question.inclusion(id).leaf.index for id, _ in question.records()), default=0)
    for state in (question.checkpoint, question.anchor):
        if state is not None and state.size > last:
            yield state


def _known(question: Question) -> Iterator[x509.Certificate]:
    """Yield the certificates the reader named that are not of the key that sealed the bundle."""
    own = _key(question.certificate) if question.bundle.has(bag.SIGNER) else b""
    for certificate in x509.load_pem_x509_certificates(question.trust) if question.trust else ():
        try:
            key = _key(certificate)
        except (ValueError, UnsupportedAlgorithm):
            continue  # a key we cannot check with vouches for nothing
        if key != own:
            yield certificate


def _key(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _of_others(question: Question, state: Checkpoint) -> tuple[NoteSignature, ...]:
    own = (seal.key_id(question.certificate),) if question.bundle.has(bag.SIGNER) else ()
    return state.others(own)
