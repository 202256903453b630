"""A client certificate (PEM with its key, or PFX), shown to the one origin of the declared address.

The browser is given it through a relay of Playwright's on this machine, so of that visit no server certificate and no
remote address is recorded: what the browser sees of them is the relay's.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from cryptography.x509 import load_pem_x509_certificates

from collector.errors import LoginError
from collector.login.attempt import Attempt
from collector.login.kind import Kind
from collector.passport import Passport, origin_of
from collector.secrets import Of

RELAY_FAILED = "Playwright client-certificate error"
"""How the page begins that the relay puts in the place of a site it cannot reach."""

kind = Kind(
    __name__, secrets=("certificate",), optional=("passphrase",), keeps=False, lost=f"body:has-text('{RELAY_FAILED}')"
)


@kind.issues
def issue(address: str, of: Of) -> Passport:
    """Return a passport with the certificate; raises LoginError where it cannot be used."""
    data, passphrase = of.bytes("certificate"), of.maybe("passphrase")
    shown: dict[str, object] = {"origin": origin_of(address)}
    if passphrase:
        shown["passphrase"] = passphrase
    if data.lstrip().startswith(b"-----BEGIN"):
        shown |= {"cert": data, "key": data}
    else:
        shown["pfx"] = data
    _check(data, passphrase)
    return Passport(certificate=shown)


def _check(data: bytes, passphrase: str | None) -> None:
    """Raise LoginError where certificate or key cannot be read: the browser would say so much less clearly."""
    secret = passphrase.encode() if passphrase else None
    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            load_pem_private_key(data, secret)
            load_pem_x509_certificates(data)
        elif pkcs12.load_key_and_certificates(data, secret)[0] is None:
            raise ValueError("no key")
    except (ValueError, TypeError):
        raise LoginError("certificate", "客户端证书不能用：应为含私钥的 PEM 或 PFX，口令（passphrase）要对") from None


@kind.enter
async def enter(attempt: Attempt) -> None:
    """Open the page, and see whether the certificate let us in."""
    attempt.note("客户端证书由本机中转出示：本次访问不记录服务器证书和地址")
    status = await attempt.open()
    if RELAY_FAILED in await attempt.text():
        raise LoginError("certificate", "服务器没有接受客户端证书，或其自身证书不被信任")
    if status in (400, 401, 403, 495, 496):
        raise LoginError("certificate", f"服务器没有接受客户端证书（HTTP {status}）")
    await attempt.answer()
