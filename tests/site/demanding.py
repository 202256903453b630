"""A server that shows its page to those who show our client certificate, and what they show it in."""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12
from cryptography.x509 import load_pem_x509_certificates

from tests.site.pages import LIST, page

PASSPHRASE = "CANARY" + "phrase77"  # in two parts: records hold the source of their flow, which is this file


def pfx(pem: bytes) -> bytes:
    key, (leaf, *_) = load_pem_private_key(pem, None), load_pem_x509_certificates(pem)
    return pkcs12.serialize_key_and_certificates(b"us", key, leaf, None, BestAvailableEncryption(PASSPHRASE.encode()))  # type: ignore[arg-type]


@contextmanager
def demanding(server: bytes, client: bytes, folder: Path) -> Iterator[str]:
    """A server that shows its page to our certificate only; gives its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (folder / "server.pem").write_bytes(server)
    context.load_cert_chain(folder / "server.pem")
    context.load_verify_locations(cadata=client[client.index(b"-----BEGIN CERT") :].decode())
    context.verify_mode = ssl.CERT_OPTIONAL

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.connection.getpeercert()  # type: ignore[attr-defined]
            data = page(f'<p id="hello">欢迎</p>{LIST}').encode() if known else b"403"
            self.send_response(200 if known else 403)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def finish_request(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
            with context.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)

        def handle_error(self, *_: object) -> None:
            """Say nothing of visitors that hang up."""

    with Server(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"https://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
