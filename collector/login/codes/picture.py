"""A code in a picture (验证码): asked of a person; read by OCR only on the office's own system, and only once a log-in."""

from __future__ import annotations

import asyncio
import io
import re
from dataclasses import dataclass
from typing import ClassVar

import pytesseract
from PIL import Image, ImageOps

from collector.login.codes.asked import Asking, When

SCALE = 4
_READ = "--psm 7 -c tessedit_char_whitelist=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureCode:
    """A code that stands in a picture."""

    name: ClassVar[str] = "picture_code"
    secrets: ClassVar[tuple[str, ...]] = ()

    field: str
    picture: str
    """The picture."""
    length: int = 4
    """Characters it has: what OCR reads otherwise is not sent."""
    when: When = "with"
    confirm: str | None = None

    async def value(self, asking: Asking) -> str:
        """Return the code; raises LoginError where a person is needed and there is none."""
        png = await asking.picture(self.picture)
        if asking.ocr:
            read = await asyncio.to_thread(read_code, png)
            if len(read) == self.length:
                asking.note("图片验证码由 OCR 读出（本单位系统，工作区已允许），本次登录只读一次")
                return read
            asking.note("图片验证码未能由 OCR 读出，没有发送")
        return await asking.ask("图片中的验证码", png)


def read_code(png: bytes) -> str:
    """Return the letters and digits of a small picture; nothing where it is no picture or shows none."""
    try:
        with Image.open(io.BytesIO(png)) as opened:
            grey = ImageOps.autocontrast(opened.convert("L"))
    except OSError:
        return ""
    large = grey.resize((grey.width * SCALE, grey.height * SCALE), Image.Resampling.LANCZOS)
    framed = ImageOps.expand(large, border=20, fill=255)
    sharp = framed.point(lambda level: 255 if level > 128 else 0)
    return re.sub(r"[^0-9A-Za-z]", "", pytesseract.image_to_string(sharp, lang="eng", config=_READ))
