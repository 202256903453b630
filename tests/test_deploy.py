"""What is deployed runs with the least it needs: no root, nothing writable but named places, secrets as files."""

from __future__ import annotations

import json
import re
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
