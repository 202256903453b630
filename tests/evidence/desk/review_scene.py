"""A desk over an office that saw five stale columns and judged: findings to review, a unit that will object."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evidence.desk_settings import DeskSettings
from evidence.house import House, Papers
from evidence.office import Office
from tests.evidence import disputed
from tests.evidence.desk.desks import LOCKER, Browser, Clock, opened
from tests.evidence.disputed import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """The office and what opens a browser at its desk."""

    scene: Scene
    clock: Clock
    browse: Callable[[], Browser]

    def logged_in(self, role: Any) -> Browser:
        """Return one more browser, logged in."""
        browser = self.browse()
        if browser.log_in(role).status_code != 303:
            raise AssertionError(f"{role} cannot log in")
        return browser

    @property
    def path(self) -> str:
        """The page of the finding."""
        return f"/findings/{self.scene.finding.id}"


def tenant(house: House, root: Path, **settings: Any) -> House:
    """Return a house as a desk needs it."""
    return replace(
        house,
        papers=Papers(root=root, files=(root / "targets.yaml",)),
        office=Office(name="示范市政务公开办公室"),
        locker=LOCKER,
        desk=DeskSettings(**{"second_factor": (), **settings}),
    )


@contextmanager
def at_work(root: Path, *, published: bool = False, **fields: Any) -> Iterator[Reviewed]:
    """Give the office in `root`, its desk open some days after T; the finding is not confirmed yet unless `published`."""
    made = disputed.scene(root, published=published, confirmed=published, **fields)
    clock = Clock()
    clock.at = disputed.OPENED
    with opened(root, clock, tenant=tenant(made.house, root)) as browse:
        yield Reviewed(scene=made, clock=clock, browse=browse)
