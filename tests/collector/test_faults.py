"""The fault table: each way in which a site misbehaves ends in a record that says so, and accuses nobody wrongly."""

from __future__ import annotations

import json
import socket

import pytest

from tests.collector.conftest import Looker, one_page, target
from tests.site.server import Site

OUTCOMES = {
    "/500": ("http_error", "http_500", "theirs"),
    "/404": ("http_error", "http_404", "theirs"),
    "/403": ("blocked", "http_403", "ours"),
    "/405": ("challenge", "http_405", "ours"),
    "/503": ("blocked", "http_503", "unknown"),
    "/204": ("http_error", "http_204", "unknown"),
    "/loop": ("http_error", "redirect_loop", "theirs"),
    "/hang": ("timeout", "timeout", "unknown"),
    "/closed": ("unreachable", "closed", "unknown"),
    "/reset": ("unreachable", "closed", "unknown"),
    "/412-stuck": ("challenge", "http_412", "ours"),
    "/202-empty": ("challenge", "challenge", "ours"),
    "/slider": ("challenge", "challenge", "ours"),
    "/wechat-abnormal": ("challenge", "challenge", "ours"),
    "/login-page": ("interstitial", "log_in", "unknown"),
    "/truncated": ("http_error", "broken_answer", "unknown"),
    "/broken-chunk": ("http_error", "broken_answer", "unknown"),
    "/download": ("interstitial", "download", "unknown"),
    "/hung-script": ("timeout", "page_hangs", "unknown"),
}


@pytest.mark.parametrize("path", OUTCOMES)
def test_what_keeps_a_page_from_us_is_named_with_reason_and_fault(looker: Looker, site: Site, path: str) -> None:
    taken = looker.capture(site.url + path)
    assert (taken.outcome, taken.reason, taken.fault) == OUTCOMES[path]
    assert taken.complete is False


@pytest.mark.parametrize(
    "path", ["/", "/412", "/521", "/refresh", "/script-redirect", "/moved", "/moving", "/dead-image", "/dialogs"]
    + ["/popup", "/other-host-fails", "/gbk-right", "/gbk-none", "/utf16", "/bom", "/gzip", "/frameset", "/lazy"]
    + ["/list-about-errors", "/wide"],
)  # fmt: skip
def test_a_list_that_is_all_there_is_complete_whatever_moves_or_fails_beside_it(
    looker: Looker, site: Site, path: str
) -> None:
    taken = looker.capture(site.url + path)
    assert taken.outcome == "captured"
    assert [c for c in taken.checks if c.scope != "page" and c.passed is not True] == []
    assert taken.complete is True


@pytest.mark.parametrize(
    ("path", "check"),
    [
        ("/endless", "document whole"),
        ("/zero-bytes", "not empty"),
        ("/soft-404", "no error page"),
        ("/maintenance", "no maintenance page"),
        ("/gbk-wrong", "charset"),
        ("/utf8-as-gbk", "charset"),
        ("/changing", "main stands still"),
        ("/frame-changes", "main stands still"),
        ("/shell", "list data answered"),
        ("/frame-fails", "list data answered"),
    ],
)
def test_what_is_not_whole_can_never_support_a_finding(looker: Looker, site: Site, path: str, check: str) -> None:
    taken = looker.capture(site.url + path)
    assert {c.name: c.passed for c in taken.checks}[check] is False
    assert taken.complete is False


def test_a_port_nobody_listens_on_is_refused(looker: Looker) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        taken = looker.capture(f"http://127.0.0.1:{unused.getsockname()[1]}/")
    assert (taken.outcome, taken.reason, taken.fault) == ("unreachable", "refused", "unknown")


def test_a_name_nobody_knows_is_a_fault_of_the_name_service_and_not_of_the_site(looker: Looker) -> None:
    taken = looker.capture("http://nowhere.invalid/")
    assert (taken.outcome, taken.reason, taken.fault) == ("unreachable", "dns", "unknown")


def test_the_page_before_a_challenge_is_named_and_the_last_status_counts(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/412")
    assert taken.redirects == (site.url + "/412",)
    listed = json.loads(looker.sink.blobs[taken.exchanges])["exchanges"]
    assert sorted(e["status"] for e in listed if e["resource_type"] == "Document") == [200, 412]


def test_a_redirect_is_followed_and_kept(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/moved")
    assert (taken.final_url, taken.redirects) == (site.url + "/", (site.url + "/moved",))


def test_a_page_that_renews_itself_all_the_time_ends_in_one_record(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/reloads")
    assert taken.outcome in ("captured", "timeout")
    assert taken.ended > taken.started


def test_an_error_page_is_pictured_too(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/500")
    assert taken.of_role("tile")
    assert b"<h1>500</h1>" in [looker.sink.blobs[a.sha256] for a in taken.of_role("body")]


def test_a_download_in_place_of_a_page_keeps_the_file(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/download")
    assert [looker.sink.blobs[a.sha256] for a in taken.of_role("body")] == [b"PK-file"]


def test_after_a_page_that_hangs_the_next_one_is_captured_all_the_same(looker: Looker, site: Site) -> None:
    columns = [{"label": "next", "name": "下一栏", "url": "/"}]
    hung, following = looker.visit(target(site.url + "/hung-script", columns=columns), one_page())
    assert (hung.reason, following.outcome, following.complete) == ("page_hangs", "captured", True)
