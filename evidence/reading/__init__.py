"""Page → facts: items, dates, blank or not, text in pictures, tables, links."""

from evidence.reading.page import Body, FrameDom, PageInput, from_record
from evidence.reading.reader import read

__all__ = ["Body", "FrameDom", "PageInput", "from_record", "read"]
