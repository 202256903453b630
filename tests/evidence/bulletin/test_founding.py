"""The five founding bulletins: their figures come again from their inputs, and printed ones that do not follow are flagged."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.bulletin.claims import Claim, claims
from evidence.bulletin.figures import Rate, points
from tests.conftest import ROOT

NAMES = ("000", "001", "002", "003", "004")


@pytest.fixture(scope="module")
def bulletins() -> dict[str, str]:
    """The founding bulletins by number, which are not part of this project."""
    folder = ROOT.parent / "shared" / "bulletins"
    if not folder.is_dir():
        pytest.skip("the founding bulletins (../shared/bulletins) are not here")
    return {path.name[:3]: Path(path).read_text("utf-8") for path in sorted(folder.glob("*.txt"))}


def told(text: str) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for claim in claims(text):
        found.setdefault(claim.printed, []).append(claim)
    return found


@pytest.mark.parametrize(
    ("name", "passed", "of", "printed"),
    [
        ("000", 443, 443, "100%"),
        ("000", 2833 - 2, 2833, "99.93%"),
        ("001", 381 - 63, 381, "83.5%"),
        ("002", 31, 31, "100%"),
        ("002", 137, 161, "85.09%"),
        ("003", 115 - 6, 115, "94.8%"),
        ("003", 251 - 34, 251, "86.5%"),
        ("003", 251, 837, "30%"),
        ("004", 43 - 3, 43, "93.02%"),
        ("004", 24, 24, "100%"),
        ("004", 9 - 3, 9, "66.67%"),
    ],
)
def test_the_printed_rate_comes_from_its_numbers(
    bulletins: dict[str, str], name: str, passed: int, of: int, printed: str
) -> None:
    assert printed in bulletins[name].replace(" ", "")
    ours = Rate(part=passed, whole=of)
    exact = printed.removesuffix("%")
    digits = len(exact.partition(".")[2])
    assert ours.printed is not None and f"{float(ours.part * 100 / ours.whole):.{digits}f}" == exact
    if digits == 2 or passed == of:
        assert ours.text == printed


def test_the_change_of_004_is_the_difference_of_what_two_bulletins_print(bulletins: dict[str, str]) -> None:
    assert "上升2.32%" in bulletins["004"]
    assert points(Rate(part=40, whole=43), Rate(part=39, whole=43)) == "上升2.32个百分点"


def test_94_3_of_001_follows_from_nothing_and_the_nearest_is_told(bulletins: dict[str, str]) -> None:
    (claim,) = told(bulletins["001"])["94.3"]
    assert (claim.verdict, claim.expected) == ("wrong", "94.0（126/134）")


def test_92_61_of_004_was_cut_off_and_not_rounded(bulletins: dict[str, str]) -> None:
    (claim,) = told(bulletins["004"])["92.61"]
    assert (claim.verdict, claim.expected) == ("cut", "92.62（138/149）")


def test_85_09_of_002_is_printed_without_its_numerator(bulletins: dict[str, str]) -> None:
    (claim,) = told(bulletins["002"])["85.09"]
    assert (claim.verdict, claim.expected) == ("unstated", "85.09（137/161）")


def test_nothing_else_in_them_is_flagged(bulletins: dict[str, str]) -> None:
    flagged = {
        (name, claim.printed) for name in NAMES for claim in claims(bulletins[name]) if claim.verdict != "follows"
    }
    assert flagged == {("001", "94.3"), ("002", "85.09"), ("004", "92.61")}


def test_limits_and_changes_are_no_rates() -> None:
    assert list(claims("支持度不低于90%，较上季度上升2.32%，增长了5%，四舍五入到0.01%")) == []


def test_a_rate_without_any_count_beside_it_is_flagged() -> None:
    (claim,) = claims("合格率94.3%")
    assert (claim.verdict, claim.expected) == ("wrong", "")


@pytest.mark.parametrize("text", ["0个，0%", "9" * 40 + "个，50%", "个个%%", "100%", "５０％（１家／２家）"])
def test_odd_text_is_no_accident(text: str) -> None:
    assert all(claim.verdict in ("follows", "cut", "unstated", "wrong") for claim in claims(text))
