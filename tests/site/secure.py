"""Servers that speak TLS on 127.0.0.0/8, with certificates good and bad; and openssl's own, for what browsers refuse."""

from __future__ import annotations

import http.server
import re
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(
    folder: Path,
    names: Sequence[str],
    *,
    subject: str = "示范网站",
    issuer: str | None = None,
    days: tuple[int, int] = (-30, 30),
) -> Path:
    """Write key, certificate and (where `issuer` is named) its authority's certificate into one file; return its path.

    `days` are those from today on which it begins and ends to be valid.
    """
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    signer, authority = key, subject
    chain: list[x509.Certificate] = []
    if issuer:
        signer, authority = ec.generate_private_key(ec.SECP256R1()), issuer
        chain = [_signed(signer, issuer, signer, issuer, (), now, (-400, 400))]
    leaf = _signed(key, subject, signer, authority, names, now, days)
    path = folder / "site.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (leaf, *chain))
    )
    return path


def _signed(
    key: ec.EllipticCurvePrivateKey,
    subject: str,
    signer: ec.EllipticCurvePrivateKey,
    issuer: str,
    names: Sequence[str],
    now: datetime,
    days: tuple[int, int],
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general(name: str) -> x509.GeneralName:
    return x509.IPAddress(ip_address(name)) if name[-1].isdigit() else x509.DNSName(name)


@contextmanager
def served(pem: Path, pages: Mapping[str, str], host: str = "127.0.0.1") -> Iterator[str]:
    """Serve pages by path over TLS; gives the address, without a slash at its end."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            data = (body or "").encode()
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def finish_request(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
            with context.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of visitors that hang up."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with Server((host, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"https://{host}:{server.server_address[1]}"
        server.shutdown()


@contextmanager
def openssl(pem: Path, *options: str) -> Iterator[str]:
    """Run `openssl s_server` with options, for what no page comes over; gives its address."""
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", str(pem), "-key", str(pem), "-www", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout
        told = next(line for line in server.stdout if line.startswith(b"ACCEPT"))
        found = re.search(rb":(\d+)\s*$", told)
        assert found, told
        yield f"https://127.0.0.1:{int(found[1])}/"
        server.kill()
