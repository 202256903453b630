"""Tables of a page, from its HTML and from its pictures."""

from __future__ import annotations

from evidence.reading.table_html import from_html
from evidence.reading.table_picture import from_picture

__all__ = ["from_html", "from_picture"]
