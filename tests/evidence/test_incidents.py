"""What several targets show at one time is one incident of their platform, and accuses none of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from evidence import incidents
from evidence.model import Finding
from tests.evidence.indicators.signs_factory import BAD, page, scene
from tests.evidence.judging_factory import stale_site

FOUND = scene(page(bad_links=(BAD,))).finding("foreign_links")


def of(target: str, minutes: int = 0, href: str = "http://x.example.com/1", block: str | None = None) -> Finding:
    assert FOUND.as_of is not None
    signs = [{**FOUND.numbers["signs"][0], "href": href, "block": block}]
    return replace(
        FOUND, target=target, as_of=FOUND.as_of + timedelta(minutes=minutes), numbers={**FOUND.numbers, "signs": signs}
    )


def states(*findings: Finding) -> list[str]:
    return [one.state for one in incidents.shared(findings)]


def test_three_targets_within_an_hour_are_one_incident() -> None:
    after = list(incidents.shared([of("a"), of("b", 20), of("c", 55)]))
    assert {one.state for one in after} == {"undecided"}
    assert all("平台运营方" in one.missing[-1] for one in after)
    assert all(one.message.endswith("不作认定。") for one in after)
    assert after[0].numbers["incident_targets"] == 3


@pytest.mark.parametrize(
    "findings",
    [(of("a"), of("b")), (of("a"), of("b", 20), of("c", 90)), (of("a"), of("a", 10), of("a", 20)),
     (of("a"), of("b", 5, "http://y.example.net/"), of("c", 9, "http://z.example.org/"))],
)  # fmt: skip
def test_fewer_targets_other_times_and_other_hosts_are_each_their_own(findings: tuple[Finding, ...]) -> None:
    assert set(states(*findings)) == {"hit"}


def test_one_script_on_three_sites_is_one_incident_wherever_its_links_lead() -> None:
    script = "script http://evil.example.net/a.js"
    found = [of(name, n, f"http://{name}.example.com/", script) for n, name in enumerate("abc")]
    assert set(states(*found)) == {"undecided"}


def test_what_a_site_itself_does_not_do_is_never_an_incident() -> None:
    stale = stale_site(5).finding("columns_not_updated")
    assert set(states(*(replace(stale, target=name) for name in "abcd"))) == {"hit"}


def test_the_fourth_target_a_day_later_is_its_own() -> None:
    assert states(of("a"), of("b"), of("c"), of("d", 60 * 24)) == ["undecided"] * 3 + ["hit"]
