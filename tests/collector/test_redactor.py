"""Secrets never reach the store; what only looks like one stays, since a blanked date would accuse somebody."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import zipfile
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import packed
from collector.redactor import MARK, Redactor, secret_parameters
from tests.canaries import found_in
from tests.collector.conftest import Memory

SECRET = 'p&ss/wörd\'9 "x"'


def cleaned(data: bytes, *secrets: str) -> bytes:
    redactor = Redactor()
    for secret in secrets:
        redactor.learn(secret, "typed")
    return redactor.seam(Memory()).clean(data, "test")


@pytest.mark.parametrize(
    "form",
    [
        SECRET.encode(),
        SECRET.encode("gb18030"),
        SECRET.encode("utf-16-le"),
        SECRET.encode("utf-16-be"),
        quote(SECRET, safe="").encode(),
        quote(SECRET, safe="").lower().encode(),
        quote(SECRET).replace("%20", "+").encode(),
        quote(quote(SECRET, safe=""), safe="").encode(),
        html.escape(SECRET).encode(),
        "".join(f"&#{ord(c)};" for c in SECRET).encode(),
        json.dumps(SECRET)[1:-1].encode(),
        json.dumps(SECRET, ensure_ascii=False)[1:-1].encode(),
        base64.b64encode(SECRET.encode()),
        SECRET.encode().hex().encode(),
    ],
)
def test_a_secret_is_found_in_every_disguise(form: bytes) -> None:
    assert form not in cleaned(b"before " + form + b" after", SECRET)


@given(
    secret=st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=8, max_size=30),
    lead=st.binary(max_size=5),
)
def test_no_secret_of_eight_characters_survives_in_plain_or_in_base64(secret: str, lead: bytes) -> None:
    assert secret.encode() not in cleaned(b"<a>" + secret.encode() + b"</a>", secret)
    coded = base64.b64encode(lead + secret.encode() + b"\n")
    assert len(cleaned(coded, secret).replace(MARK.encode(), b"")) <= len(base64.b64encode(lead)) + 8


def test_a_one_time_code_is_never_removed_by_value() -> None:
    assert cleaned("发布于 202106".encode(), "202106") == "发布于 202106".encode()


@pytest.mark.parametrize(
    "value", ["2021-06-29", "20210629", "2021年6月29日", "www.gov.cn", "http://www.gov.cn/", "/zwgk/index.html", "1624924800"]
    + ["not_logged_in", "zh-CN,zh;q=0.9 text", "通知公告一二三四"]
)  # fmt: skip
def test_cookies_that_say_only_what_pages_say_aloud_are_not_removed_by_value(value: str) -> None:
    redactor = Redactor()
    redactor.learn(value, "cookie")
    assert redactor.seam(Memory()).clean(value.encode(), "test") == value.encode()


def test_a_received_session_is_removed_wherever_it_stands() -> None:
    redactor = Redactor()
    redactor.learn_cookies("SID=f3a9c07be1d2; Path=/; HttpOnly\nlang=zh-CN", received=True)
    assert redactor.seam(Memory()).text("go to /x;s=f3a9c07be1d2", "test") == f"go to /x;s={MARK}"


def test_each_removal_is_listed_with_kind_place_and_length_and_without_the_secret() -> None:
    redactor = Redactor()
    redactor.learn("correct horse", "typed")
    seam = redactor.seam(Memory())
    seam.clean(b"correct horse and correct horse", "body of http://a/")
    assert [(r.kind, r.where, r.length) for r in seam.removed] == [("typed", "body of http://a/", 13)] * 2


@pytest.mark.parametrize(
    "name", ["Cookie", "set-cookie", "Authorization", "Proxy-Authorization", "X-Auth-Token", "X-CSRF-Token"]
)
def test_header_fields_that_carry_secrets_lose_their_value(name: str) -> None:
    seam = Redactor().seam(Memory())
    assert seam.headers([(name, "abc")], "request") == ((name, MARK),)
    assert seam.removed[0].length == 3


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("http://a/b?token=abc&page=2", f"http://a/b?token={MARK}&page=2"),
        ("http://a/b?page=2&access_token=abc", f"http://a/b?page=2&access_token={MARK}"),
        ("http://a/b;jsessionid=12AB?x=1", f"http://a/b;jsessionid={MARK}?x=1"),
        ("http://a/#/list?password=x", f"http://a/#/list?password={MARK}"),
        ("http://user:pass@a/", "http://a/"),
        ("http://a/list?code=202106&key=zfxx&id=3", "http://a/list?code=202106&key=zfxx&id=3"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_addresses_lose_their_secret_parameters_and_no_others(url: str, clean: str) -> None:
    assert Redactor().seam(Memory()).url(url, "test") == clean


def test_secret_parameters_are_known_by_name() -> None:
    assert secret_parameters("http://a/?pwd=1&bpwds=2&sessionId=3") == (("pwd", "1"), ("sessionId", "3"))


def test_password_fields_lose_their_value_and_other_fields_keep_it() -> None:
    page = '<input type="password" value="x&quot;1"><input name="q" value="查询"><input name="csrf_token" value="9">'
    clean = Redactor().seam(Memory()).html(page, "DOM")
    assert clean == page.replace("x&quot;1", MARK).replace('"9"', f'"{MARK}"')


def test_a_long_secret_is_removed_before_a_shorter_one_that_is_part_of_it() -> None:
    assert cleaned(b"abcdefgh12345678", "abcdefgh", "abcdefgh12345678") == MARK.encode()


def kept(
    data: bytes, media_type: str, *, guarded: bool = True, secret: str = SECRET
) -> tuple[bytes, list[tuple[str, int]]]:
    """A body as it is stored, and what was removed from it."""
    redactor, sink = Redactor(), Memory()
    redactor.guarded = guarded
    redactor.learn(secret, "typed")
    redactor.learn_json(data)
    seam = redactor.seam(sink)
    blob = seam.put_body(data, media_type, "body of http://a/")
    return sink.blobs[blob.sha256], [(r.kind, r.length) for r in seam.removed]


def test_password_fields_of_a_body_lose_their_value_and_every_other_byte_stays() -> None:
    page = '<p>标题</p><input type="password" value="1234"><input name="q" value="查询">'.encode("gb18030")
    body, removed = kept(page, "text/html; charset=gb2312")
    assert body == page.replace(b"1234", MARK.encode())
    assert removed == [("field", 4)]


def test_secret_members_of_json_lose_their_value_however_short_where_the_visit_logs_in() -> None:
    answer = '{"otp": "202106", "password":"a\\"b", "code": "202106", "title": "发布 202106", "n": 3}'.encode()
    body, removed = kept(answer, "application/json")
    assert json.loads(body) == {"otp": MARK, "password": MARK, "code": "202106", "title": "发布 202106", "n": 3}
    assert removed == [("field", 6), ("field", 4)]
    assert kept(answer, "application/json", guarded=False)[0] == answer


def test_a_token_told_in_json_is_removed_from_everything_else_too() -> None:
    redactor = Redactor()
    redactor.guarded = True
    redactor.learn_json(b'{"data": {"access_token": "tok\\u0065n-9f8e7d6c"}, "auth": "2021-06-29"}')
    assert redactor.seam(Memory()).text("token-9f8e7d6c 2021-06-29", "DOM") == f"{MARK} 2021-06-29"


def packed_in(data: bytes) -> dict[str, bytes]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sheet1.xml", data)
        archive.writestr("inner.gz", gzip.compress(data))
    return {"zip": out.getvalue(), "gzip": gzip.compress(data), "gzip of zip": gzip.compress(out.getvalue())}


@pytest.mark.parametrize("how", ["zip", "gzip", "gzip of zip"])
def test_a_secret_inside_a_packed_file_is_removed_and_the_rest_stays(how: str) -> None:
    secret = "CANARYuser8f3a"
    body, removed = kept(packed_in(f"制表人 {secret}，共 3 件".encode())[how], "application/zip", secret=secret)
    assert found_in(body, (secret,)) == set()
    assert found_in(body, (f"制表人 {MARK}，共 3 件",))
    assert ("typed", len(secret)) in removed


@pytest.mark.parametrize("how", ["zip", "gzip", "gzip of zip"])
def test_a_packed_file_without_a_secret_stays_byte_for_byte(how: str) -> None:
    data = packed_in("共 3 件".encode())[how]
    assert kept(data, "application/zip") == (data, [])


def test_a_packed_file_that_swells_is_not_kept_where_it_cannot_be_looked_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packed, "MOST", 1000)
    for data in packed_in(b"0" * 2000).values():
        assert kept(data, "application/zip") == (MARK.encode(), [("packed", len(data))])


@pytest.mark.parametrize("data", [b"\x1f\x8bjunk", b"PK\x03\x04junk", b"", b"PK\x03\x04"])
def test_what_only_begins_like_a_packed_file_stays(data: bytes) -> None:
    assert kept(data, "application/zip") == (data, [])


def test_addresses_in_the_log_lose_their_secret_parameters() -> None:
    line = Redactor().seam(Memory()).prose("popup http://a/b?token=ab1&page=2, see http://c/", "log")
    assert line == f"popup http://a/b?token={MARK}&page=2, see http://c/"
