"""Logs as JSON lines, a file a day, kept at least six months; secrets are removed before a line is put together.

    logs/2026-11-26.jsonl   {"at": …, "level": …, "logger": …, "event": …, "night": …, "error": …, and what a caller adds}

Whoever logs uses the standard library (`extra=` for fields); structlog makes the lines of all of it, other people's packages
included. The day is that of Asia/Shanghai. What cannot be written (a full disk) goes to stderr and ends no night.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, WrappedLogger

from collector.errors import CollectError
from collector.redactor import Redactor, Seam
from collector.secrets import Secrets
from collector.workspace import Workspace
from evidence import digest
from evidence.files import make_folder
from evidence.model import Blob
from evidence.span import SHANGHAI

FOLDER = "logs"
LEAST_DAYS = 184
"""网络安全法第二十一条: logs are kept six months at least."""
_ASSIGNED = re.compile(r"(?i)\b(password|passwd|pwd|token|secret|cookie|authorization)(\s*[=:]\s*)(\S+)")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}")
Clean = Callable[[str], str]
DEEPEST = 6
"""How deep into lists and mappings a line's values are told apart; what lies deeper, or in itself, is one text."""
_OWN = ("at", "level", "logger", "night", "error", "message", "asctime", "_from_structlog")
"""Names that a line has by itself, or that other handlers leave on a record."""


class _Nowhere:
    """A sink that keeps nothing."""

    def put(self, data: bytes, media_type: str) -> Blob:
        """Return the digests of `data`."""
        return Blob(sha256=digest.sha256(data), sm3=digest.sm3(data), size=len(data), media_type=media_type)


def cleaner(secrets: Secrets) -> Clean:
    """Return what takes secrets out of a text: all that this process was given or that lie in the vault, and by position."""
    redactor = Redactor()
    for value in known(secrets):
        redactor.learn(value, "typed")

    def clean(text: str) -> str:
        seam: Seam = redactor.seam(_Nowhere())
        text = seam.prose(seam.text(text, "log"), "log")
        text = _BEARER.sub(lambda found: f"{found[1]} [removed]", text)
        return _ASSIGNED.sub(lambda found: f"{found[1]}{found[2]}[removed]", text)

    return clean


def known(secrets: Secrets) -> Iterator[str]:
    """Yield the values of all secrets that can be known; a vault that cannot be opened adds none."""
    yield from (value for name, value in secrets.variables.items() if name.startswith("QUZHENG_SECRET_"))
    for path in sorted(secrets.folder.rglob("*")) if secrets.folder and secrets.folder.is_dir() else ():
        try:
            if path.is_file():
                yield path.read_text("utf-8", "replace").rstrip("\r\n")
        except OSError:
            continue  # what we cannot read we cannot repeat
    try:
        yield from secrets.vault.values() if secrets.vault else ()
    except CollectError:
        return


class Redaction:
    """Cleans a line's every value and key, however deep, before anything renders it.

    What JSON has no form for is made a text here: a renderer would do it afterwards, with a secret in it.
    """

    def __init__(self, clean: Clean) -> None:
        self._clean = clean

    def __call__(self, logger: WrappedLogger, name: str, said: EventDict) -> EventDict:
        """Return the line cleaned; a processor of structlog."""
        return {self._clean(str(key)): self._value(value, DEEPEST) for key, value in said.items()}

    def _value(self, value: object, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):  # a code of digits may be a secret too
            cleaned = self._clean(str(value))
            return value if cleaned == str(value) else cleaned
        if isinstance(value, Mapping) and depth:
            return {self._clean(str(key)): self._value(inner, depth - 1) for key, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset) and depth:
            return [self._value(inner, depth - 1) for inner in value]
        if isinstance(value, bytes):
            return self._clean(value.decode("utf-8", "replace"))
        return self._clean(value if isinstance(value, str) else repr(value))


class JsonLines(ProcessorFormatter):
    """Puts a record together as one JSON line, each value of it cleaned before; raises nothing."""

    def __init__(self, clean: Clean) -> None:
        self.night: str | None = None
        """The night all lines belong to."""
        render = structlog.processors.JSONRenderer(ensure_ascii=False)
        super().__init__(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder()],
            processors=[structlog.processors.ExceptionRenderer(), self._headed, Redaction(clean), render],
        )

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; of a record that cannot be put together, or not be cleaned, only that it was there."""
        try:
            return super().format(record)
        except Exception as error:  # the library would print the record as it is, secrets and all
            withheld = f"[withheld: this line could not be put together: {type(error).__name__}]"
            return json.dumps({**self._head(record), "event": withheld}, ensure_ascii=False)

    def _headed(self, logger: WrappedLogger, name: str, said: EventDict) -> EventDict:
        """Put when, how grave and who before what was said; a caller's fields of these names do not count."""
        record = said.pop("_record")
        rest = {key: value for key, value in said.items() if key not in ("event", *_OWN)}
        error = {"error": rest.pop("exception")} if "exception" in rest else {}
        night = {"night": self.night} if self.night else {}
        return {**self._head(record), "event": said["event"], **night, **error, **rest}

    @staticmethod
    def _head(record: logging.LogRecord) -> dict[str, str]:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return {"at": at, "level": record.levelname.lower(), "logger": record.name}


class DayFiles(logging.Handler):
    """Writes each line to the file of its day, and removes those that are older than they must be."""

    def __init__(self, folder: Path, days: int) -> None:
        super().__init__()
        self._folder = folder
        self._days = max(days, LEAST_DAYS)
        self._swept: date | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; raises nothing."""
        try:
            line = self.format(record)
            day = datetime.fromtimestamp(record.created, SHANGHAI).date()
            make_folder(self._folder)
            with (self._folder / f"{day}.jsonl").open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")
            if self._swept != day:
                self._swept = day
                self._sweep(day)
        except OSError as error:
            sys.stderr.write(f"log line lost: {error}\n")

    def _sweep(self, today: date) -> None:
        oldest = today - timedelta(days=self._days)
        for path in self._folder.glob("????-??-??.jsonl"):
            try:
                if date.fromisoformat(path.stem) < oldest:
                    path.unlink(missing_ok=True)
            except ValueError:
                continue  # not a file of ours


@contextmanager
def kept(workspace: Workspace, secrets: Secrets) -> Iterator[JsonLines]:
    """Log to the workspace's files, warnings to stderr, and all to syslog where the settings name one, in the block."""
    settings = workspace.settings.nightly
    lines = JsonLines(cleaner(secrets))
    aloud = logging.StreamHandler()
    aloud.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [DayFiles(workspace.root / FOLDER, settings.log_days), aloud]
    if settings.syslog:
        handlers.append(_syslog(settings.syslog))
    root = logging.getLogger()
    before = root.level
    for handler in handlers:
        handler.setFormatter(lines)
        root.addHandler(handler)
    root.setLevel(min(before, logging.INFO) or logging.INFO)
    try:
        yield lines
    finally:
        root.setLevel(before)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()


class _Syslog(logging.handlers.SysLogHandler):
    """A syslog that may be away: the lines are in the files anyway, and it is said once."""

    ident = "quzheng: "
    _said = False

    def handleError(self, record: logging.LogRecord) -> None:
        """Say that a line did not get there."""
        if not self._said:
            self._said = True
            sys.stderr.write(f"syslog at {self.address} cannot be reached\n")


def _syslog(place: str) -> logging.Handler:
    """Return the handler of a syslog: udp://host:514, or the path of a socket."""
    parts = urlsplit(place)
    if parts.scheme != "udp":
        return _Syslog(place)
    return _Syslog((parts.hostname or "localhost", parts.port or logging.handlers.SYSLOG_UDP_PORT))
