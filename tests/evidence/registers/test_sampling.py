"""Sampling: whoever has frame and seed draws the same; every platform and unit gives its part; no one chooses."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import RegisterError
from evidence.registers.sampling import Member, allot, draw, share_of

FRAMES = st.lists(
    st.builds(
        Member,
        key=st.text(alphabet="abcdef0123456789", min_size=1, max_size=6),
        platform=st.sampled_from(["wechat", "weibo", "toutiao"]),
        unit=st.sampled_from(["甲局", "乙局", "丙局", "丁局"]),
    ),
    max_size=60,
    unique_by=lambda member: member.key,
)
SHARES = st.fractions(min_value=Fraction(1, 50), max_value=1)
SEEDS = st.text(alphabet="2021Q种子", min_size=1, max_size=8)


@given(FRAMES, SHARES, SEEDS, st.randoms())
def test_the_order_of_the_frame_changes_nothing(frame: list[Member], share: Fraction, seed: str, luck: object) -> None:
    mixed = list(frame)
    luck.shuffle(mixed)  # type: ignore[attr-defined]
    assert draw(mixed, share=share, seed=seed) == draw(frame, share=share, seed=seed)


@given(FRAMES, SHARES, SEEDS)
def test_the_sample_has_the_size_of_the_share_and_is_of_the_frame(
    frame: list[Member], share: Fraction, seed: str
) -> None:
    drawn = draw(frame, share=share, seed=seed)
    assert len(set(drawn.keys)) == len(drawn.keys) == math.ceil(len(frame) * share)
    assert set(drawn.keys) <= {member.key for member in frame}
    assert sum(stratum.size for stratum in drawn.strata) == len(frame)
    assert sum(stratum.drawn for stratum in drawn.strata) == len(drawn.keys)


@given(FRAMES, SHARES, SEEDS)
def test_every_platform_gives_its_part_to_within_one(frame: list[Member], share: Fraction, seed: str) -> None:
    drawn = draw(frame, share=share, seed=seed)
    of_platform = Counter(member.platform for member in frame)
    given_ = Counter(member.platform for member in frame if member.key in drawn.keys)
    for platform, size in of_platform.items():
        assert abs(given_[platform] - Fraction(len(drawn.keys) * size, len(frame))) < 1


@given(st.integers(0, 50), st.dictionaries(st.text(max_size=3), st.integers(1, 30), min_size=1, max_size=8), SEEDS)
def test_an_allotment_is_exact_and_asks_of_no_stratum_more_than_it_has(
    total: int, sizes: dict[str, int], seed: str
) -> None:
    total = min(total, sum(sizes.values()))
    given_ = allot(total, sizes, seed)
    assert sum(given_.values()) == total
    assert all(given_[name] <= size for name, size in sizes.items())


def test_one_stratum_is_drawn_by_the_smallest_digests_as_sha256sum_gives_them() -> None:
    frame = [Member(key=f"k{n}", platform="weibo", unit="甲局") for n in range(20)]
    by_hand = sorted(frame, key=lambda m: hashlib.sha256(f"2021Q2\n{m.key}".encode()).hexdigest())[:6]
    assert set(draw(frame, share=Fraction(3, 10), seed="2021Q2").keys) == {member.key for member in by_hand}


def test_another_seed_draws_another_sample_and_each_account_has_its_turn() -> None:
    frame = [Member(key=f"k{n}", platform="weibo", unit="甲局") for n in range(20)]
    counted = Counter(key for n in range(200) for key in draw(frame, share=Fraction(3, 10), seed=str(n)).keys)
    assert len(counted) == 20
    assert all(30 <= count <= 90 for count in counted.values())


def test_one_account_more_or_less_in_the_frame_changes_its_digest() -> None:
    frame = [Member(key=f"k{n}", platform="weibo", unit="甲局") for n in range(5)]
    one, other = draw(frame, share=Fraction(1), seed="s"), draw(frame[1:], share=Fraction(1), seed="s")
    assert one.frame != other.frame


@pytest.mark.parametrize("said", ["0", "0%", "120%", "-1", "三成", "", "1/0"])
def test_a_share_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(RegisterError, match="抽查比例"):
        share_of(said)


def test_no_seed_and_a_member_twice_are_refused() -> None:
    member = Member(key="k", platform="weibo", unit="甲局")
    with pytest.raises(RegisterError, match="--seed"):
        draw([member], share=Fraction(1), seed=" ")
    with pytest.raises(RegisterError, match="两次"):
        draw([member, member], share=Fraction(1), seed="s")
