"""What the stand-ins of the two registries have in common: a list behind a log-in, page by page, and its export."""

from __future__ import annotations

from collections.abc import Sequence

from collector.standin import Answer, Asked
from flows.demo import gate, sheet

PAGE = 10


class Registry:
    """One registry; `rows` are plain text."""

    def __init__(self, title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self._gate = gate.Gate(title)
        self._title = title
        self._headings = headings
        self._rows = rows

    def answer(self, asked: Asked) -> Answer:
        """Return a page of the list or the export, to those who are signed in."""
        if refused := self._gate.answer(asked):
            return refused
        if asked.path == "/export.csv":
            lines = "\r\n".join(",".join(row) for row in (self._headings, *self._rows))
            kept = {"Content-Disposition": 'attachment; filename="registry.csv"'}
            return Answer(body=lines.encode("gb18030"), media_type="text/csv", headers=kept)
        number = int(asked.query.get("page") or 1)
        shown = self._rows[(number - 1) * PAGE : number * PAGE]
        body = sheet.table(self._headings, shown) + gate.pager(number, -(-len(self._rows) // PAGE))
        return Answer(body=gate.inside(self._title, body, more='<a id="export" href="/export.csv">导出</a>'))
