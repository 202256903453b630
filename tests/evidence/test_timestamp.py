"""Time-stamps: taken only where everything holds; refused by name, whatever an authority or a forger sends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from evidence import der, timestamp
from evidence.errors import FormError, SealError
from evidence.seal import Signer, make_office_key
from tests import authorities
from tests.authorities import NOW, OTHER_POLICY, POLICY, Authority

DATA = b"signature"


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authorities.authority(tmp_path_factory.mktemp("tsa") / "a")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authorities.authority(tmp_path_factory.mktemp("tsa") / "b")


@pytest.fixture(scope="module")
def token(tsa: Authority) -> bytes:
    return tsa.over(DATA)


def refused(response: bytes, trust: bytes, asked: bytes | None = None) -> str:
    """Return why a reply is refused."""
    with pytest.raises(SealError, match="不能用") as caught:
        timestamp.check_reply(response, asked or timestamp.request(DATA), trust)
    return str(caught.value)


def test_a_real_authoritys_reply_is_taken(tsa: Authority) -> None:
    asked = timestamp.request(DATA)
    taken = timestamp.check_reply(tsa.reply(asked), asked, tsa.root)
    assert NOW <= taken.at <= datetime.now(UTC)
    assert (taken.policy, taken.imprint) == (POLICY, timestamp.imprint(DATA))


def test_only_a_digest_and_a_nonce_go_out_and_no_two_requests_are_the_same() -> None:
    one, two = timestamp.request(DATA), timestamp.request(DATA)
    assert one != two
    assert len(one) < 100
    assert DATA not in one


def test_a_reply_over_other_data_is_refused(tsa: Authority) -> None:
    assert "不是这份内容" in refused(tsa.reply(timestamp.request(b"other")), tsa.root)


def test_a_reply_to_another_request_is_refused_by_its_nonce(tsa: Authority) -> None:
    assert "随机数" in refused(tsa.reply(timestamp.request(DATA)), tsa.root)
    assert "随机数" in refused(tsa.over(DATA), tsa.root)


def test_a_reply_that_was_not_granted_is_refused(tsa: Authority, token: bytes) -> None:
    rejection = authorities.response(b"", status=2)
    assert "状态 2" in refused(rejection, tsa.root)
    asked = timestamp.request(DATA, "1.2.3.4.77")
    assert "没有签发" in refused(tsa.reply(asked), tsa.root, asked)
    for status in (1, 2, 5):
        inside = timestamp.read(token).signed
        assert f"状态 {status}" in refused(authorities.response(inside, status), tsa.root)


def test_a_reply_under_another_policy_is_refused(tsa: Authority) -> None:
    asked = timestamp.request(DATA, OTHER_POLICY)
    assert timestamp.check_reply(tsa.reply(asked), asked, tsa.root).policy == OTHER_POLICY
    assert "策略" in refused(tsa.over(DATA), tsa.root, asked)


def test_a_reply_by_another_authority_of_the_same_name_is_refused(tsa: Authority, other: Authority) -> None:
    asked = timestamp.request(DATA)
    refused(other.reply(asked), tsa.root, asked)
    assert timestamp.is_trusted(other.over(DATA), tsa.root).passed is False
    assert timestamp.check(other.over(DATA), DATA).passed is True


def test_another_authoritys_root_or_the_right_leaf_carried_inside_changes_nothing(
    tsa: Authority, other: Authority
) -> None:
    for inside in (other.root, tsa.leaf, tsa.root + tsa.leaf + other.root):
        response = other.forged(DATA, inside=inside)
        assert timestamp.is_trusted(response, tsa.root).passed is False
        assert timestamp.is_trusted(response, tsa.leaf).passed is False
        assert "不能用" in refused(response, tsa.root)


def test_a_token_without_its_certificate_is_refused(tsa: Authority) -> None:
    asked = timestamp.request(DATA)
    version, imprint, *rest = der.elements(der.only(asked, der.SEQUENCE))
    body = b"".join(der.encode(*one) for one in (version, imprint, *rest) if one.tag != 0x01)
    bare = tsa.reply(der.encode(der.SEQUENCE, body))
    assert timestamp.check(bare, DATA).passed is False
    assert "证书" in refused(bare, tsa.root, asked)


@pytest.mark.parametrize(
    ("uses", "critical"),
    [
        (None, True),
        ((ExtendedKeyUsageOID.CODE_SIGNING,), True),
        (authorities.STAMPING, False),
        ((*authorities.STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION), True),
        ((*authorities.STAMPING, authorities.STRANGE_USE), True),
    ],
)
def test_a_certificate_that_is_for_anything_else_stamps_nothing(tmp_path: Path, uses: object, critical: bool) -> None:
    wrong = authorities.authority(tmp_path / "w", uses=uses, critical=critical)  # type: ignore[arg-type]
    response = wrong.forged(DATA)
    assert timestamp.check(response, DATA).passed is False
    refused(response, wrong.root)


def test_a_certificate_that_had_expired_when_it_stamped_is_not_trusted(tmp_path: Path) -> None:
    old = authorities.authority(tmp_path / "o", until=NOW - timedelta(days=1))
    assert timestamp.is_trusted(old.over(DATA), old.root).passed is False
    assert "不能用" in refused(old.over(DATA), old.root)
    early = authorities.authority(tmp_path / "e", since=NOW + timedelta(days=1))
    assert timestamp.is_trusted(early.over(DATA), early.root).passed is False


def test_one_that_has_expired_since_is_trusted_at_the_tokens_own_time(tmp_path: Path) -> None:
    old = authorities.authority(tmp_path / "o", until=NOW - timedelta(days=1))
    then = old.forged(DATA, at=NOW - timedelta(days=2))
    assert timestamp.check(then, DATA).passed is True
    assert timestamp.is_trusted(then, old.root).passed is True
    assert timestamp.is_trusted(then, old.leaf).passed is True


def test_who_named_no_authority_is_told_so(token: bytes, tmp_path: Path) -> None:
    """The office's own certificate can be nobody's authority: a reader who trusts it alone has not condemned the token."""
    office = Signer.load(*make_office_key(tmp_path, "示范市"))
    assert timestamp.is_trusted(token, office.certificate_pem).passed is None


def test_the_offices_certificate_beside_the_authoritys_does_no_harm(
    tsa: Authority, token: bytes, tmp_path: Path
) -> None:
    office = Signer.load(*make_office_key(tmp_path, "示范市"))
    assert timestamp.is_trusted(token, office.certificate_pem + tsa.root).passed is True
    assert timestamp.is_trusted(token, tsa.leaf + office.certificate_pem).passed is True


def test_a_weak_digest_is_refused(tsa: Authority) -> None:
    with pytest.raises(FormError, match="SHA-256"):
        timestamp.read(tsa.over(DATA, "sha1"))


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"<!DOCTYPE html><html>502 Bad Gateway</html>",
        b"\x30\x80\x00\x00",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x81\x03\x02\x01\x05",
        b"\x30" * 100_000,
        b"x" * (timestamp.MAX_RESPONSE + 1),
        authorities.response(b"\x30\x00"),
        authorities.response(b"\x04\x00"),
    ],
)
def test_bytes_that_are_no_response_are_refused(tsa: Authority, response: bytes) -> None:
    with pytest.raises(FormError):
        timestamp.read(response)
    refused(response, tsa.root)


def test_anything_behind_a_response_is_refused(token: bytes) -> None:
    with pytest.raises(FormError):
        timestamp.read(token + b"\x00")


def test_no_flipped_bit_of_what_is_signed_is_missed(token: bytes) -> None:
    """Certificates aside, whose own signature is asked for only when it is asked whom they belong to."""
    start = token.index(bytes.fromhex("060b2a864886f70d0109100104"))
    for place in range(start, start + 100, 7):
        damaged = bytearray(token)
        damaged[place] ^= 1
        try:
            answer = timestamp.check(bytes(damaged), DATA)
        except FormError:
            continue
        assert answer.passed is False, place


@given(data=st.binary(max_size=60))
def test_reading_hostile_bytes_ends_in_one_error_only(data: bytes) -> None:
    for given_ in (data, der.encode(der.SEQUENCE, data), authorities.response(data)):
        with pytest.raises(FormError):
            timestamp.read(given_)


@given(st.lists(st.tuples(st.sampled_from([2, 4, 5, 0x30, 0xA0]), st.binary(max_size=300)), max_size=5))
def test_der_that_was_written_is_read_as_it_was(parts: list[tuple[int, bytes]]) -> None:
    assert der.elements(b"".join(der.encode(*one) for one in parts)) == tuple(parts)


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"\xff\xff"])
def test_a_number_in_a_longer_form_is_refused(content: bytes) -> None:
    with pytest.raises(FormError):
        der.integer(content)


@pytest.mark.parametrize("content", [b"", b"\x80\x01", b"\x2a\x80\x01", b"\x2a\x83"])
def test_an_identifier_in_another_form_is_refused(content: bytes) -> None:
    with pytest.raises(FormError):
        der.oid(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"Z", b"20210629020631", b"20210629020631+0800", b"20210229000000Z", b"20210629020631.Z", b"20210629020631.50Z",
     b"2021062902063Z", b"20210629020660Z", b"2021062902063\xb2Z"],
)  # fmt: skip
def test_a_time_in_another_form_is_refused(content: bytes) -> None:
    with pytest.raises(FormError):
        der.time(content)


def test_without_openssl_it_is_not_known(tsa: Authority, token: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert timestamp.check(token, DATA).passed is None
    assert timestamp.is_trusted(token, tsa.root).passed is None
    with pytest.raises(SealError, match="openssl"):
        timestamp.request(DATA)
