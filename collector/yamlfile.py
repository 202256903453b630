"""YAML files as plain values, and the line a value stands on when it turns out to be wrong.

YAML 1.2 by ruamel: duplicate keys are refused, `yes` is text. A file is parsed quickly first; line numbers are looked
up, by a second and slower parse, only for an error. What a large file parsed to is kept beside it, by its digest.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

LARGE = 200_000
"""Bytes from which a file's parsed form is kept: parsing takes some seconds a megabyte."""


class YamlFault(Exception):
    """The file is not YAML; `line` counts from 1."""

    def __init__(self, line: int, problem: str) -> None:
        self.line = line
        super().__init__(problem)


def load(path: Path) -> Any:
    """Return the file's content as plain values; raises OSError, and YamlFault where it is not YAML."""
    data = path.read_bytes()
    kept = path.with_name(f".{path.name}.{hashlib.sha256(data).hexdigest()[:16]}.json")
    if len(data) >= LARGE and kept.exists():
        return json.loads(kept.read_bytes())
    try:
        value = YAML(typ="safe", pure=True).load(data)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlFault(line, error.problem or "not YAML") from error
    except (YAMLError, ValueError) as error:
        raise YamlFault(1, str(error).splitlines()[0]) from error
    if len(data) >= LARGE:
        _keep(kept, value)
    return value


def line_of(path: Path, place: tuple[str | int, ...]) -> int:
    """Return the line, from 1, on which the value at `place` stands, or that of the nearest value around it."""
    try:
        node = YAML(typ="rt").load(path.read_bytes())
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return mark.line + 1 if mark else 1
    line = 1
    for part in place:
        position = getattr(node, "lc", None)
        if position is None:
            break
        try:
            line = (position.item(part)[0] if isinstance(part, int) else position.key(part)[0]) + 1
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
    return line


def _keep(path: Path, value: Any) -> None:
    for older in path.parent.glob(path.name.rsplit(".", 2)[0] + ".*.json"):
        older.unlink(missing_ok=True)
    try:
        path.write_text(json.dumps(value, ensure_ascii=False, default=str), encoding="utf-8")
    except OSError:
        return  # a read-only workspace only loses the short cut
