"""The laws of the house, as far as imports can break them."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("flows", "collector", "evidence")
ALLOWED = {"flows": {"collector", "evidence"}, "collector": {"evidence"}, "evidence": set()}
NETWORK = {"socket", "ssl", "http", "urllib.request", "asyncio", "playwright", "ftplib", "smtplib", "requests", "httpx"}
FLEET = {"procrastinate", "psycopg", "psycopg_pool", "obstore"}
VERIFIER_MAY_IMPORT = {
    "evidence",
    "evidence.model",
    "evidence.errors",
    "evidence.canonical",
    "evidence.plain",
    "evidence.digest",
    "evidence.seal",
    "evidence.der",
    "evidence.timestamp",
    "evidence.merkle",
    "evidence.proof",
    "evidence.note",
    "evidence.bag",
    "evidence.zipform",
    "evidence.manifest",
    "evidence.opened",
    "evidence.measuring",
    "evidence.sm2",
    "evidence.sm2_checks",
    "evidence.question",
    "evidence.checks",
    "evidence.after_checks",
    "evidence.heads",
    "evidence.keyed",
    "evidence.plan",
    "evidence.case_event",
    "evidence.series_checks",
    "evidence.citation",
    "evidence.anchors",
    "evidence.spoken",
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides the layer"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def in_family(name: str, family: set[str]) -> bool:
    return any(name == member or name.startswith(member + ".") for member in family)


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_from_flows_to_collector_to_evidence(package: str) -> None:
    forbidden = set(PACKAGES) - ALLOWED[package] - {package}
    wrong = [(path.name, name) for path in modules(package) for name in imported(path) if in_family(name, forbidden)]
    assert modules(package)
    assert wrong == []


def test_nothing_imports_the_desk_but_its_command_when_it_is_called() -> None:
    """It needs what is not always installed."""
    desk = {"evidence.desk"}
    users = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in modules(package)
        if ROOT / "evidence" / "desk" not in path.parents and any(in_family(name, desk) for name in imported(path))
    }
    assert users == {"evidence/commands/desk.py"}
    program = "import sys, collector.cli; print('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not set(run.stdout.split()) & {"fastapi", "starlette", "uvicorn", "argon2", "evidence.desk"}


def test_what_many_machines_need_is_imported_by_the_fleet_alone_and_never_by_the_command_line() -> None:
    """It is not always installed."""
    fleet = ROOT / "collector" / "fleet"
    wrong = [
        (path.name, name)
        for package in PACKAGES
        for path in modules(package)
        if fleet not in path.parents
        for name in imported(path)
        if in_family(name, FLEET)
    ]
    assert modules("collector/fleet")
    assert wrong == []
    program = "import sys, collector.cli; print('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "collector.cli" in run.stdout.split()
    assert not set(run.stdout.split()) & {*FLEET, "collector.fleet"}


def test_evidence_makes_no_connection() -> None:
    wrong = [(path.name, name) for path in modules("evidence") for name in imported(path) if in_family(name, NETWORK)]
    assert wrong == []


def test_the_verifier_stands_alone() -> None:
    """What importing the verifier loads of our packages is a short, known list, and no browser."""
    program = "import sys, evidence.verify; print('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(run.stdout.split())
    ours = {name for name in loaded if name.split(".")[0] in PACKAGES}
    assert "evidence.verify" in ours
    assert ours - {"evidence.verify"} <= VERIFIER_MAY_IMPORT
    assert not loaded & {"playwright", "PIL", "numpy", "tinydb", "jinja2", "pytesseract"}


def test_every_module_says_what_it_is_in_its_first_line() -> None:
    silent = [
        path
        for package in PACKAGES
        for path in modules(package)
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_nothing_is_named_for_how_it_works() -> None:
    vague = {"utils", "helpers", "common", "base", "manager", "core", "misc"}
    assert [path for package in PACKAGES for path in modules(package) if path.stem in vague] == []


def test_no_check_vanishes_under_python_o() -> None:
    asserting = [
        (path.name, node.lineno)
        for package in PACKAGES
        for path in modules(package)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Assert)
    ]
    assert asserting == []
