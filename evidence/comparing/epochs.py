"""Whether two pages look different only because an epoch lies between them: another browser, other fonts, another theme.

The list and the words of a site are then what they were, and a different look is no change of the site. What the look
says of the matter itself, a picture in it, must be equal byte for byte; where there are no words, nothing is known to
be equal, and there is no epoch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from evidence.comparing import greying, skin
from evidence.comparing.side import Side
from evidence.errors import ReadingError
from evidence.model import Box

_MADE_WITH = (
    ("浏览器", ("browser", "program")),
    ("浏览器版本", ("browser", "version")),
    ("浏览器程序", ("browser", "sha256")),
    ("窗口大小", ("browser", "viewport")),
    ("查看设备", ("device", "name")),
    ("屏幕倍率", ("device", "scale")),
    ("字体", ("fonts", "sha256")),
)
"""What of an environment shows in a picture: its Chinese name, and where it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """What lies between two captures that look different."""

    kind: Literal["browser", "theme"]
    reason: str
    """In Chinese."""


def between(earlier: Side, later: Side, excuses: Sequence[Box]) -> Epoch | None:
    """Return the epoch between two pages whose items and masked texts are equal; None where nothing proves one.

    `excuses` are places known to move or to carry noise. Raises ReadingError for environments or tiles that are none.
    """
    if not _same_matter(earlier, later):
        return None
    if differing := list(_differing(_environment(earlier), _environment(later))):
        return Epoch(kind="browser", reason=f"两次取证所用{'、'.join(differing)}不同")
    if (reason := _theme(earlier, later, excuses)) is not None:
        return Epoch(kind="theme", reason=reason)
    return None


def _same_matter(earlier: Side, later: Side) -> bool:
    """Tell whether both pages were read, say something, and show the same pictures in their matter."""
    if earlier.reading is None or later.reading is None:
        return False
    if not all(side.tree.length(side.tree.root) for side in (earlier, later)):
        return False
    shown = [
        sorted(image.sha256 for image in reading.images if image.in_main)
        for reading in (earlier.reading, later.reading)
    ]
    return shown[0] == shown[1]


def _theme(earlier: Side, later: Side, excuses: Iterable[Box]) -> str | None:
    known = tuple(excuses)
    if greying.is_greyed(earlier.picture(), later.picture(), known):
        return "页面整体变为灰色（如哀悼日）"
    if greying.is_greyed(later.picture(), earlier.picture(), known):
        return "页面由灰色恢复为彩色"
    if skin.is_changed(earlier, later, known):
        return "页面只换了颜色或横幅图片（如节日皮肤）"
    return None


def _environment(side: Side) -> Mapping[str, Any]:
    sha256 = side.record.capture.environment
    try:
        found = json.loads(side.store.read(sha256))
    except ValueError as error:
        raise ReadingError(f"environment {sha256} is not JSON: {error}") from error
    return found if isinstance(found, Mapping) else {}


def _differing(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> Iterator[str]:
    """Yield what differs of two environments, as far as both state it; what is not known is no difference."""
    for name, path in _MADE_WITH:
        one, other = _stated(earlier, path), _stated(later, path)
        if one is not None and other is not None and one != other:
            yield f"{name}（{one:.40} → {other:.40}）" if path[-1] in ("version", "name") else name


def _stated(environment: Mapping[str, Any], path: Sequence[str]) -> str | None:
    value: Any = environment
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return None if value is None else str(value)
