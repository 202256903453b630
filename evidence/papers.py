"""The office's own files in a backup: each version kept by its digest; files of keys only where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from evidence import digest
from evidence.errors import BackupError
from evidence.files import TEMPORARY, write_whole
from evidence.house import Papers
from evidence.store import READ_ONLY

_SECRETS = (b"AGE-SECRET-KEY-1", b"PRIVATE KEY-----")
"""What a file of a key holds, whatever its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One of the office's own files."""

    path: str
    """Below the workspace, with "/"."""
    sha256: str
    size: int
    secret: bool
    """Whether it is a key."""


@dataclass(slots=True, kw_only=True)
class Shelving:
    """Copies the office's own files, by digest."""

    papers: Papers
    to: Path
    keys: bool
    kept: list[Paper] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def all(self) -> None:
        """Copy them; a file of a key only where keys are asked for, whatever its name and place."""
        secret = {path.resolve() for path in self.papers.keys}
        every = dict.fromkeys(path for named in (*self.papers.files, *self.papers.keys) for path in _files(named))
        for path in every:
            name = self._name(path)
            if name is None:
                self.outside.append(str(path))
                continue
            data = path.read_bytes()
            is_key = path.resolve() in secret or any(sign in data for sign in _SECRETS)
            if is_key and not self.keys:
                self.left.append(name)
            else:
                self._one(name, data, secret=is_key)

    def _name(self, path: Path) -> str | None:
        root = self.papers.root
        inside = root is not None and path.absolute().is_relative_to(root.absolute()) and ".." not in path.parts
        return path.absolute().relative_to(root.absolute()).as_posix() if root is not None and inside else None

    def _one(self, name: str, data: bytes, *, secret: bool) -> None:
        sha256 = digest.sha256(data)
        place = self.to / sha256
        if not (place.exists() and digest.sha256(place.read_bytes()) == sha256):
            write_whole(place, data, mode=0o400 if secret else READ_ONLY)
        self.kept.append(Paper(path=name, sha256=sha256, size=len(data), secret=secret))


def _files(path: Path) -> Iterator[Path]:
    """Yield a file, or the files in a folder; neither what a kill left nor compiled programs."""
    if path.is_file():
        yield path
    elif path.is_dir():
        for inside in sorted(path.rglob("*")):
            if inside.is_file() and not inside.name.startswith(TEMPORARY) and "__pycache__" not in inside.parts:
                yield inside


def check_inside(path: str) -> str:
    """Return a path that stays below the folder it is joined to; raises BackupError for any other."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or not pure.parts or ".." in pure.parts or "\\" in path or "\0" in path:
        raise BackupError(f"备份清单里的路径 {path!r:.80} 不在工作区内")
    return path
