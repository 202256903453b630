"""What our own network does is noticed and marked, on evidence; one site's own fault never marks the path."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.certificate import Secured, is_publicly_logged
from collector.exchange import Exchange
from collector.lookout import Lookout, MarkKind
from collector.wire import offset_of
from tests.site.secure import certificate

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def secured(issuer: str, subject: str = "www.example.gov.cn") -> Secured:
    return Secured(
        protocol="TLS 1.3",
        key_exchange="X25519",
        cipher="AES_128_GCM",
        subject=subject,
        issuer=issuer,
        names=(subject,),
        valid_from=NOW - timedelta(days=1),
        valid_to=NOW + timedelta(days=1),
        trusted=False,
    )


def kinds(lookout: Lookout) -> list[MarkKind]:
    return [mark.kind for mark in lookout.marks()]


def test_one_unknown_issuer_on_three_unrelated_sites_is_a_gateway_that_inspects() -> None:
    lookout = Lookout()
    for host in ("www.gzdaozhen.gov.cn", "www.guizhou.gov.cn"):
        lookout.see_issuer(host, secured("上网行为管理 CA"))
    assert kinds(lookout) == []
    lookout.see_issuer("mp.weixin.qq.com", secured("上网行为管理 CA"))
    assert kinds(lookout) == ["inspected"]
    assert "上网行为管理 CA" in lookout.marks()[0].detail


def test_an_unknown_issuer_on_many_hosts_of_one_holder_is_that_holders_own_authority() -> None:
    lookout = Lookout()
    for host in ("a.gz.gov.cn", "b.gz.gov.cn", "c.gz.gov.cn", "gz.gov.cn"):
        lookout.see_issuer(host, secured("某省 CA"))
    assert kinds(lookout) == []


def test_three_self_signed_certificates_of_one_name_are_three_issuers() -> None:
    lookout = Lookout()
    for host in ("a.gov.cn", "b.gov.cn", "c.gov.cn"):
        lookout.see_issuer(host, secured("localhost", subject="localhost"))
    assert kinds(lookout) == []


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.0.1", "127.0.0.1", "100.64.0.9", "198.18.0.4", "fd00::1"])
def test_a_private_address_for_a_public_name_is_a_split_path(address: str) -> None:
    lookout = Lookout()
    lookout.see_address("www.shifan.gov.cn", address)
    assert kinds(lookout) == ["split"]


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("www.shifan.gov.cn", "1.1.1.1"),
        ("www.shifan.gov.cn", "[2400:3200::1]"),
        ("oa.lan", "10.1.2.3"),
        ("localhost", "127.0.0.1"),
        ("10.1.2.3", "10.1.2.3"),
        ("www.shifan.gov.cn", "no address"),
    ],
)
def test_public_addresses_and_names_of_an_own_network_mark_nothing(host: str, address: str) -> None:
    lookout = Lookout()
    lookout.see_address(host, address)
    assert kinds(lookout) == []


def test_behind_a_proxy_the_address_is_the_proxys_and_the_proxy_is_the_mark() -> None:
    lookout = Lookout("direct", ("http_proxy=10.0.0.1:3128",))
    lookout.see_address("www.shifan.gov.cn", "10.0.0.1")
    assert kinds(lookout) == ["proxy"]


@pytest.mark.parametrize("egress", ["proxy", "inspecting", "split-dns"])
def test_what_the_office_declares_marks_the_path(egress: str) -> None:
    assert kinds(Lookout(egress)) == ["declared"]
    assert kinds(Lookout("direct")) == []


def test_a_block_page_of_our_own_side_marks_the_path() -> None:
    lookout = Lookout()
    lookout.see_block("www.shifan.gov.cn")
    assert kinds(lookout) == ["blocked"]


def test_our_clock_is_doubted_only_when_most_sites_differ_from_it() -> None:
    lookout = Lookout()
    lookout.see_offset("a.gov.cn", 3600)
    assert (lookout.clock_agrees, lookout.largest_offset) == (None, 3600)
    lookout.see_offset("b.gov.cn", 0)
    lookout.see_offset("c.gov.cn", -1)
    assert lookout.clock_agrees is True
    for host in ("d.gov.cn", "e.gov.cn", "f.gov.cn"):
        lookout.see_offset(host, 3590)
    assert lookout.clock_agrees is False


def test_of_one_host_the_answer_that_agrees_best_counts_since_caches_are_old() -> None:
    lookout = Lookout()
    lookout.see_offset("a.gov.cn", -86400)
    lookout.see_offset("a.gov.cn", 0)
    assert lookout.largest_offset == 0


@pytest.mark.parametrize(
    ("fields", "offset"),
    [
        ((("Date", "Mon, 23 Nov 2026 01:00:00 GMT"),), 0),
        ((("Date", "Mon, 23 Nov 2026 00:59:59 GMT"),), 0),
        ((("Date", "Mon, 23 Nov 2026 02:00:05 GMT"),), 3600),
        ((("Date", "Mon, 23 Nov 2026 00:00:00 GMT"),), -3598),
        ((("Date", "Mon, 23 Nov 2026 00:00:00 GMT"), ("Age", "3600")), 0),
        ((("Date", "Mon, 23 Nov 2026 09:00:00 +0800"),), 0),
        ((("Date", "Mon, 23 Nov 2026 01:00:00 GMT"), ("Age", "²")), 0),
        ((("Date", "\xff"),), None),
        ((("Date", "Mon, 99 Nov 99999 01:00:00 +9999"),), None),
        ((), None),
    ],
)
def test_a_servers_clock_is_compared_with_the_whole_exchange(
    fields: tuple[tuple[str, str], ...], offset: int | None
) -> None:
    exchange = Exchange(
        url="http://a.gov.cn/",
        method="GET",
        resource_type="Document",
        frame_id="",
        loader_id="",
        started=NOW,
        hop=0,
        response_headers=fields,
        ended=NOW + timedelta(seconds=5),
    )
    assert offset_of(exchange) == offset


def test_a_certificate_no_public_log_has_stamped_is_not_a_public_one(tmp_path: Path) -> None:
    assert is_publicly_logged(certificate(tmp_path, ["a.gov.cn"], issuer="某单位CA").read_bytes()) is False
    assert is_publicly_logged(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") is False
