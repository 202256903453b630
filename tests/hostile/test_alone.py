"""The verifier inside the bundle: alone, on any Python from 3.8, before damaged, forged and hostile bundles."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tracemalloc
import types
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence import bag, canonical, citation, digest, manifest, plain, verify_alone
from evidence import verify as verifying
from evidence.case_event import Event
from evidence.heads import ChainsProof
from evidence.manifest import CHECKPOINT, MANIFEST, VERIFIER
from evidence.model import Capture, Finding
from evidence.plans import Loss, Plan
from evidence.proof import KINDS, Consistency, Inclusion
from evidence.series_checks import _Heading
from evidence.verify_alone import Answer, Question, Shape, Sm3
from tests.conftest import ROOT
from tests.evidence import bundles
from tests.hostile import agreement, authority, corpus, courses, second, specimens
from tests.hostile.authority import Authority
from tests.hostile.specimens import NEVER_FALSE, SPECIMENS, Bench
from tests.hostile.test_verifier import ODD_VALUES, places, with_value

SOURCE = ROOT / "evidence" / "verify_alone.py"
NEWER = re.compile(
    r"removeprefix|removesuffix|strict=|pairwise|itertools\.batched|datetime\.UTC|\bUTC,|slots=|kw_only|StrEnum|^ *match [^=]*:$"
    r"|functools\.cache\b|file_digest|is_relative_to|bit_count|math\.lcm|zoneinfo|graphlib|tomllib|TypeAlias|\bSelf\b"
    r"|ParamSpec|ExceptionGroup|anext|aiter|randbytes|\.hardlink_to|with_stem|unparse|to_thread|\.UTC\b|root_dir=",
    re.MULTILINE,
)
"""Names that Python 3.8 lacks."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return corpus.bench(tmp_path_factory.mktemp("alone"))


@pytest.fixture
def bench(whole: Bench, tmp_path: Path) -> Bench:
    return replace_folder(whole, tmp_path)


def replace_folder(bench: Bench, folder: Path) -> Bench:
    return dataclasses.replace(bench, folder=folder)


@pytest.fixture(scope="module")
def stamps(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority.authority(tmp_path_factory.mktemp("authorities") / "stamps")


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority.authority(tmp_path_factory.mktemp("authorities") / "others")


def run(*arguments: str | Path, program: str = sys.executable, **given: Any) -> subprocess.CompletedProcess[str]:
    command = [program, "-I", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8", **given)


# ---- alone ----


def test_it_is_written_for_python_3_8() -> None:
    text = SOURCE.read_text("utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    assert NEWER.findall(text) == []
    assert not [node for node in ast.walk(tree) if type(node).__name__ in ("Match", "TryStar", "TypeAlias")]
    assert "from __future__ import annotations" in text


def test_no_type_is_made_in_a_way_that_3_8_lacks() -> None:
    """What is evaluated (no annotation is) has no `X | Y` of types and subscripts no builtin."""
    builtin = {"dict", "list", "tuple", "set", "frozenset", "type"}
    for node in evaluated(ast.parse(SOURCE.read_text("utf-8"))):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            assert not {"None", "str", "bytes", "int"} & {ast.unparse(node.left), ast.unparse(node.right)}
        if isinstance(node, ast.Subscript):
            assert ast.unparse(node.value) not in builtin | {"Callable"} or ast.unparse(node).startswith("Callable[[Q")


def evaluated(node: ast.AST) -> list[ast.AST]:
    """Return the nodes below one that are not annotations."""
    found = [node]
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns"):
            for one in value if isinstance(value, list) else [value]:
                found += evaluated(one) if isinstance(one, ast.AST) else []
    return found


def test_it_imports_nothing_but_the_standard_library() -> None:
    imported = set()
    for node in ast.walk(ast.parse(SOURCE.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported <= set(sys.stdlib_module_names)
    assert not imported & {"socket", "ssl", "urllib", "http", "evidence", "zipfile", "shutil", "pickle"}


def test_nothing_of_ours_imports_it() -> None:
    named = [p for p in (ROOT / "evidence").rglob("*.py") if "verify_alone" in p.read_text("utf-8") and p != SOURCE]
    assert [path.name for path in named] == ["contents.py"]
    assert "import verify_alone" not in named[0].read_text("utf-8")


def test_every_bundle_brings_it(bench: Bench) -> None:
    assert bench.files[VERIFIER] == SOURCE.read_bytes()
    (entry,) = [entry for entry in corpus.manifest_of(bench).files if entry.path == VERIFIER]
    assert (entry.path, entry.role, entry.media_type) == ("data/verify.py", "verifier", "text/x-python")


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10", "3.12", "3.13"])
def test_it_runs_on_other_pythons(bench: Bench, version: str) -> None:
    program = other_python(version)
    if program is None:
        pytest.skip(f"no Python {version} here")
    script = bench.folder / "verify.py"
    script.write_bytes(bench.files[VERIFIER])
    done = run(script, bench.whole, "--trust", bench.office.certificate, "--json", program=program)
    assert done.returncode == 0, done.stderr
    said = {check["name"]: check["passed"] for check in json.loads(done.stdout)["checks"]}
    assert said == agreement.first(bench.whole, bench.office.certificate)
    assert run(script, corpus.CORPUS["other_picture"].make(bench), program=program).returncode == 3


def other_python(version: str) -> str | None:
    """Return a Python of that version that runs, if there is one."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for program in (*map(str, kept), shutil.which(f"python{version}") or ""):
        if program and run("-c", "print(7)", program=program).stdout == "7\n":
            return program
    return None


def test_the_command_says_what_quzheng_verify_says(bench: Bench) -> None:
    alone = run(SOURCE, bench.whole, "--trust", bench.office.certificate, "--json")
    ours = subprocess.run(
        [sys.executable, "-m", "evidence", "verify", "--trust", bench.office.certificate, "--json", bench.whole],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    one, other = json.loads(ours.stdout), json.loads(alone.stdout)
    assert [(c["name"], c["passed"]) for c in one["checks"]] == [(c["name"], c["passed"]) for c in other["checks"]]
    assert (one["holds"], one["notices"]) == (other["holds"], other["notices"])
    assert (ours.returncode, alone.returncode) == (0, 0)


def test_its_exit_codes_and_words(bench: Bench) -> None:
    good = run(SOURCE, bench.whole)
    assert (good.returncode, good.stdout.splitlines()[-1]) == (0, "结论：成立")
    assert run(SOURCE, bench.whole, "--strict").returncode == 3
    bad = run(SOURCE, corpus.CORPUS["other_picture"].make(bench))
    assert (bad.returncode, bad.stdout.splitlines()[-1]) == (3, "结论：不成立")
    assert "不通过  files：" in bad.stdout
    assert run(SOURCE, bench.folder / "absent.zip").returncode == 3
    assert run(SOURCE, bench.folder).returncode == 3
    assert run(SOURCE).returncode == 2
    (bench.folder / "none.pem").write_bytes(b"x")
    refused = run(SOURCE, bench.whole, "--trust", bench.folder / "none.pem")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "none.pem" in refused.stderr


def test_a_console_that_lacks_letters_is_no_accident(bench: Bench) -> None:
    command = [sys.executable, str(SOURCE), str(bench.whole)]
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, b"")


def test_without_openssl_what_needs_it_is_open_and_nothing_holds(bench: Bench) -> None:
    done = run(SOURCE, bench.whole, "--trust", bench.office.certificate, "--json", env={"PATH": str(bench.folder)})
    said = json.loads(done.stdout)
    open_ = {check["name"] for check in said["checks"] if check["passed"] is None}
    assert open_ == {"checkpoint", "signature", "signer trusted", "time-stamp", "time-stamp trusted"}
    needing = [check for check in said["checks"] if check["name"] in ("checkpoint", "signature", "signer trusted")]
    assert all("本机没有 openssl" in check["detail"] for check in needing)
    assert (said["holds"], done.returncode) == (False, 3)


def test_an_openssl_in_the_folder_one_stands_in_is_not_run(bench: Bench) -> None:
    fake = bench.folder / "openssl"
    fake.write_text("#!/bin/sh\ntouch ran\nexit 0\n")
    fake.chmod(0o755)
    for path in ("", ".", os.pathsep, f".{os.pathsep}"):
        done = run(SOURCE, bench.whole, env={"PATH": path}, cwd=bench.folder)
        assert done.returncode == 3
    assert not (bench.folder / "ran").exists()


LACKING = {
    "LibreSSL 3.3.6": "openssl:Error: '$1' is an invalid command.",
    "OpenSSL 1.1.1w  11 Sep 2023": "Invalid command '$1'; type \"help\" for a list.",
    "OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)": "$1: Unknown option or cipher: x\n$1: Use -help for summary.",
    "OpenSSL 1.0.2k-fips  26 Jan 2017": "unknown option -x\nusage: $1 [options]",
}
"""Versions of programs of that name, and what each says of a command or an option that it lacks."""
NEEDING = {
    "cms": {"signature", "time-stamp", "time-stamp trusted"},
    "ts": {"time-stamp"},
    "dgst": {"checkpoint", "sm2 signature"},
    "verify": {"signer trusted", "time-stamp trusted", "sm2 signer trusted"},
}
"""The checks that each command of `openssl` is needed for."""


def openssl_without(folder: Path, command: str, version: str, said: str, code: int = 1) -> Path:
    """Make an `openssl` of a version that lacks a command, and does all else; return its folder."""
    real, script = shutil.which("openssl"), folder / "bin" / "openssl"
    script.parent.mkdir()
    script.write_text(
        f"#!/bin/sh\ncase $1 in version) echo '{version}';;\n"
        f"{command}) printf '%b\\n' \"{said.replace(chr(34), chr(92) + chr(34))}\" >&2; exit {code};;\n"
        f'*) exec {real} "$@";; esac\n'
    )
    script.chmod(0o755)
    return script.parent


@pytest.fixture(scope="module")
def full_seal(whole: Bench, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A bundle with a time-stamp and an SM2 signature, so that every check needs its command."""
    rich = second.second(whole)
    stamps = authority.authority(tmp_path_factory.mktemp("stamps") / "tsa")
    files = bundles.stamped(rich.files, stamps.stamp(rich.files[bag.SIGNATURE]))
    path = bundles.zipped(files, rich.name, tmp_path_factory.mktemp("full") / "whole.zip")
    trust = path.with_name("trust.pem")
    trust.write_bytes(whole.trust.read_bytes() + stamps.root.read_bytes())
    return dataclasses.replace(whole, whole=path, trust=trust)


@pytest.mark.parametrize(
    ("command", "version"),
    [
        *(("cms", version) for version in LACKING),
        *((command, next(iter(LACKING))) for command in ("ts", "dgst", "verify")),
    ],
)
def test_an_openssl_that_lacks_a_command_leaves_open_what_needs_it_and_says_so(
    full_seal: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, version: str
) -> None:
    lacking = openssl_without(tmp_path, command, version, LACKING[version])
    monkeypatch.setenv("PATH", f"{lacking}{os.pathsep}{os.environ['PATH']}")
    verdict = verify_alone.verify(str(full_seal.whole), full_seal.trust.read_bytes())
    open_ = {name for name, answer in verdict.checks.items() if answer.passed is None}
    assert open_ == NEEDING[command]
    assert agreement.failed({name: answer.passed for name, answer in verdict.checks.items()}) == set()
    named = " ".join(version.split()[:2])
    assert all(named in verdict.checks[name].detail or "OpenSSL 3.0" in verdict.checks[name].detail for name in open_)
    assert verdict.holds() == (not open_ & verify_alone.REQUIRED.keys())


@pytest.mark.parametrize(
    ("version", "said", "code"),
    [
        ("a clever program", "signature ok", 0),
        ("", "", 1),
        ("OpenSSL 3.0.19", "Killed", 127),
        ("OpenSSL 3.0.19", "", 126),
    ],
)
def test_what_is_no_openssl_or_stops_in_the_middle_decides_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, version: str, said: str, code: int
) -> None:
    folder = openssl_without(bench.folder, "[a-uw-z]*|verify", version, said, code)
    monkeypatch.setenv("PATH", str(folder))
    checks = verify_alone.verify(str(bench.whole), bench.trust.read_bytes()).checks
    assert {checks[name].passed for name in ("signature", "checkpoint", "signer trusted")} == {None}


def test_it_writes_nothing_and_unpacks_nothing(bench: Bench) -> None:
    folder = bench.folder / "alone"
    folder.mkdir()
    shutil.copy(corpus.CORPUS["zip_slip"].make(bench), folder / "b.zip")
    work = bench.folder / "work"
    work.mkdir()
    assert run(SOURCE, folder / "b.zip", cwd=folder, env={**os.environ, "TMPDIR": str(work)}).returncode == 3
    assert [path.name for path in folder.iterdir()] == ["b.zip"]
    assert list(work.iterdir()) == []


def test_a_large_file_is_streamed(bench: Bench) -> None:
    size = 48 << 20
    files = {**bench.files, "data/sources/large.bin": bytes(size)}
    path = bench.resealed(files)
    del files
    tracemalloc.start()
    try:
        assert verify_alone.verify(str(path)).holds()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size // 4


# ---- the same as ours ----


def test_names_roles_and_kinds_are_those_of_the_contract() -> None:
    assert list(verify_alone.REQUIRED) == list(verifying.REQUIRED)
    assert list(verify_alone.CONDITIONAL) == list(verifying.CONDITIONAL)
    assert list(verify_alone.BESIDE) == list(verifying.BESIDE)
    assert verify_alone.ROLES == manifest.ROLES
    assert set(verify_alone.KINDS) == set(KINDS)


def shape_of(kind: Any) -> Shape:
    """Return the shape that a type of our model has as JSON."""
    atoms = {str: "text", int: "whole", bool: "truth", datetime: "instant", date: "day", Any: "any"}
    if kind in atoms:
        return Shape(atoms[kind])
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return Shape("one", *inner)
    if origin in (Union, types.UnionType):
        (other,) = [one for one in inner if one is not type(None)]
        return Shape("maybe", shape_of(other))
    if origin is tuple:
        return Shape("many", shape_of(inner[0])) if inner[-1] is ... else Shape("some", *map(shape_of, inner))
    if origin is not None and issubclass(origin, Mapping):
        return Shape("map", shape_of(inner[1]))
    hints = get_type_hints(kind)
    return Shape("object", {one.name.removesuffix("_"): shape_of_field(one, hints) for one in dataclasses.fields(kind)})


def shape_of_field(field: dataclasses.Field[Any], hints: Mapping[str, Any]) -> Shape:
    shape = shape_of(hints[field.name])
    if plain.ADDED not in field.metadata:
        return shape
    made = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    return Shape("added", shape, plain.dump(made))


FORMS = {
    "manifest/1": manifest.Manifest,
    "finding/1": Finding,
    "plan/1": Plan,
    "loss/1": Loss,
    "case/1": Event,
    "answer/1": citation.Answer,
    "consistency/1": Consistency,
    "inclusion/1": Inclusion,
    "chains/1": ChainsProof,
}


def as_text(shape: Shape) -> Any:
    """Return a shape so that two can be compared and shown; the order of words and keys does not matter."""
    inner = [sorted(shape.inner)] if shape.kind == "one" else list(shape.inner)
    shown = [as_text(one) if isinstance(one, Shape) else one for one in inner]
    if shape.kind == "object":
        shown = [{key: as_text(one) for key, one in sorted(shape.inner[0].items())}]
    return [shape.kind, *shown]


@pytest.mark.parametrize("schema", FORMS)
def test_its_forms_are_those_of_the_model(schema: str) -> None:
    """Where this fails, a form has changed: change `verify_alone.FORMS` and FORMAT.md, section 11, with it."""
    assert as_text(verify_alone.FORMS[schema]) == as_text(shape_of(FORMS[schema]))


def test_the_form_of_a_record_is_that_of_a_capture_and_what_was_before_it() -> None:
    told = as_text(verify_alone.FORMS["record/1"])
    assert told[1].pop("previous") == ["maybe", ["digest"]]
    assert told == as_text(shape_of(Capture))
    assert as_text(verify_alone.ROW) == as_text(shape_of(_Heading))


@pytest.mark.parametrize("length", [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000])
def test_sm3_without_openssl_is_sm3(length: int) -> None:
    data, mine = random.Random(length).randbytes(length), Sm3()
    mine.update(data[: length // 3])
    mine.update(data[length // 3 :])
    assert mine.hexdigest() == digest.sm3(data)


def test_sm3_gives_what_the_standard_gives() -> None:
    mine = Sm3()
    mine.update(b"abcd" * 16)  # GB/T 32905-2016, A.2
    assert mine.hexdigest() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_where_hashlib_has_no_sm3_the_answers_are_the_same(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = hashlib.new

    def without(name: str, *more: Any) -> Any:
        if name == "sm3":
            raise ValueError("unsupported hash type sm3")
        return real(name, *more)

    expected = agreement.second(bench.whole)
    lied = corpus.CORPUS["other_sm3_in_the_manifest"].make(bench)
    monkeypatch.setattr(hashlib, "new", without)
    assert agreement.second(bench.whole) == expected
    assert agreement.failed(agreement.second(lied)) == {"manifest"}


@pytest.fixture(scope="module")
def plain_bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return specimens.bench(tmp_path_factory.mktemp("specimens"))


@pytest.mark.parametrize("name", sorted(set(SPECIMENS) - NEVER_FALSE))
def test_each_specimen_is_seen_by_its_check_alone_and_by_both(plain_bench: Bench, tmp_path: Path, name: str) -> None:
    bench = replace_folder(plain_bench, tmp_path)
    path = SPECIMENS[name](bench)
    assert agreement.failed(agreement.both(path, bench.trust)) == {name}


@pytest.mark.parametrize("name", sorted(set(SPECIMENS) - NEVER_FALSE))
def test_with_one_check_blinded_it_lets_its_specimen_through(
    plain_bench: Bench, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = replace_folder(plain_bench, tmp_path)
    path = SPECIMENS[name](bench)

    def blind(question: Question) -> Answer:
        return Answer(True, "blind")

    registries = (verify_alone.REQUIRED, verify_alone.CONDITIONAL, verify_alone.BESIDE)
    registry = next(one for one in registries if name in one)
    monkeypatch.setitem(registry, name, blind)
    assert verify_alone.verify(str(path), bench.trust.read_bytes()).holds()


@pytest.mark.parametrize(
    "document", [b"", b"{", b"[]", b"null", b"1e400", b"\xff\xfe", b"[" * 200_000, b'{"a":' * 50_000]
)
@pytest.mark.parametrize(
    "path", [MANIFEST, "data/records/", "data/findings/", "data/headers/", "data/plans/", CHECKPOINT]
)
def test_both_say_the_same_of_a_hostile_document(bench: Bench, path: str, document: bytes) -> None:
    files = bench.files
    place = next(name for name in files if name.startswith(path))
    bundles.zipped({**files, place: document}, bench.name, bench.out)
    assert agreement.failed(agreement.both(bench.out))


@pytest.mark.parametrize("number", [b"9" * 5000, b"9" * 1_000_000, b"9007199254740992", b"-0", b"1E5", b"NaN"])
def test_both_refuse_numbers_that_not_every_reader_has(bench: Bench, number: bytes) -> None:
    path = corpus.newest(bench)
    files = {**bench.files, path: bench.files[path].replace(b'"offset_ms":null', b'"offset_ms":' + number)}
    assert agreement.failed(agreement.both(bench.resealed(files))) >= {"records", "series-complete"}


@pytest.mark.parametrize("kind", [lambda bench: bench, courses.course, courses.answer])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_both_say_the_same_of_odd_values_the_keys_holder_wrote(
    bench: Bench, kind: courses.Richer, data: st.DataObject
) -> None:
    bench = kind(bench)
    files = bench.files
    kinds = ("records", "headers", "findings", "plans", "series", "ledger/proofs", "ledger/chains", "ledger/anchor.json",
             "cases", "answer.json", "manifest.json")  # fmt: skip
    path = data.draw(st.sampled_from([name for name in files if name.startswith(tuple(f"data/{k}" for k in kinds))]))
    document = canonical.decode(files[path])
    place = data.draw(st.sampled_from(sorted(places(document), key=repr)))
    odd = canonical.encode(with_value(document, place, data.draw(ODD_VALUES)))
    inside = bundles.payload({**files, path: odd})
    bundles.zipped(bundles.sealed(bench.name, inside, bench.office.signer), bench.name, bench.out)
    assert agreement.both(bench.out), "an answer, and the same of both"


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300))
def test_no_bytes_are_an_accident_for_the_reader_of_der(data: bytes) -> None:
    for read in (verify_alone.Certificate, verify_alone.TimeStamp, verify_alone.Certificate.of_pem):
        with pytest.raises(verify_alone.UNREADABLE):
            read(data)  # type: ignore[operator]


def test_flipped_bits_of_a_certificate_and_a_token_are_no_accident(bench: Bench, stamps: Authority) -> None:
    luck = random.Random()
    kinds = {verify_alone.Certificate: corpus.serialization_der(bench.office.signer.certificate)}
    for read, data in {**kinds, verify_alone.TimeStamp: stamps.stamp(b"x")}.items():
        for _ in range(400):
            damaged = bytearray(data)
            damaged[luck.randrange(len(data))] ^= 1 << luck.randrange(8)
            try:
                found = read(bytes(damaged))  # type: ignore[operator]
                _ = getattr(found, "note_name", None), getattr(found, "signer", None)
            except verify_alone.UNREADABLE:
                continue


def test_it_prints_no_control_characters_of_the_bundle(bench: Bench) -> None:
    path = corpus.named(bench, f"{bench.name}/data/\x1b[31m\u0007.txt")
    assert all(answer.detail.isprintable() for answer in verify_alone.verify(str(path)).checks.values())
    assert "\x1b" not in run(SOURCE, path).stdout


# ---- time-stamps ----


def stamped(bench: Bench, token: bytes, *, listed: bool = True) -> Path:
    """Write the untouched bundle with a time-stamp."""
    files = bench.files
    parts = {bag.SIGNER: files[bag.SIGNER], bag.SIGNATURE: files[bag.SIGNATURE]}
    whole = {**parts, verify_alone.TOKEN: token}
    seal = {bag.SEAL_LIST: bundles.listed(whole if listed else parts), **whole}
    return bundles.zipped({**files, **seal}, bench.name, bench.out)


def told(bench: Bench, path: Path, *trusted: Path) -> tuple[set[str], bool | None, bool | None]:
    """Return which checks fail before both, and what they say of the time-stamp and of its authority."""
    trust = b"".join(one.read_bytes() for one in (bench.office.certificate, *trusted))
    file = bench.folder / "told.pem"
    file.write_bytes(trust)
    said = agreement.both(path, file)
    return agreement.failed(said), said["time-stamp"], said["time-stamp trusted"]


def test_a_good_time_stamp_holds_in_every_respect(bench: Bench, stamps: Authority) -> None:
    path = stamped(bench, stamps.stamp(bench.files[bag.SIGNATURE]))
    assert told(bench, path, stamps.root) == (set(), True, True)
    trust = bench.office.certificate.read_bytes() + stamps.root.read_bytes()
    assert verify_alone.verify(str(path), trust).holds(strict=True)


def test_whose_it_is_stays_open_where_the_reader_names_no_authority(bench: Bench, stamps: Authority) -> None:
    path = stamped(bench, stamps.stamp(bench.files[bag.SIGNATURE]))
    assert told(bench, path) == (set(), True, None)
    assert verify_alone.verify(str(path)).checks["time-stamp trusted"].passed is None


def test_an_authority_the_reader_does_not_know_is_not_trusted(
    bench: Bench, stamps: Authority, others: Authority
) -> None:
    path = stamped(bench, stamps.stamp(bench.files[bag.SIGNATURE]))
    assert told(bench, path, others.root) == ({"time-stamp trusted"}, True, False)


def test_an_old_time_stamp_on_a_new_signature_is_found(bench: Bench, stamps: Authority) -> None:
    path = stamped(bench, stamps.stamp(b"the signature of another bundle"))
    assert told(bench, path, stamps.root) == ({"time-stamp"}, False, True)


def test_only_sha_256_counts(bench: Bench, stamps: Authority) -> None:
    path = stamped(bench, stamps.stamp(bench.files[bag.SIGNATURE], digest="sha512"))
    assert told(bench, path, stamps.root) == ({"time-stamp", "time-stamp trusted"}, False, False)


@pytest.mark.parametrize("use", ["critical, codeSigning", "timeStamping", "critical, timeStamping, emailProtection"])
def test_a_certificate_for_another_purpose_stamps_nothing(bench: Bench, stamps: Authority, use: str) -> None:
    path = stamped(bench, stamps.misused(bench.files[bag.SIGNATURE], use))
    assert told(bench, path)[:2] == ({"time-stamp"}, False)
    assert told(bench, path, stamps.root) == ({"time-stamp", "time-stamp trusted"}, False, False)


def test_a_second_use_that_openssl_does_not_know_counts_as_one(bench: Bench, stamps: Authority) -> None:
    path = stamped(bench, stamps.stamp(bench.files[bag.SIGNATURE], use="critical, timeStamping, 1.2.3.4.5"))
    assert told(bench, path) == ({"time-stamp"}, False, None)


def test_a_certificate_that_had_expired_when_it_stamped_is_not_trusted(bench: Bench, stamps: Authority) -> None:
    path = stamped(bench, stamps.stamp(bench.files[bag.SIGNATURE], ended=True))
    assert told(bench, path, stamps.root) == ({"time-stamp trusted"}, True, False)


def test_a_refusal_is_no_time_stamp(bench: Bench, stamps: Authority) -> None:
    failed, said, _ = told(bench, stamped(bench, stamps.refusal()))
    assert said is False
    assert failed >= {"time-stamp"}


@pytest.mark.parametrize(
    "token", [b"", b"0", b"\x30\x00", b"\x30\x80\x00\x00", b"\x30\x84\xff\xff\xff\xff", b"x" * 200_000]
)
def test_what_cannot_be_read_is_no_time_stamp(bench: Bench, token: bytes) -> None:
    assert told(bench, stamped(bench, token))[1] is False


def test_a_time_stamp_cut_short_or_flipped_is_found(bench: Bench, stamps: Authority) -> None:
    token, luck = stamps.stamp(bench.files[bag.SIGNATURE]), random.Random()
    assert told(bench, stamped(bench, token[:-1]))[1] is False
    for place in [len(token) - 3, *(luck.randrange(len(token)) for _ in range(10))]:
        damaged = bytearray(token)
        damaged[place] ^= 1
        path = stamped(bench, token)
        data = path.read_bytes()
        path.write_bytes(data.replace(token, bytes(damaged)))
        assert "files" in told(bench, path)[0]


def test_a_flipped_signature_of_the_authority_is_found_though_all_lists_were_put_right(
    bench: Bench, stamps: Authority
) -> None:
    token = bytearray(stamps.stamp(bench.files[bag.SIGNATURE]))
    token[-3] ^= 1
    assert told(bench, stamped(bench, bytes(token)), stamps.root) == (
        {"time-stamp", "time-stamp trusted"},
        False,
        False,
    )


def test_a_time_stamp_that_the_seal_does_not_list_is_found(bench: Bench, stamps: Authority) -> None:
    path = stamped(bench, stamps.stamp(bench.files[bag.SIGNATURE]), listed=False)
    assert told(bench, path) == ({"bag"}, True, None)


def test_a_time_stamp_older_than_what_it_covers_is_found(bench: Bench, tmp_path: Path, stamps: Authority) -> None:
    coming = {"started": datetime.fromisoformat("2150-01-01T00:00:00+00:00")}
    office = bundles.office(
        tmp_path / "o", nights=0, ended=datetime.fromisoformat("2150-01-01T00:00:09+00:00"), **coming
    )
    late = dataclasses.replace(bench, folder=tmp_path, office=office, whole=office.bundle(tmp_path / "whole.zip").path)
    failed, said, _ = told(late, stamped(late, stamps.stamp(late.files[bag.SIGNATURE])))
    assert ("order of times" in failed, said) == (True, True)


class Later(datetime):
    """A clock long after the office's certificate has expired."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + timedelta(days=9000)


def test_a_certificate_that_expired_since_is_trusted_where_a_time_stamp_proves_it_signed_before(
    bench: Bench, stamps: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question is open without the time-stamp, and where its authority is not trusted."""
    path = stamped(bench, stamps.stamp(bench.files[bag.SIGNATURE]))
    office, authority_too = bench.office.certificate.read_bytes(), stamps.root.read_bytes()
    monkeypatch.setattr(verify_alone, "datetime", Later)

    def trusted(path: Path, trust: bytes) -> bool | None:
        return verify_alone.verify(str(path), trust).checks["signer trusted"].passed

    assert trusted(path, office + authority_too) is True
    assert trusted(path, office) is None
    assert trusted(bench.whole, office + authority_too) is None


def test_a_time_stamp_that_came_after_the_certificate_expired_proves_nothing(bench: Bench, stamps: Authority) -> None:
    path = corpus.CORPUS["certificate_that_has_expired_since"].make(bench)
    signer = corpus.TRUSTED["certificate_that_has_expired_since"]
    late = dataclasses.replace(bench, whole=path, folder=bench.folder / "late")
    late.folder.mkdir()
    trust = signer.certificate_pem + stamps.root.read_bytes()
    verdict = verify_alone.verify(str(stamped(late, stamps.stamp(late.files[bag.SIGNATURE]))), trust)
    assert [verdict.checks[name].passed for name in ("signer trusted", "time-stamp trusted")] == [None, True]
