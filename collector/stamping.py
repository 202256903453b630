"""Brings a time-stamp request to an authority and its answer back: over HTTP, or by a program of the office's own.

What comes back is not believed: `evidence.timestamp` checks it before it is taken. Only a digest ever goes out.
"""

from __future__ import annotations

import http.client
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import IO

from collector.office_program import answer_of
from evidence.errors import SealError
from evidence.timestamp import MAX_RESPONSE

_PIECE = 8192


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a request belongs to the address that the office named."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> None:
        return None


def ask_address(url: str, request: bytes, *, seconds: int) -> bytes:
    """Return what the authority at `url` answers to a request; raises SealError where nothing usable came in time.

    `seconds` are for everything together: a server that drips is silent too.
    """
    came: queue.SimpleQueue[bytes | SealError] = queue.SimpleQueue()
    until = time.monotonic() + seconds

    def ask() -> None:
        try:
            came.put(_posted(url, request, until))
        except SealError as error:
            came.put(error)

    # a daemon: what hangs in the network must not keep the program from its end
    threading.Thread(target=ask, daemon=True, name="time-stamp").start()
    try:
        answer = came.get(timeout=seconds)
    except queue.Empty as error:
        raise SealError(f"时间戳机构 {url} 在 {seconds} 秒内没有答复") from error
    if isinstance(answer, SealError):
        raise answer
    return answer


def ask_program(command: Sequence[str], request: bytes, *, seconds: int) -> bytes:
    """Return what a program prints when it is given a request; raises SealError."""
    return answer_of(command, request, seconds=seconds, most=MAX_RESPONSE)


def _posted(url: str, request: bytes, until: float) -> bytes:
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    posted = urllib.request.Request(url, data=request, headers=headers, method="POST")  # noqa: S310 (sealing checks it)
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(posted, timeout=max(until - time.monotonic(), 0.001)) as response:
            return _read(response, until)
    except urllib.error.HTTPError as error:
        with error:
            raise SealError(f"时间戳机构 {url} 答复 HTTP {error.code}") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise SealError(f"时间戳机构 {url} 无法访问：{error}") from error


def _read(response: http.client.HTTPResponse, until: float) -> bytes:
    """Return the body, refused where it is too long; time that is over ends it."""
    body = b""
    while piece := response.read1(_PIECE):
        body += piece
        if len(body) > MAX_RESPONSE:
            raise SealError(f"时间戳机构的答复超过上限 {MAX_RESPONSE} 字节")
        if time.monotonic() > until:
            raise SealError("时间戳机构没有及时答完")
    return body
