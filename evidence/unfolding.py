"""How much a YAML text becomes when its aliases are followed: a hostile one of a few lines may become more than any memory.

>>> unfolded("a: &x [1, 2]\\nb: *x\\n")
9
"""

from __future__ import annotations

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from evidence.canonical import MAX_DEPTH
from evidence.errors import ShapeError


def unfolded(text: str) -> int:
    """Return how many keys, values, lists and mappings a text has with every alias followed.

    Raises ShapeError for more levels than documents may have, an alias of what it stands in, or of nothing, and YAMLError for what is no YAML.
    """
    sizes: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = [(None, 0)]
    for event in YAML(typ="safe", pure=True).parse(text):
        anchor, size = getattr(event, "anchor", None), 0
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            if len(open_) > MAX_DEPTH:  # reading on would take the square of the depth
                raise ShapeError((), f"at most {MAX_DEPTH} levels", "more")
            open_.append((anchor, 1))
            continue
        if isinstance(event, MappingEndEvent | SequenceEndEvent):
            anchor, size = open_.pop()
        elif isinstance(event, ScalarEvent):
            size = 1
        elif isinstance(event, AliasEvent):
            if anchor not in sizes:
                raise ShapeError((), "an alias of something before it", f"*{anchor}")
            open_[-1] = (open_[-1][0], open_[-1][1] + sizes[anchor])
            continue
        if anchor is not None:
            sizes[anchor] = size
        open_[-1] = (open_[-1][0], open_[-1][1] + size)
    return open_[0][1]
