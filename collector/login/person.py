"""Who is asked where a log-in needs a person: somebody at the terminal, or nobody."""

from __future__ import annotations

import asyncio
import os
import select
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol, TextIO

from collector.errors import LoginError
from collector.login.qr import half_blocks, modules

MINUTES = 5
"""That somebody is given for an answer."""


class Person(Protocol):
    """Somebody who can be asked."""

    there: bool

    async def ask(self, question: str, picture: bytes | None = None) -> str:
        """Return the answer; raises LoginError where none comes."""
        ...

    def showing(self, said: str, picture: bytes) -> AbstractContextManager[None]:
        """Show a picture for the length of the block."""
        ...


class Nobody:
    """Nobody is there: at night, in a container, in a pipe."""

    there = False

    async def ask(self, question: str, picture: bytes | None = None) -> str:
        """Refuse."""
        raise needs_person(question)

    def showing(self, said: str, picture: bytes) -> AbstractContextManager[None]:
        """Refuse."""
        raise needs_person(said)


def needs_person(what: str) -> LoginError:
    """Return the error that says what a person is needed for."""
    return LoginError("needs_person", f"需要有人在场：{what}。请在终端运行 quzheng login，登录后会话会保存下来")


class Terminal:
    """Somebody at the terminal. Pictures lie in a private temporary folder while they are needed."""

    there = True

    def __init__(
        self,
        *,
        source: TextIO | None = None,
        out: Callable[[str], None] | None = None,
        aside: Callable[[], AbstractContextManager[object]] = nullcontext,
        seconds: float = MINUTES * 60,
    ) -> None:
        """`aside` clears the screen of anything else meanwhile (a progress bar); `out` prints a line."""
        self._source = source or sys.stdin
        self._out = out or _to_stderr
        self._aside = aside
        self._seconds = seconds
        self._turn = asyncio.Lock()

    async def ask(self, question: str, picture: bytes | None = None) -> str:
        """Print the question, with the place of the picture, and return the line that is typed."""
        async with self._turn:
            with self._aside(), self._lying(picture) as path:
                self._out(f"{question}（图片：{path}）：" if path else f"{question}：")
                answer = await asyncio.to_thread(self._line)
        if not answer:
            raise LoginError("no_answer", f"没有得到回答：{question}")
        return answer

    @contextmanager
    def showing(self, said: str, picture: bytes) -> Iterator[None]:
        """Print a QR code in half blocks, and the place of its picture."""
        with self._aside(), self._lying(picture) as path:
            found = modules(picture)
            drawn = "\n".join(half_blocks(found)) if found else "（终端里画不出来，请打开图片）"
            self._out(f"{said}（图片：{path}）\n{drawn}")
            yield

    def _line(self) -> str:
        """Return the next line, without its end; nothing where none comes in time."""
        ready, _, _ = select.select([self._source], [], [], self._seconds)
        return self._source.readline().strip() if ready else ""

    @contextmanager
    def _lying(self, picture: bytes | None) -> Iterator[Path | None]:
        """Lay a picture into a folder that only we can read, for the length of the block."""
        if picture is None:
            yield None
            return
        with tempfile.TemporaryDirectory(prefix="quzheng-") as folder:  # made with mode 0700
            path = Path(folder) / "code.png"
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.write(picture)
            yield path


def of_process(aside: Callable[[], AbstractContextManager[object]] = nullcontext) -> Person:
    """Return whoever is at this process's terminal."""
    return Terminal(aside=aside) if sys.stdin.isatty() and sys.stderr.isatty() else Nobody()


def _to_stderr(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
