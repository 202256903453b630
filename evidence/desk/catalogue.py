"""The pages of the desk, found by folder: a new page is one file in `pages/`, there is no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evidence.desk.page import Page
    from evidence.desk.roles import Role

_FOLDER = "evidence.desk.pages"


@cache
def pages() -> tuple[Page, ...]:
    """Return all pages, by the names of their files; each file has one, named `page`."""
    folder = importlib.import_module(_FOLDER)
    names = sorted(found.name for found in pkgutil.iter_modules(folder.__path__))
    return tuple(importlib.import_module(f"{_FOLDER}.{name}").page for name in names)


@cache
def menu() -> tuple[Page, ...]:
    """Return the pages that stand in the menu, in its order."""
    return tuple(sorted((page for page in pages() if page.menu is not None), key=lambda page: page.menu or 0))


def home(role: Role) -> str:
    """Return where a role begins: the first page of the menu that it may see."""
    from evidence.desk.roles import may

    return next((page.path for page in menu() if page.right and may(role, page.right)), "/account")
