"""Codes besides the password: in a picture, from a seed, by SMS."""

from __future__ import annotations

import pytest

from collector.errors import LoginError
from collector.login import Login, OneTimeCode, PictureCode, SmsCode
from collector.login.codes.one_time import generator
from collector.login.codes.picture import read_code
from tests.collector.conftest import Looker
from tests.collector.login.conftest import Somebody, access, entered, inside, login, secrets, told
from tests.site.gates import PICTURE, SMS, Gates

PICTURED = PictureCode(field="#code", picture="#picture")


def pictured(gates: Gates) -> Login:
    return login(gates, "/picture", codes=(PICTURED,))


def test_a_picture_code_is_asked_of_a_person_who_is_shown_it(looker: Looker, gates: Gates) -> None:
    person = Somebody([PICTURE])
    assert entered(looker, gates, inside(pictured(gates)), access(gates, person)).outcome == "captured"
    (picture,) = person.shown
    assert picture.startswith(b"\x89PNG")


def test_where_nobody_is_there_nothing_is_sent(looker: Looker, gates: Gates) -> None:
    capture = entered(looker, gates, inside(pictured(gates)), access(gates))
    assert (capture.outcome, capture.reason, capture.fault) == ("login_lost", "needs_person", "ours")
    assert "quzheng login" in told(looker, capture)
    assert gates.posted == []


def test_a_wrong_code_is_no_wrong_password(looker: Looker, gates: Gates) -> None:
    capture = entered(looker, gates, inside(pictured(gates)), access(gates, Somebody(["0000"])))
    assert (capture.outcome, capture.reason) == ("login_lost", "wrong_code")
    assert gates.tries("/picture") == 1


def test_a_picture_code_of_our_own_system_is_read_once_where_the_workspace_allows_it(
    looker: Looker, gates: Gates
) -> None:
    capture = entered(looker, gates, inside(pictured(gates)), access(gates, captcha_ocr=True))
    assert capture.outcome == "captured"
    assert "OCR" in told(looker, capture)
    assert gates.asked.count("/picture.png") == 1


def test_a_picture_code_of_a_system_that_is_not_our_own_is_never_read(looker: Looker, gates: Gates) -> None:
    flow = inside(pictured(gates), authority="authorised")
    assert entered(looker, gates, flow, access(gates, captcha_ocr=True)).reason == "needs_person"
    assert gates.posted == []


def test_what_ocr_cannot_read_is_not_sent(looker: Looker, gates: Gates) -> None:
    longer = login(gates, "/picture", codes=(PictureCode(field="#code", picture="#picture", length=6),))
    assert entered(looker, gates, inside(longer), access(gates, captcha_ocr=True)).reason == "needs_person"
    assert gates.posted == []
    assert read_code(b"no picture") == ""


def test_a_one_time_code_comes_from_a_seed_even_a_short_one(looker: Looker, gates: Gates) -> None:
    declared = login(gates, "/otp", codes=(OneTimeCode(field="#code", when="after"),))
    assert entered(looker, gates, inside(declared), access(gates)).outcome == "captured"
    assert gates.tries("/otp-code") == 1


def test_a_wrong_seed_gives_a_wrong_code(looker: Looker, gates: Gates) -> None:
    declared = login(gates, "/otp", codes=(OneTimeCode(field="#code", when="after"),))
    means = access(gates, secrets=secrets(gates, otp_seed="JBSWY3DPEHPK3PXQ"))
    capture = entered(looker, gates, inside(declared), means)
    assert (capture.outcome, capture.reason) == ("login_lost", "wrong_code")


@pytest.mark.parametrize(
    ("seed", "at", "code"),
    [
        ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59, "287082"),  # RFC 6238, appendix B, last six digits
        ("gezd gnbv gy3t qojq gezd gnbv gy3t qojq", 1111111109, "081804"),
        ("otpauth://totp/A:b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8&period=30", 59, "94287082"),
        ("JBSWY3DPEHPK3PXP", 0, "282760"),
    ],
)
def test_seeds_are_taken_as_they_are_given_out(seed: str, at: int, code: str) -> None:
    assert generator(seed).at(at) == code


@pytest.mark.parametrize(
    "seed", ["", "JBSWY3DP", "not base32 1890!", "otpauth://hotp/a?secret=GEZDGNBVGY3TQOJQ", "otpauth://totp/a", "密钥"]
)
def test_what_is_no_seed_is_refused_without_being_repeated(seed: str) -> None:
    with pytest.raises(LoginError, match="otp_seed") as caught:
        generator(seed)
    assert not seed or seed not in caught.value.said


def test_a_code_by_sms_is_sent_for_and_asked_for(looker: Looker, gates: Gates) -> None:
    person = Somebody([SMS])
    declared = login(gates, "/sms", codes=(SmsCode(field="#code", send="#send"),))
    assert entered(looker, gates, inside(declared), access(gates, person)).outcome == "captured"
    assert gates.sms_sent == 1


def test_no_sms_is_sent_for_where_nobody_is_there(looker: Looker, gates: Gates) -> None:
    declared = login(gates, "/sms", codes=(SmsCode(field="#code", send="#send"),))
    assert entered(looker, gates, inside(declared), access(gates)).reason == "needs_person"
    assert gates.sms_sent == 0


def test_somebody_who_does_not_answer_ends_the_try(looker: Looker, gates: Gates) -> None:
    capture = entered(looker, gates, inside(pictured(gates)), access(gates, Somebody([])))
    assert (capture.outcome, capture.reason) == ("login_lost", "no_answer")
    assert gates.posted == []
