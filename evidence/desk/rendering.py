"""Pages from templates: all text made visible and escaped, as in the reports; style and script only from our own files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from evidence.desk import catalogue
from evidence.desk.desk import Desk, Visitor
from evidence.desk.roles import NAMES, may
from evidence.report import environment as report_environment

_HERE = Path(__file__).parent
_STATIC = _HERE / "static"
_TEMPLATES = _HERE / "templates"
_REPORT = _HERE.parent / "report"
_BESIDE = {name: _REPORT / name for name in ("report.css", "report.js")}
"""Files of others that are served as they are."""
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@cache
def static_files() -> Mapping[str, tuple[str, bytes]]:
    """Return the files that browsers fetch: digest and bytes by name."""
    paths = [path for path in sorted(_STATIC.iterdir()) if path.suffix in MEDIA_TYPES]
    files = {path.name: path for path in paths} | _BESIDE
    return {
        name: (hashlib.sha256(data).hexdigest(), data) for name, path in files.items() if (data := path.read_bytes())
    }


def static(name: str) -> str:
    """Return the address of a static file, which changes with its contents; raises KeyError for one that is not there."""
    return f"/static/{static_files()[name][0][:16]}/{name}"


def prepare() -> None:
    """Make all templates ready, which otherwise the first to see a page waits for."""
    for path in _TEMPLATES.iterdir():
        _environment().get_template(path.name)


def render(template: str, desk: Desk, who: Visitor, values: Mapping[str, Any]) -> str:
    """Return a page for a visitor.

    Beside `values` the template has `who`, `menu` (the pages he may see), `inside` (whether his log-in is complete),
    `office`, `now`, `static(name)`, `form_token()` (the hidden field that each form holds), `ROLES` (their names) and what
    reports have.
    """
    inside = who.user is not None and desk.stage(who) == "open"
    menu = [page for page in catalogue.menu() if inside and who.role and page.right and may(who.role, page.right)]
    field = Markup('<input type="hidden" name="form_token" value="{}">').format(who.form_token)
    return (
        _environment()
        .get_template(template)
        .render(
            {
                "who": who,
                "menu": menu,
                "inside": inside,
                "office": desk.house.office.name,
                "form_token": lambda: field,
                "now": desk.now(),
                **values,
            }
        )
    )


@cache
def _environment() -> Environment:
    environment = report_environment(FileSystemLoader([_TEMPLATES, _REPORT]))
    environment.globals = {
        **environment.globals,
        "static": static,
        "ROLES": NAMES,
    }  # an overlay shares the report's own
    return environment
