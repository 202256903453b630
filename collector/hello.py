"""What a server answers to a greeting in TLS, as bytes: kept where the browser could not speak with it.

The greeting is openssl's, not the browser's; the answer (an alert, a version) shows what the server wants to speak.
"""

from __future__ import annotations

import asyncio
import ssl
from urllib.parse import urlsplit

MOST = 4096
"""Bytes of the answer that are kept."""
SECONDS = 3.0


async def answer(url: str) -> bytes:
    """Return the first bytes the server of `url` answers to a ClientHello; nothing where it does not answer in time."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        async with asyncio.timeout(SECONDS):
            reader, writer = await asyncio.open_connection(host, parts.port or 443)
            try:
                writer.write(_greeting(host))
                return await reader.read(MOST)
            finally:
                writer.close()
    except (OSError, ValueError):
        return b""


def _greeting(host: str) -> bytes:
    """Return openssl's ClientHello for a host."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    sent = ssl.MemoryBIO()
    talk = context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname=host)
    try:
        talk.do_handshake()
    except ssl.SSLWantReadError:
        return sent.read()
    return b""
