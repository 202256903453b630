"""The kinds of log-in: one file each, found by name; its docstring is its documentation."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from collector.errors import FlowError
from collector.login.declared import Login
from collector.login.kind import Kind


@cache
def kinds() -> dict[str, Kind]:
    """Return every kind of log-in by its name."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    return {kind.name: kind for module in modules if isinstance(kind := vars(module).get("kind"), Kind)}


def of(login: Login) -> Kind:
    """Return the kind of a log-in; raises FlowError where there is none of that name, or it lacks what that kind needs."""
    kind = kinds().get(login.kind)
    if kind is None:
        raise FlowError(f"log-in of kind {login.kind!r}, expected one of {', '.join(sorted(kinds()))}")
    missing = [name for name in kind.needs if not getattr(login, name)]
    if missing:
        raise FlowError(f"log-in of kind {login.kind}: needs {', '.join(kind.needs)}, got no {', '.join(missing)}")
    return kind


def secret_names() -> tuple[str, ...]:
    """Return the names of all secrets that some log-in may need."""
    of_kinds = (name for kind in kinds().values() for name in (*kind.secrets, *kind.optional))
    return tuple(sorted({*of_kinds, "otp_seed"}))
