"""Two nights over the demonstration city, inside the image that is to do them: both complete, the second one small.

In those two the city stands still (no clock, no counter, no animation), so that growth is what a page costs on which nothing
changed. In a third its clocks go, as they do on real pages: each then costs the one tile that its clock is in, which is printed
and has no limit.

    docker run … --read-only quzheng … python - < deploy/two_nights.py      (deploy/image.sh says it in full)

First it is seen that nothing is writable here but the named places, and that `doctor` is content. Prints what was measured as
`two nights: NAME VALUE`; ends with 1 and the reason where something does not hold.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from flows.demo.city import City, secrets, targets

PLACES = ("/data", "/tmp", "/home/quzheng", "/dev/shm")  # noqa: S108  the writable places that compose.yaml and cronjob.yaml name
VIRTUAL = ("/proc", "/sys", "/dev")
WORKSPACE = Path("/data/city")
MOST = 10_000
"""Bytes that a page which is captured again may add."""


def main() -> None:
    """Do it all; raises SystemExit with what does not hold."""
    held(os.geteuid() != 0, "this runs as root")
    held(not (found := writable()), f"writable beside the named places: {', '.join(found[:10])}")
    for place in ("/", "/etc", "/usr", "/var/tmp", "/opt/quzheng/.venv"):  # noqa: S108
        held(not can_write(Path(place)), f"a file could be made in {place}")
    for place in PLACES:
        held(can_write(Path(place)), f"no file could be made in {place}")
    say("user", os.geteuid())
    say("writable", " ".join(PLACES))
    quzheng("init", str(WORKSPACE))
    with City(still=True) as city:
        (WORKSPACE / "targets.yaml").write_text(json.dumps(targets(city), ensure_ascii=False, indent=1), "utf-8")
        os.environ.update(secrets())
        for line in quzheng("doctor", "--json", "-w", str(WORKSPACE)).splitlines():
            seen = json.loads(line)
            say(f"doctor {seen['name']}", seen["detail"])
        first, second = night("first"), night("second")
        grown = growth("second", first, second)
        held(grown <= MOST, f"the second night added {grown} bytes a page, at most {MOST} are allowed")
        city.still = False
        growth("third, with clocks that go,", second, night("third"))


def growth(name: str, before: dict[str, Any], after: dict[str, Any]) -> int:
    """Return the bytes that a night added for each page it captured, all that `store stats` counts taken together."""
    held(after["planned"] == before["planned"] > 0, f"the {name} night planned {after['planned']} pages")
    pages = after["captured"] + after["beside"] + after["second_looks"]
    grown: int = (after["stored"] - before["stored"]) // pages
    say(f"growth of the {name} night", f"{grown} bytes a page over {pages} pages")
    return grown


def night(name: str) -> dict[str, Any]:
    """Do a night and return its report, with the bytes that the store then has; exit code 0 is asked for."""
    report: dict[str, Any] = json.loads(quzheng("nightly", "--once", "--all", "--json", "-w", str(WORKSPACE)))
    held(report["complete"] is True, f"the {name} night is not complete: {report['why']}")
    stats = json.loads(quzheng("store", "stats", "--json", "-w", str(WORKSPACE)))
    report["stored"] = stats["whole"]["stored"]
    told = {one: report[one] for one in ("complete", "planned", "captured", "beside", "second_looks", "stored")}
    say(f"{name} night", json.dumps(told))
    for kind in ("unchanged", "moving"):
        say(f"{name} night, {kind} pages", json.dumps(stats[kind]))
    return report


def quzheng(*words: str) -> str:
    """Return what a command prints; a command that fails ends all."""
    done = subprocess.run(["quzheng", *words], stdout=subprocess.PIPE, text=True)
    held(done.returncode == 0, f"quzheng {words[0]} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def writable() -> list[str]:
    """Return every folder that this user may write in, but for the named places and what the kernel makes up."""
    found = []
    for folder, inside, _ in os.walk("/"):
        if os.access(folder, os.W_OK):
            found.append(folder)
        inside[:] = [name for name in inside if os.path.join(folder, name) not in (*PLACES, *VIRTUAL)]  # noqa: PTH118
    return found


def can_write(folder: Path) -> bool:
    """Tell whether a file can be made in a folder."""
    file = folder / ".two-nights"
    try:
        file.write_bytes(b"")
    except OSError:
        return False
    file.unlink()
    return True


def say(name: str, value: object) -> None:
    """Print one thing that was measured."""
    print(f"two nights: {name} {value}", flush=True)


def held(holds: bool, otherwise: str) -> None:
    """End with what does not hold."""
    if not holds:
        sys.exit(f"two nights: {otherwise}")


main()
