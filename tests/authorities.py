"""Time-stamp authorities for tests: real ones made of `openssl ts -reply`, behind HTTP on 127.0.0.1, and forgers.

`forged` signs whatever TSTInfo one likes with `openssl cms`, which unlike `openssl ts` asks nothing of the signer.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from evidence import der

NOW = datetime.now(UTC).replace(microsecond=0)
POLICY, OTHER_POLICY = "1.2.3.4.1", "1.2.3.4.5"
STAMPING = (ExtendedKeyUsageOID.TIME_STAMPING,)
STRANGE_USE = ObjectIdentifier("1.2.3.4.99")

CONFIG = f"""\
[tsa]
serial = serial
signer_digest = sha256
default_policy = {POLICY}
other_policies = {OTHER_POLICY}
digests = sha256, sha1
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """An authority with its own root, in a folder."""

    folder: Path

    @property
    def root(self) -> bytes:
        """The certificate of its root, as published."""
        return (self.folder / "ca.pem").read_bytes()

    @property
    def leaf(self) -> bytes:
        """The certificate that it stamps with."""
        return (self.folder / "tsa.pem").read_bytes()

    def reply(self, request: bytes) -> bytes:
        """Answer a request as an authority does."""
        (self.folder / "request").write_bytes(request)
        run(
            self.folder,
            *[
                "ts",
                "-reply",
                "-config",
                "tsa.cnf",
                "-section",
                "tsa",
                "-queryfile",
                "request",
                "-signer",
                "tsa.pem",
                "-inkey",
                "tsa.key",
                "-out",
                "out",
            ],
        )
        return (self.folder / "out").read_bytes()

    def over(self, data: bytes, algorithm: str = "sha256") -> bytes:
        """Return a token over `data` that nobody asked for by a nonce."""
        (self.folder / "data").write_bytes(data)
        run(self.folder, *f"ts -query -data data -{algorithm} -cert -no_nonce -out asked".split())
        return self.reply((self.folder / "asked").read_bytes())

    def forged(self, data: bytes, at: datetime = NOW, inside: bytes = b"", status: int = 0) -> bytes:
        """Return a token of any time, with whatever other certificates inside."""
        (self.folder / "info").write_bytes(info(data, at))
        (self.folder / "inside.pem").write_bytes(inside)
        also = ["-certfile", "inside.pem"] if inside else []
        sign = "cms -sign -in info -binary -nodetach -econtent_type 1.2.840.113549.1.9.16.1.4 -cades -md sha256"
        run(
            self.folder,
            *sign.split(),
            *also,
            *["-signer", "tsa.pem", "-inkey", "tsa.key", "-outform", "DER", "-out", "token"],
        )
        return response((self.folder / "token").read_bytes(), status)


def authority(
    folder: Path,
    *,
    name: str = "时间戳服务",
    uses: tuple[ObjectIdentifier, ...] | None = STAMPING,
    critical: bool = True,
    since: datetime = NOW - timedelta(days=30),
    until: datetime = NOW + timedelta(days=30),
) -> Authority:
    """Make an authority; the arguments are those of the certificate it stamps with."""
    folder.mkdir(parents=True)
    (folder / "tsa.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate("根", root_key, None, None, since=NOW - timedelta(days=9000), until=NOW + timedelta(days=9000))
    leaf = certificate(name, key, root, root_key, since=since, until=until, uses=uses, critical=critical)
    for file, made in (("ca.pem", root), ("tsa.pem", leaf)):
        (folder / file).write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "tsa.key").write_bytes(key.private_bytes(*pem))
    return Authority(folder=folder)


def certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey | None,
    *,
    since: datetime,
    until: datetime,
    uses: tuple[ObjectIdentifier, ...] | None = None,
    critical: bool = True,
) -> x509.Certificate:
    """Return a certificate, of a root where there is no issuer."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if uses is not None and issuer is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=critical)
    return builder.sign(issuer_key or key, hashes.SHA256())


def info(data: bytes, at: datetime) -> bytes:
    """Return a TSTInfo (DER) over the SHA-256 of `data`."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    algorithm = der.encode(der.SEQUENCE, bytes.fromhex("06096086480165030402010500"))
    imprint = der.encode(der.SEQUENCE, algorithm + der.encode(der.OCTETS, digest.finalize()))
    time = der.encode(der.TIME, f"{at:%Y%m%d%H%M%S}Z".encode())
    return der.encode(der.SEQUENCE, bytes.fromhex("02010106042a030401") + imprint + bytes.fromhex("020107") + time)


def response(token: bytes, status: int = 0) -> bytes:
    """Return a TimeStampResp of a status with a token."""
    state = der.encode(der.SEQUENCE, der.encode(der.INTEGER, bytes([status])))
    return der.encode(der.SEQUENCE, state + token)


def run(folder: Path, *arguments: str) -> None:
    """Run openssl in a folder."""
    environment = {**os.environ, "LC_ALL": "C"}
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, env=environment)


Answer = Callable[[BaseHTTPRequestHandler, bytes], None]
"""Answers a request of some bytes, on the handler."""


def with_bytes(
    make: Callable[[bytes], bytes], status: int = 200, media_type: str = "application/timestamp-reply"
) -> Answer:
    """Return what answers with the bytes that `make` gives for a request."""

    def answer(handler: BaseHTTPRequestHandler, request: bytes) -> None:
        body = make(request)
        handler.send_response(status)
        handler.send_header("Content-Type", media_type)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    """Give the address of a server on 127.0.0.1 that answers so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                answer(self, request)
            except OSError:
                self.close_connection = True  # the asker went away

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
