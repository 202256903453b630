"""A database server for the fleet's tests, and workspaces whose runs go to workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from collector.fleet.database import Database
from collector.fleet_settings import FleetSettings
from collector.workspace import Workspace
from evidence import plain
from tests.collector.fleet.postgres import Postgres, programs
from tests.conftest import ROOT

KEY_ID, SECRET, TOKEN = "AKIACANARYKEYID00000", "canary/secret+access+key", "canary-session-token"
MAIN = "from collector.cli import main; main()"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The server."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL server here (Debian: postgresql)")
    server = Postgres(tmp_path_factory.mktemp("postgres") / "server", found)
    server.start()
    yield server
    server.stop("immediate")


@pytest.fixture
def settings(postgres: Postgres) -> FleetSettings:
    """A database of its own, with short patience."""
    return FleetSettings(
        database=postgres.database(), patience_seconds=20, stalled_seconds=4, lease_seconds=3, poll_milliseconds=50
    )


@pytest.fixture
def database(settings: FleetSettings) -> Iterator[Database]:
    """Its tables made."""
    made = Database(settings)
    made.set_up()
    yield made
    made.close()


@dataclass
class Yard:
    """A workspace whose runs go to workers, and workers that are started and killed."""

    root: Path
    settings: FleetSettings
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def workspace(self, targets: Sequence[dict[str, Any]], **more: Any) -> Workspace:
        """Write the workspace and open it."""
        limits = {"navigation_seconds": 2, "settle_seconds": 1, **more.pop("limits", {})}
        told = {"executor": "fleet", "fleet": plain.dump(self.settings), "limits": limits, "jobs": 1, **more}
        (self.root / "quzheng.yaml").write_text(json.dumps(told))
        (self.root / "targets.yaml").write_text(json.dumps(targets))
        return Workspace.open(self.root)

    def worker(self, *options: str, root: Path | None = None) -> subprocess.Popen[bytes]:
        """Start a worker."""
        return self.command("worker", "-w", str(root or self.root), *options)

    def command(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command of the program."""
        command = [sys.executable, "-c", MAIN, *words]
        with (self.root / f"{words[0]}-{len(self.started)}.log").open("wb") as log:
            one = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        self.started.append(one)
        return one

    def logs(self) -> str:
        """Return what all workers said."""
        return "".join(path.read_text("utf-8", "replace") for path in sorted(self.root.glob("*.log")))


def kill(one: subprocess.Popen[bytes]) -> None:
    """Kill a process and all below it, as a machine that loses its power."""
    with suppress(ProcessLookupError):
        os.killpg(one.pid, signal.SIGKILL)
    one.wait()


@pytest.fixture
def yard(tmp_path: Path, settings: FleetSettings) -> Iterator[Yard]:
    """A yard whose workers are gone when the test is over."""
    made = Yard(tmp_path / "office", settings)
    made.root.mkdir()
    yield made
    for one in made.started:
        kill(one)


def until(true: Callable[[], Any], seconds: float = 20) -> Any:
    """Return what `true` gives as soon as it is something; fails where that takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} seconds")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of an S3 server."""
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    yield "http://{}:{}".format(*running.get_host_and_port())
    running.stop()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    """What a machine is told of the S3 server."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)


@pytest.fixture(scope="session")
def client(server: str) -> Any:
    """The S3 server as its administrator has it."""
    return boto3.client(
        "s3", endpoint_url=server, aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1"
    )


@pytest.fixture
def bucket(client: Any) -> str:
    """The name of a bucket."""
    name = f"evidence-{time.monotonic_ns()}"
    client.create_bucket(Bucket=name)
    return name
