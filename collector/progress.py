"""Progress on stderr for everything that takes longer than two seconds; silent where nobody watches."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Progress:
    """Names the step under way and counts what is done of it."""

    def __init__(self, *, shown: bool = True) -> None:
        self._console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bars = Bars(*columns, console=self._console, disable=not (shown and sys.stderr.isatty()))
        self._plain = shown and not sys.stderr.isatty()
        self._task: TaskID | None = None

    def __enter__(self) -> Progress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def step(self, name: str, total: int | None = None) -> None:
        """Begin a step of `total` parts."""
        if self._plain:
            self._console.print(f"{name} …")
        self._task = self._bars.add_task(name, total=total)

    def advance(self) -> None:
        """One part of the step is done."""
        if self._task is not None:
            self._bars.advance(self._task)
