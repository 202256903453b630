"""A one-time code made from the clock and a seed (TOTP, RFC 6238), as telephones' authenticators make them.

The seed is the target's secret `otp_seed`: base32, or the otpauth:// address that the QR code of its set-up holds.
"""

from __future__ import annotations

import asyncio
import binascii
import hashlib
import time
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pyotp

from collector.errors import LoginError
from collector.login.codes.asked import Asking, When

DIGESTS = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}
LEAST_SECONDS = 2
"""A code with less time left than this may be over before the server looks at it."""


class _Totp(pyotp.TOTP):
    """Takes the 80-bit seeds (16 characters) that many real systems give out; RFC 4226 asks for 128, but they choose."""

    min_secret_length_bits = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeCode:
    """A code from the target's `otp_seed`."""

    name: ClassVar[str] = "one_time_code"
    secrets: ClassVar[tuple[str, ...]] = ("otp_seed",)

    field: str
    when: When = "with"
    confirm: str | None = None
    """What sends it, where that is not the form's own button."""

    async def value(self, asking: Asking) -> str:
        """Return the code of now; raises LoginError where the seed is none."""
        totp = generator(asking.secret("otp_seed"))
        left = totp.interval - time.time() % totp.interval
        if left < LEAST_SECONDS:
            await asyncio.sleep(left)
        return totp.at(int(time.time()))


def generator(seed: str) -> pyotp.TOTP:
    """Return what makes the codes of a seed; raises LoginError, which never repeats the seed.

    >>> generator("JBSW Y3DP EHPK 3PXP").at(0)
    '282760'
    """
    wanted = _of_address(seed) if seed.strip().lower().startswith("otpauth:") else {"secret": seed}
    try:
        digest = DIGESTS[wanted.get("algorithm", "SHA1").upper()]
        text = "".join(wanted["secret"].split()).replace("-", "").rstrip("=")
        return _Totp(
            text, digits=int(wanted.get("digits", "6")), digest=digest, interval=int(wanted.get("period", "30"))
        )
    except (KeyError, ValueError, binascii.Error):
        raise LoginError("otp_seed", SEED_WRONG) from None


SEED_WRONG = "动态口令种子（otp_seed）不能用：应为至少 16 个字符的 base32，或 otpauth://totp/… 地址"


def _of_address(seed: str) -> dict[str, str]:
    parts = urlsplit(seed.strip())
    if parts.netloc.lower() != "totp":
        raise LoginError("otp_seed", SEED_WRONG)
    return {name: values[0] for name, values in parse_qs(parts.query).items()}
