"""What of this machine could have changed what a page showed: name table, proxies, authorities, policies, disk, place."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from collector import proxies
from collector.hosts import is_public_address, is_public_name
from collector.names import RESOLVERS
from collector.proxies import Proxy
from evidence import digest

HOSTS = Path("/etc/hosts")
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
LOCAL_AUTHORITIES = Path("/usr/local/share/ca-certificates")
POLICIES = (
    Path("/etc/chromium/policies/managed"),
    Path("/etc/chromium-browser/policies/managed"),
    Path("/etc/opt/chrome/policies/managed"),
)
_CONTAINER_FILES = (Path("/.dockerenv"), Path("/run/.containerenv"))
_CGROUP = Path("/proc/1/cgroup")
_DOCUMENTATION = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses nobody has (RFC 5737, 3849): a datagram socket turned to one tells our own, and nothing is sent."""
_ROOMS = ((1, "不足 1 GiB"), (2, "1—2 GiB"), (10, "2—10 GiB"), (100, "10—100 GiB"))
TIGHT = ("不足 1 GiB", "1—2 GiB")
"""Rooms in which a night does not fit."""
_NAMES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """This machine at one moment; equal while nothing that matters has changed, and without secrets."""

    place: str
    """container or host."""
    hosts_file: str | None
    """SHA-256; None where there is none."""
    hosts_names: tuple[str, ...]
    """Public names that the machine's own table answers, in place of the name service."""
    proxies: tuple[Proxy, ...]
    resolvers: tuple[str, ...]
    authorities: str | None
    """SHA-256 of the system's authorities."""
    local_authorities: tuple[str, ...]
    """Names of authorities that somebody added to the system's."""
    browser_authorities: bool
    """Whether the user has a certificate database, whose authorities the browser would believe."""
    policies: tuple[str, ...]
    """Names of policy files by which somebody governs the browser: extensions, proxies, authorities."""
    room: str
    """Free space where the store lies, in classes."""
    addresses: tuple[str, ...]
    """Kind of our own address in each family: IPv4 or IPv6, public, private or none."""


def look(store: Path, environ: Mapping[str, str]) -> Premises:
    """Return this machine as it is; what cannot be read is told as absent. Sends nothing."""
    table = _read(HOSTS)
    authorities = _read(AUTHORITIES)
    return Premises(
        place=_place(environ),
        hosts_file=None if table is None else digest.sha256(table),
        hosts_names=tuple(sorted(set(_public_names(table or b"")))[:_NAMES]),
        proxies=proxies.found(environ),
        resolvers=tuple(
            re.findall(r"(?m)^\s*nameserver\s+(\S+)", (_read(RESOLVERS) or b"").decode("utf-8", "replace"))
        ),
        authorities=None if authorities is None else digest.sha256(authorities),
        local_authorities=_listed(LOCAL_AUTHORITIES, "*.crt"),
        browser_authorities=_exists(Path(environ.get("HOME", "/")) / ".pki/nssdb/cert9.db"),
        policies=tuple(name for folder in POLICIES for name in _listed(folder, "*.json")),
        room=_room(store),
        addresses=tuple(_kinds()),
    )


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _exists(path: Path) -> bool:
    """Tell whether a file is there; one in a folder we may not enter is not there for the browser either."""
    try:
        return path.exists()
    except OSError:
        return False


def _listed(folder: Path, pattern: str) -> tuple[str, ...]:
    try:
        return tuple(sorted(path.name for path in folder.glob(pattern)))[:_NAMES]
    except OSError:
        return ()


def _public_names(table: bytes) -> Iterator[str]:
    """Yield the public names a hosts file answers; the machine's own name is none of them."""
    own = socket.gethostname().lower()
    for line in table.decode("utf-8", "replace").splitlines():
        for name in line.partition("#")[0].split()[1:]:
            if is_public_name(name) and name.lower() != own:
                yield name.lower()[:253]


def _place(environ: Mapping[str, str]) -> str:
    marked = "container" in environ or any(map(_exists, _CONTAINER_FILES))
    grouped = re.search(rb"docker|kubepods|containerd|libpod|lxc", _read(_CGROUP) or b"")
    return "container" if marked or grouped else "host"


def _room(store: Path) -> str:
    store = store.absolute()
    there = next(folder for folder in (store, *store.parents) if _exists(folder))
    free = shutil.disk_usage(there).free
    return next((said for limit, said in _ROOMS if free < limit << 30), "100 GiB 以上")


def _kinds() -> Iterator[str]:
    for family, nobody in _DOCUMENTATION:
        name = "IPv4" if family == socket.AF_INET else "IPv6"
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as turned:
                turned.connect((nobody, 9))
                own = str(turned.getsockname()[0])
        except OSError:
            yield f"{name} none"
        else:
            yield f"{name} {'public' if is_public_address(own) else 'private'}"
