"""A back office, as most stand-ins behind a log-in are: a list page by page, its export, further pages beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from collector.standin import Answer, Asked
from flows.demo import gate, sheet

PAGE = 10


class BackOffice:
    """One back office; `rows` are plain text, `beside` the further pages by name, each its title and body."""

    def __init__(
        self,
        title: str,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        beside: Mapping[str, tuple[str, str]] | None = None,
        seed: str | None = None,
    ) -> None:
        """`seed` is that of the one-time codes the log-in asks for; None: it asks for none."""
        self._gate = gate.Gate(title, seed)
        self._title = title
        self._headings = headings
        self._rows = rows
        self._beside = beside or {}

    def answer(self, asked: Asked) -> Answer:
        """Return a page of the list, the export or a page beside it, to those who are signed in."""
        if refused := self._gate.answer(asked):
            return refused
        name = asked.path.strip("/")
        if name == "export.csv":
            return self._export()
        if name in self._beside:
            return Answer(body=gate.inside(*self._beside[name]))
        return self._list(int(asked.query.get("page") or 1))

    def _export(self) -> Answer:
        lines = "\r\n".join(",".join(row) for row in (self._headings, *self._rows))
        kept = {"Content-Disposition": 'attachment; filename="export.csv"'}
        return Answer(body=lines.encode("gb18030"), media_type="text/csv", headers=kept)

    def _list(self, number: int) -> Answer:
        shown = self._rows[(number - 1) * PAGE : number * PAGE]
        links = '<a id="export" href="/export.csv">导出</a>' + "".join(
            f'　<a id="{name}" href="/{name}">{title}</a>' for name, (title, _) in self._beside.items()
        )
        body = sheet.table(self._headings, shown) + gate.pager(number, -(-len(self._rows) // PAGE))
        return Answer(body=gate.inside(self._title, body, more=links))
