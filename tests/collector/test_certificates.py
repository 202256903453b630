"""A bad certificate is recorded with its fault and keeps no page away; TLS we cannot speak is our fault, not the site's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from collector.flow import Flow
from collector.login import Login
from collector.secrets import Secrets
from evidence.model import Capture
from tests.collector.conftest import Looker, target
from tests.site.pages import FORM, LIST, page
from tests.site.secure import certificate, openssl, served
from tests.site.server import Site

PAGES = {"/": page(LIST)}


def checks(taken: Capture) -> dict[str, tuple[str, bool | None, str]]:
    return {check.name: (check.scope, check.passed, check.detail) for check in taken.checks}


def listed(looker: Looker, taken: Capture) -> dict[str, Any]:
    return json.loads(looker.sink.blobs[taken.exchanges])  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"names": ["127.0.0.1"]}, "自签名"),
        ({"names": ["127.0.0.1"], "issuer": "某单位CA"}, "颁发者不受信任或证书有误"),
        ({"names": ["127.0.0.1"], "issuer": "某单位CA", "days": (-60, -2)}, "已过期"),
        ({"names": ["127.0.0.1"], "issuer": "某单位CA", "days": (2, 60)}, "尚未生效"),
        ({"names": ["127.0.0.1"], "days": (-60, -2)}, "已过期、自签名"),
    ],
)
def test_a_page_with_a_bad_certificate_is_captured_whole_with_the_fault_beside_it(
    looker: Looker, tmp_path: Path, made: dict[str, Any], said: str
) -> None:
    with served(certificate(tmp_path, **made), PAGES) as url:
        taken = looker.capture(url + "/")
    assert (taken.outcome, taken.complete) == ("captured", True)
    assert checks(taken)["certificate"] == ("page", False, f"127.0.0.1：{said}")


def test_a_certificate_of_another_holders_site_leaves_open_whose_page_it_is(looker: Looker, tmp_path: Path) -> None:
    with served(certificate(tmp_path, ["www.other.gov.cn"]), PAGES) as url:
        taken = looker.capture(url + "/")
    assert checks(taken)["certificate"][:2] == ("page", False)
    assert checks(taken)["certified host"][:2] == ("document", None)
    assert "www.other.gov.cn" in checks(taken)["certified host"][2]
    assert (taken.outcome, taken.complete) == ("captured", None)


def test_what_a_secure_page_asks_for_without_tls_is_told_and_does_not_count_against_its_list(
    looker: Looker, tmp_path: Path, site: Site
) -> None:
    mixed = page(f'{LIST}<script src="http://192.0.2.7/x.js"></script><img src="{site.url}/pixel.png">')
    with served(certificate(tmp_path, ["127.0.0.1"]), {"/": mixed}) as url:
        taken = looker.capture(url + "/")
    assert (taken.outcome, taken.complete) == ("captured", True)
    entries = {entry["url"]: entry for entry in listed(looker, taken)["exchanges"]}
    script = next(entry for address, entry in entries.items() if "192.0.2.7" in address)
    assert script["error"]
    assert checks(taken)["other requests"][1] is False


def test_the_chain_is_kept_as_pem_leaf_first_and_stands_with_protocol_and_cipher(
    looker: Looker, tmp_path: Path
) -> None:
    with served(certificate(tmp_path, ["127.0.0.1"], issuer="某单位CA"), PAGES) as url:
        taken = looker.capture(url + "/")
    chain = [x509.load_pem_x509_certificate(looker.sink.blobs[a.sha256]) for a in taken.of_role("certificate")]
    assert [one.subject.rfc4514_string() for one in chain] == ["CN=示范网站", "CN=某单位CA"]
    chain[0].verify_directly_issued_by(chain[1])
    (line,) = listed(looker, taken)["tls"]
    assert (line["host"], line["protocol"], line["issuer"], line["names"]) == (
        "127.0.0.1",
        "TLS 1.3",
        "某单位CA",
        ["127.0.0.1"],
    )
    assert line["cipher"].startswith(("AES", "CHACHA"))


def test_another_hosts_bad_certificate_is_named_too(looker: Looker, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    other = certificate(tmp_path / "b", ["127.0.0.2"], days=(-60, -2))
    with served(other, {"/": "ok"}, "127.0.0.2") as beside:
        pages = {"/": page(f'{LIST}<iframe src="{beside}/"></iframe>')}
        with served(certificate(tmp_path / "a", ["127.0.0.1"]), pages) as url:
            taken = looker.capture(url + "/")
    assert checks(taken)["certificate"][2] == "127.0.0.1：自签名；127.0.0.2：已过期、自签名"
    assert [line["host"] for line in listed(looker, taken)["tls"]] == ["127.0.0.1", "127.0.0.2"]


def test_an_unchanged_page_gives_the_same_exchange_list_and_certificates(looker: Looker, tmp_path: Path) -> None:
    with served(certificate(tmp_path, ["127.0.0.1"]), PAGES) as url:
        one, other = looker.capture(url + "/"), looker.capture(url + "/")
    assert listed(looker, one)["tls"] == listed(looker, other)["tls"]
    assert [a.sha256 for a in one.of_role("certificate")] == [a.sha256 for a in other.of_role("certificate")]


@pytest.mark.parametrize(
    "options",
    [
        ("-tls1", "-cipher", "ALL:@SECLEVEL=0"),
        ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
        ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"),
    ],
    ids=["TLS 1.0 only", "TLS 1.1 only", "handshake_failure"],
)
def test_tls_this_browser_cannot_speak_is_our_fault(looker: Looker, tmp_path: Path, options: tuple[str, ...]) -> None:
    with openssl(certificate(tmp_path, ["127.0.0.1"]), *options) as url:
        taken = looker.capture(url)
    assert (taken.outcome, taken.reason, taken.fault) == ("tls_unsupported_here", "tls", "ours")
    assert taken.complete is False
    (kept,) = taken.of_role("log")
    assert looker.sink.blobs[kept.sha256][:2] in (b"\x15\x03", b"\x16\x03")  # an alert, or what openssl can speak


def test_a_server_that_wants_our_certificate_is_not_judged_by_this_browser(looker: Looker, tmp_path: Path) -> None:
    with openssl(certificate(tmp_path, ["127.0.0.1"]), "-Verify", "1", "-tls1_2") as url:
        taken = looker.capture(url)
    assert (taken.outcome, taken.fault) == ("tls_unsupported_here", "ours")


def test_no_password_is_typed_into_a_page_whose_certificate_is_bad(looker: Looker, tmp_path: Path) -> None:
    page_of_form = {"/": page(FORM)}
    form = Login(url="/", username="[name=user]", password="[name=pw]", submit="#go", marker="#hello")
    flow = Flow("tests.portal", login=form, authority="own")

    @flow.visit
    async def never(run):  # type: ignore[no-untyped-def]
        raise AssertionError("nobody is logged in")

    typed = {f"QUZHENG_SECRET_T_{name}": f"CANARY-{name}" for name in ("USERNAME", "PASSWORD")}
    with served(certificate(tmp_path, ["127.0.0.1"]), page_of_form) as url:
        (taken,) = looker.visit(target(url + "/"), flow, secrets=Secrets(variables=typed, folder=None))
    assert (taken.outcome, taken.reason) == ("login_lost", "tls")
    assert not taken.of_role("tile")


def test_a_plain_page_has_no_certificate_to_speak_of(looker: Looker, site: Any) -> None:
    taken = looker.capture(site.url + "/")
    assert "certificate" not in checks(taken)
    assert not taken.of_role("certificate")
    assert "tls" not in listed(looker, taken)
