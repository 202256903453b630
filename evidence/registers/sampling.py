"""Draws a sample (抽查) from a frame so that anyone who has the frame and the seed draws the same one.

`quzheng-strata-sha256` version 1: the size is the share of the frame, rounded up. It is allotted to the platforms, and
within each platform to its units, in proportion, by largest remainder; equal remainders go by the smaller digest. Within
a unit of one platform the accounts with the smallest digests are drawn. The digest of a thing is
SHA-256(seed, line feed, its name) in UTF-8, of a unit with platform and line feed before its name; so each step can be
repeated with sha256sum.

>>> frame = [Member(key=str(n), platform="weibo", unit="甲") for n in range(10)]
>>> drawn = draw(frame, share=Fraction(3, 10), seed="2021Q2")
>>> len(drawn.keys), drawn.frame[:8], draw(reversed(frame), share=Fraction(3, 10), seed="2021Q2") == drawn
(3, '2f4b2dd3', True)
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

from evidence import digest, plain
from evidence.errors import RegisterError

ALGORITHM = "quzheng-strata-sha256"
VERSION = 1

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One of a frame."""

    key: str
    """What it is drawn by: a target's id."""
    platform: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """How many of one platform and unit there are, and how many were drawn."""

    platform: str
    unit: str
    size: int
    drawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was drawn, and everything needed to draw it again."""

    algorithm: str
    version: int
    seed: str
    share: str
    """As a fraction, such as 3/10."""
    frame: str
    """SHA-256 of the canonical JSON of the frame: [key, platform, unit] of each member, by key."""
    frame_size: int
    keys: tuple[str, ...]
    """In order of key."""
    strata: tuple[Stratum, ...]

    def plain(self) -> dict[str, Any]:
        """Return the sample as plain JSON (schema sample/1)."""
        return {"schema": "sample/1", **plain.dump(self)}


def draw(frame: Iterable[Member], *, share: Fraction, seed: str) -> Sample:
    """Return the sample of a frame; raises RegisterError for a share outside (0, 1], a key that stands twice, no seed."""
    members = sorted(frame, key=lambda member: member.key)
    _check(members, share, seed)
    strata: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for member in members:
        strata[member.platform][member.unit].append(member.key)
    total = math.ceil(len(members) * share)
    of_platform = allot(total, {name: sum(map(len, units.values())) for name, units in strata.items()}, seed)
    drawn: list[str] = []
    told = []
    for platform, units in sorted(strata.items()):
        of_unit = allot(of_platform[platform], {unit: len(keys) for unit, keys in units.items()}, f"{seed}\n{platform}")
        for unit, keys in sorted(units.items()):
            drawn += sorted(keys, key=lambda key: ranked(seed, key))[: of_unit[unit]]
            told.append(Stratum(platform=platform, unit=unit, size=len(keys), drawn=of_unit[unit]))
    return Sample(
        algorithm=ALGORITHM,
        version=VERSION,
        seed=seed,
        share=str(share),
        frame=digest.of_value([[member.key, member.platform, member.unit] for member in members]),
        frame_size=len(members),
        keys=tuple(sorted(drawn)),
        strata=tuple(told),
    )


def allot(total: int, sizes: Mapping[str, int], seed: str) -> dict[str, int]:
    """Return how many of `total` each stratum gives, in proportion to its size; never more than it has.

    >>> allot(3, {"a": 5, "b": 4, "c": 1}, "s")["a"]
    2
    """
    every = sum(sizes.values())
    exact = {name: Fraction(total * size, every) for name, size in sizes.items()} if every else {}
    given = {name: math.floor(part) for name, part in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (given[name] - exact[name], ranked(seed, name)))
    for name in by_remainder[: total - sum(given.values())]:
        given[name] += 1
    return given


def ranked(seed: str, name: str) -> str:
    """Return the digest by which things are ordered: SHA-256 of seed, line feed and name, in hexadecimal."""
    return digest.sha256(f"{seed}\n{name}".encode())


def share_of(said: str) -> Fraction:
    """Return a share as people write it; raises RegisterError.

    >>> share_of("30%"), share_of("0.125"), share_of("1/3")
    (Fraction(3, 10), Fraction(1, 8), Fraction(1, 3))
    """
    try:
        text = said.strip().removesuffix("%").removesuffix("％")
        found = Fraction(text) / (100 if text != said.strip() else 1)
    except (ValueError, ZeroDivisionError) as error:
        raise RegisterError(f"抽查比例“{said:.40}”不认识，请写成 30%、0.3 或 1/3") from error
    if not 0 < found <= 1:
        raise RegisterError(f"抽查比例应大于0、不超过100%，得到 {said:.40}")
    return found


def _check(members: Sequence[Member], share: Fraction, seed: str) -> None:
    if not 0 < share <= 1:
        raise RegisterError(f"抽查比例应大于0、不超过100%，得到 {share}")
    if not seed.strip():
        raise RegisterError("没有给出随机种子；抽查要能由任何人重复，请写 --seed")
    for one, other in zip(members, members[1:], strict=False):
        if one.key == other.key:
            raise RegisterError(f"抽样框里“{one.key}”出现两次")
