"""The offline report of one finding: Chinese HTML that opens from a file, runs nothing foreign and prints well.

Hard case: everything shown was captured from a page that may be hostile, and the reader is the unit it accuses. So all
text passes one filter that shows what is hidden in it and escapes the rest, addresses are text and never links, the
page's own policy forbids every other script, style and connection, and all of it reads without JavaScript too.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evidence import words
from evidence.dossier import Dossier
from evidence.report.columns import lines
from evidence.report.exclusions import exclusions
from evidence.report.exhibit import Difference, view
from evidence.report.first_sheet import CAN, CANNOT, UNCLEAN, FirstSheet, course
from evidence.report.handed_in import handed_in
from evidence.report.surroundings import browsers
from evidence.report.visible import clipped, visible

_HERE = Path(__file__).parent
_UNSAID = ("comparator", "system")
"""Numbers that another one tells."""
_TOLD = (
    "counted",
    "undecided",
    "not_counted",
    "registers",
    "signs",
    "tries",
    "accounts",
    "differences",
    "days",
    "reasons",
    "links",
    "unverified_flows",
)
"""Lists that have a table or sentences of their own."""


def render(
    dossier: Dossier, *, href: Callable[[str], str], differences: Mapping[str, Difference] | None = None
) -> Mapping[str, bytes]:
    """Return the report's files by name ("index.html"); the same dossier always gives the same bytes.

    `href` gives the relative link to an artifact inside the bundle by its SHA-256; it is asked only for artifacts that
    the dossier's records cite. `differences` tells by the record of an exhibit what differs from the capture before it.
    """
    style, script = _source("report.css"), _source("report.js")
    text = (
        _templates()
        .get_template("report.html.j2")
        .render(
            **shown(dossier, href=href, differences=differences),
            policy=_policy(style, script),
            style=Markup(style),  # noqa: S704  our own file, not captured text
            script=Markup(script),  # noqa: S704
        )
    )
    return {"index.html": text.encode("utf-8")}


def shown(
    dossier: Dossier,
    *,
    href: Callable[[str], str],
    differences: Mapping[str, Difference] | None = None,
) -> dict[str, Any]:
    """Return what a page about a finding shows, by the names that the macros of `finding.html.j2` and `exhibit.html.j2` know.

    As for `render`.
    """
    names = {fact.label: fact.name for fact in dossier.facts}
    return {
        "finding": dossier.finding,
        "subject": dossier.subject,
        "exhibits": [
            view(n, one, names, href, dossier.finding.indicator, (differences or {}).get(one.record.id))
            for n, one in enumerate(dossier.exhibits, 1)
            if one.record.capture.purpose != "human"  # shown with what was stated of it
        ],
        "set_aside": [(one.id, words.moment(one.capture.started)) for one in dossier.set_aside],
        "human": handed_in(dossier.human, href),
        "lines": lines(dossier),
        "numbers": tuple(_numbers(dossier.finding.numbers)),
        "browsers": browsers(exhibit.environment for exhibit in dossier.exhibits),
        "exclusions": exclusions([exhibit.record.capture for exhibit in dossier.exhibits]),
    }


def render_first_sheet(sheet: FirstSheet) -> bytes:
    """Return the first sheet of a bundle as HTML: no script, no request, printable; the same sheet gives the same bytes."""
    style = _source("report.css")
    text = (
        _templates()
        .get_template("first_sheet.html.j2")
        .render(
            sheet=sheet,
            course=tuple(course(sheet.course)),
            can=CAN,
            cannot=CANNOT,
            unclean=UNCLEAN,
            policy=f"default-src 'none'; style-src '{_source_digest(style)}'; base-uri 'none'; form-action 'none'",
            style=Markup(style),  # noqa: S704  our own file, not captured text
        )
    )
    return text.encode("utf-8")


def render_page(folder: Path, name: str, values: Mapping[str, Any]) -> bytes:
    """Return a page from a template of another package in the report's style: all text made visible and escaped, no script.

    The template is given `values`, `style` and `policy` beside the report's own filters.
    """
    style = _source("report.css")
    policy = f"default-src 'none'; style-src '{_source_digest(style)}'; base-uri 'none'; form-action 'none'"
    template = environment(FileSystemLoader(folder)).get_template(name)
    return template.render(**values, policy=policy, style=Markup(style)).encode("utf-8")  # noqa: S704  our own file


def environment(loader: BaseLoader) -> Environment:
    """Return an environment for the templates of another package: all text made visible and escaped, the report's filters."""
    return _templates().overlay(loader=loader)


def render_paper(folder: Path, name: str, values: Mapping[str, Any], style: str) -> bytes:
    """Return a page for printing from a template of another package with a style of its own: all text made visible and
    escaped, no script, no request but for pictures beside it."""
    environment = _templates().overlay(loader=FileSystemLoader(folder))
    policy = (
        f"default-src 'none'; img-src 'self' file:; style-src '{_source_digest(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    text = environment.get_template(name).render(**values, policy=policy, style=Markup(style))  # noqa: S704  our own file
    return text.encode("utf-8")


def _policy(style: str, script: str) -> str:
    """Return the page's content security policy: pictures from beside it, our style and our script by digest."""
    return (
        "default-src 'none'; img-src 'self' file:; "
        f"style-src '{_source_digest(style)}'; script-src '{_source_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _source_digest(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _numbers(numbers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the numbers a finding rests on, in words; what is a list has a table or sentences of its own."""
    for name, value in numbers.items():
        if name in _UNSAID or value is None or (name in _TOLD and not isinstance(value, str | int)):
            continue
        if name == "limit":
            yield words.NUMBERS[name], words.COMPARATORS.get(str(numbers.get("comparator")), "达到") + _limit(numbers)
            continue
        yield words.word(name, words.NUMBERS), _number(name, value)


def _limit(numbers: Mapping[str, Any]) -> str:
    """Return the number of a rule: how many, or for a rate what share of all."""
    return words.per_mille(int(numbers["limit"])) if "of" in numbers else f"{numbers['limit']}个"


def _number(name: str, value: Any) -> str:
    """Return one number in words: points from their tenths, shares from per mille, answers as 是 or 否.

    What an office's own indicator keeps in lists is shown as it is.
    """
    if not isinstance(value, str | int):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "tenths":
        return f"{int(value) / 10:g}分"
    return words.per_mille(int(value)) if name.endswith("_per_mille") else words.word(value, words.CLOCKS)


@cache
def _source(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    """Return the template environment: escaped by default, strict, and with every printed text made visible first."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        word=words.word, moment=words.moment, limit=words.limit, per_mille=words.per_mille, clipped=clipped
    )
    environment.globals.update(words=vars(words), reason=words.reason)
    return environment


def _printed(value: object) -> object:
    """Return what an expression prints: markup of our own as it is, None as a dash, all else as visible text."""
    if isinstance(value, Markup):
        return value
    return "—" if value is None else visible(str(value))
