"""QR codes as pictures, for people with a telephone: the same text gives the same bytes."""

from __future__ import annotations

import io

import segno


def picture(text: str, *, scale: int = 4) -> bytes:
    """Return the PNG of a QR code with two modules of margin; `scale` is pixels a module."""
    out = io.BytesIO()
    segno.make(text, micro=False, error="m").save(out, kind="png", scale=scale, border=2)
    return out.getvalue()
