"""What doctor says of the kernel: what a browser cannot run with is refused with the remedy, all else is told."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from collector import doctor, machine


def laid_out(root: Path, **files: str) -> Path:
    """Return a root with files of the kernel: `proc__sys__x="1"` is proc/sys/x."""
    for name, content in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def test_64_kib_pages_are_refused_with_the_remedy_unless_the_browser_is_elsewhere() -> None:
    with pytest.raises(ValueError, match=r"64 KiB: Chromium does not run here; .*cdp://HOST:9222"):
        machine.architecture(65536, remote=False)
    assert machine.architecture(65536, remote=True).endswith("pages of 64 KiB")
    assert machine.architecture(16384, remote=False).endswith("pages of 16 KiB")  # Asahi and Apple's virtual machines


def test_a_workspace_with_a_browser_elsewhere_is_not_refused_for_its_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.resource, "getpagesize", lambda: 65536)

    def seen() -> doctor.Examined:
        return next(one for one in doctor.examine(tmp_path) if one.name == "machine")

    assert seen().well is False
    (tmp_path / "quzheng.yaml").write_text("browser: cdp://10.1.2.3:9222\n")
    assert seen().well is True


@pytest.mark.parametrize(
    ("file", "value", "said"),
    [
        ("user__max_user_namespaces", "0\n", "user.max_user_namespaces is 0"),
        ("kernel__unprivileged_userns_clone", "0\n", "unprivileged_userns_clone is 0"),
        ("kernel__apparmor_restrict_unprivileged_userns", "1\n", "AppArmor"),
    ],
)
def test_what_forbids_user_namespaces_is_named(tmp_path: Path, file: str, value: str, said: str) -> None:
    found = machine.namespaces(laid_out(tmp_path, **{f"proc__sys__{file}": value}))
    assert found.startswith("off")
    assert said in found


def test_where_no_setting_forbids_them_it_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = laid_out(tmp_path, proc__sys__user__max_user_namespaces="96000\n")
    works = subprocess.run(["unshare", "--user", "true"], capture_output=True).returncode == 0
    assert (machine.namespaces(root) == "on") is works
    monkeypatch.setattr(machine.shutil, "which", lambda _: "/bin/false")
    assert machine.namespaces(root) == "off: forbidden here, by a seccomp filter or a chroot"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("NoNewPrivs:\t1\nSeccomp:\t2\n", "a filter, no new rights"),
        ("NoNewPrivs:\t0\nSeccomp:\t0\n", "none, new rights can be gained"),
        ("Name:\tx\n", "not known to this kernel, new rights can be gained"),
    ],
)
def test_seccomp_is_told(tmp_path: Path, status: str, said: str) -> None:
    assert machine.seccomp(laid_out(tmp_path, proc__self__status=status)) == said


def test_shared_memory_that_is_missing_or_small_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mount a tmpfs there"):
        machine.shared_memory(tmp_path / "none")
    with pytest.raises(ValueError, match="--shm-size 512m"):
        machine.shared_memory(tmp_path, least=1 << 60)
    assert machine.shared_memory(tmp_path, least=1).endswith(" MiB")
    assert "elsewhere" in machine.shared_memory(tmp_path / "none", remote=True)


def test_the_sandbox_being_off_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.sandbox(possible=True, remote=False) == "on"
    monkeypatch.setattr(machine.os, "geteuid", lambda: 0)
    assert "run as an ordinary user" in machine.sandbox(possible=False, remote=False)
    monkeypatch.setattr(machine.os, "geteuid", lambda: 10001)
    assert "seccomp profile" in machine.sandbox(possible=False, remote=False)
    assert "elsewhere" in machine.sandbox(possible=False, remote=True)


def fontconfig(folder: Path, known: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a fc-list before the others that has a font for the characters in `known` only."""
    program = folder / "fc-list"
    program.write_text(f'#!/bin/sh\ncase " {known} " in *" ${{1#:charset=}} "*) echo Noto;; esac\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_scripts_without_a_font_are_named_and_chinese_without_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fontconfig(tmp_path, " ".join(machine.SCRIPTS.values()), monkeypatch)
    assert machine.scripts() == "a font for every script looked for"
    fontconfig(tmp_path, " ".join(one for one in machine.SCRIPTS.values() if one not in ("0f40", "1820")), monkeypatch)
    assert machine.scripts().startswith("no font for 藏文、蒙古文: such text is pictured as boxes; install")
    fontconfig(tmp_path, "0f40", monkeypatch)
    with pytest.raises(ValueError, match="install fonts-noto-cjk"):
        machine.scripts()
