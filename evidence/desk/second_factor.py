"""The second factor: one-time codes by the clock (TOTP, RFC 6238), each good once."""

from __future__ import annotations

import hmac
import io
from datetime import datetime

import pyotp
import segno

SECONDS = 30
"""Of one code."""
AROUND = 1
"""Codes before and after the present one that are taken: telephones' clocks are off."""
ISSUER = "quzheng"


def secret() -> str:
    """Return a new secret of 160 bits in base 32."""
    return pyotp.random_base32()


def used_step(secret: str, code: str, now: datetime, last: int) -> int | None:
    """Return the time step that a code is of; None where it is of none around now, or of `last` or an earlier one.

    >>> at = datetime.fromtimestamp(59)
    >>> used_step("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082", at, 0)
    1
    >>> used_step("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082", at, 1) is None
    True
    """
    present = int(now.timestamp()) // SECONDS
    codes = pyotp.TOTP(secret)
    for step in range(present - AROUND, present + AROUND + 1):
        if step > last and hmac.compare_digest(codes.generate_otp(step).encode(), code.strip().encode()):
            return step
    return None


def picture(secret: str, name: str) -> str:
    """Return the QR code that a telephone takes the secret from, as SVG without style or script."""
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", scale=5, border=4, xmldecl=False, svgns=True, light="#fff", title="动态口令二维码"
    )
    return out.getvalue().decode()
