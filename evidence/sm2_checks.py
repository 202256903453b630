"""The checks of a verdict on the SM2 signature beside the seal, which are asked only of a bundle that has or claims one.

That it is there stands in the manifest, under the office's seal: who takes it out is seen, and so is who puts another in.
"""

from __future__ import annotations

from datetime import UTC, datetime

from evidence import bag, digest, seal, sm2, timestamp
from evidence.errors import EvidenceError, FormError
from evidence.question import Question
from evidence.seal import Answer
from evidence.sm2 import Certificate


def concerns(question: Question) -> bool:
    """Tell whether the bundle has an SM2 signature or says that it has one."""
    if any(question.bundle.has(path) for path in bag.SM2_FILES):
        return True
    try:
        return question.bundle.manifest.sm2 is not None
    except (EvidenceError, RecursionError):
        return False  # `manifest` says why it cannot be read


def signature(question: Question) -> Answer:
    """The tag manifest is signed with SM2 too, by the certificate that the manifest names and that may sign."""
    bundle = question.bundle
    named = bundle.manifest.sm2
    if named is None:
        return Answer(passed=False, detail="证据目录没有写明 SM2 签名证书，包内却有 SM2 签名")
    if (pem := _named(question)) is None:
        return Answer(passed=False, detail="没有证据目录所写的 SM2 签名证书")
    certificate = sm2.read_certificate(pem)
    if not certificate.signs:
        return Answer(passed=False, detail="SM2 证书不是签名证书")
    data = bundle.read(bag.SM2_SIGNATURE, seal.MAX_CERTIFICATE)
    found = sm2.check(bundle.read(bag.TAG_MANIFEST), data, certificate)
    said = {True: "SM2 签名有效", False: "SM2 签名无效", None: "无法核对 SM2 签名"}[found.passed]
    why = f"证书指纹 {certificate.fingerprint}" if found.passed else found.detail
    return Answer(passed=found.passed, detail=f"{said}（{why}）")


def signer_trusted(question: Question) -> Answer:
    """The SM2 certificate is one the reader knows, and was valid when the bundle was sealed."""
    if (pem := _named(question)) is None:
        return Answer(passed=None, detail="没有证据目录所写的 SM2 签名证书")
    certificate = sm2.read_certificate(pem)
    mark = f"SM2 证书指纹 {certificate.fingerprint}"
    if question.trust is None:
        return Answer(passed=None, detail=f"未指定可信证书；请将指纹与通报公布的核对：{mark}")
    found = _trusted(question, certificate, question.trust)
    said = {True: "可信", False: "不能确认可信", None: "未能核对"}[found.passed]
    return Answer(passed=found.passed, detail=f"{said}（{found.detail}），{mark}")


def _trusted(question: Question, certificate: Certificate, trust: bytes) -> Answer:
    ended = max((record.capture.ended for _, record in question.records()), default=datetime.now(UTC))
    found = sm2.is_trusted(certificate, trust, max(ended, certificate.begins))
    if not found.passed:
        return found
    stamped = question.stamped_at
    if stamped is not None and timestamp.too_early(stamped, certificate.begins):
        return Answer(passed=False, detail="封签的时间戳早于证书的生效时间")
    if datetime.now(UTC) > certificate.ends:
        return Answer(passed=None, detail=f"证书已于 {certificate.ends:%Y-%m-%d} 到期，不能证明签名在此之前")
    return found


def _named(question: Question) -> bytes | None:
    """Return the certificate that the manifest names; None where it is not there. Raises EvidenceError."""
    try:
        pem = question.bundle.read(bag.SM2_SIGNER, seal.MAX_CERTIFICATE)
    except FormError:
        return None
    return pem if digest.sha256(pem) == question.bundle.manifest.sm2 else None
